"""Journeys about one person: found through the school, open by their standing, and safe when the record changed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch, fetch_one
from app.journeys import kinds
from app.journeys.engine import Ask, rows_of
from app.registration.permissions import Action
from app.terms import Role
from app.web.journey import Journey
from app.web.journey_pages import ConfirmationPage
from app.web.schools.subject_journeys import NotAllowed, SubjectJourney, about
from app.web.schools.subject_journeys import handlers as routes
from tests import factories
from tests.cast import cast, sign_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.registration.subjects import Subject
    from app.web.session import Here
    from tests.web.conftest import Browser

TYPED = {"email": "new@ash.example"}


@dataclass(frozen=True)
class Facts:
    stay_id: int
    email: str


def ask_email(ask: Ask, facts: Facts) -> str:
    return ask(kinds.email("change-email", "What is their new email address?", row="email", label="Email address"))


async def perform(email: str, facts: Facts, here: Here) -> Mapping[str, Any]:
    await fetch("UPDATE ect_at_school_period SET email = $2 WHERE id = $1", facts.stay_id, email)
    return {"email": email}


async def confirmation(outcome: Mapping[str, Any], here: Here) -> ConfirmationPage:
    return ConfirmationPage("Changed", outcome, ("They are told.",), {"links": (("Record", "/school/ects"),)})


async def not_for_zoe(person: Subject, here: Here) -> None:
    if person.displayed.startswith("Zoe"):
        raise NotAllowed("The appropriate body has recorded her induction.", "Ask the appropriate body.")


async def build(person: Subject, here: Here) -> Journey[Facts, str]:
    async def load(_draft: Any, _here: Here) -> Facts:
        row = await fetch_one("SELECT email FROM ect_at_school_period WHERE id = $1", person.stay_id)
        return Facts(person.stay_id, row["email"])  # type: ignore[index]

    return Journey(
        **{**about(person, Action.CHANGE_EMAIL), "name": "ect-probe-email", "base": f"{person.record}/probe-email"},
        path=ask_email,
        load=load,
        perform=perform,
        rows=lambda walked, _facts: rows_of(walked.trail),
        check_title="Check the new email address",
        check_button="Save the change",
        confirmation=confirmation,
        exits={},
        seen=lambda facts: {"Email address": facts.email},
    )


@pytest.fixture
def handlers() -> Sequence[Any]:
    return routes(Role.ECT, [ProbeJourney(Action.CHANGE_EMAIL, build, allowed=not_for_zoe)])


class ProbeJourney(SubjectJourney):
    @property
    def name(self) -> str:
        return "probe-email"


class Sent:
    """One change in one browser."""

    def __init__(self, browser: Browser, stay: factories.Stay) -> None:
        self.browser, self.first = browser, f"{stay.url}/probe-email"
        self.at = ""

    async def begin(self, **typed: str) -> Sent:
        answer = await self.browser.post(self.first, typed or TYPED)
        assert answer.status_code == 303, answer.text
        self.at = answer.headers["location"].rpartition("/")[0]
        return self

    async def confirm(self, **resolve: str) -> Any:
        await self.browser.get(f"{self.at}/check-answers")
        return await self.browser.post(f"{self.at}/check-answers", resolve)

    async def resolve(self, conflict: Any, choice: str) -> Any:
        mark = re.findall(r'name="seen_mark" value="([^"]*)"', conflict.text)[0]
        return await self.browser.post(f"{self.at}/check-answers", {"seen_mark": mark, "resolve": choice})


async def email_of(stay: factories.Stay) -> str:
    row = await fetch_one("SELECT email FROM ect_at_school_period WHERE id = $1", stay.id)
    return str(row["email"])  # type: ignore[index]


async def drafts() -> list[str]:
    return [row["state"] for row in await fetch("SELECT state FROM draft ORDER BY created_at")]


@pytest.mark.rule("DRF-02")
@pytest.mark.rule("G-05")
@pytest.mark.rule("CH-09")
async def test_a_change_is_asked_checked_and_confirmed_and_stored_only_then(client: Browser) -> None:
    people = await cast()
    stay = await factories.ect(people.ash)
    await sign_in(client, people.alice, people.ash)
    await client.get(f"{stay.url}/probe-email")
    assert await drafts() == []
    assert "Siân Evans" in client.text()
    sent = await Sent(client, stay).begin()
    assert await drafts() == ["open"]
    assert await email_of(stay) != TYPED["email"]
    answer = await sent.confirm()
    assert (answer.status_code, answer.headers["location"]) == (303, f"{sent.at}/confirmation")
    assert await email_of(stay) == TYPED["email"]


@pytest.mark.rule("G-05")
async def test_giving_up_deletes_the_draft_and_says_so_afterwards(client: Browser) -> None:
    people = await cast()
    stay = await factories.ect(people.ash)
    await sign_in(client, people.alice, people.ash)
    sent = await Sent(client, stay).begin()
    answer = await client.post(f"{sent.at}/cancel")
    assert (answer.headers["location"], await drafts()) == (stay.url, ["deleted"])
    await client.get(f"{sent.at}/check-answers")
    assert "cancelled" in client.h1()


@pytest.mark.rule("CON-01")
@pytest.mark.parametrize(("choice", "kept"), [("keep_mine", TYPED["email"]), ("keep_theirs", "bob@new.example")])
async def test_a_record_that_changed_meanwhile_is_shown_beside_the_change(
    client: Browser, choice: str, kept: str
) -> None:
    people = await cast()
    stay = await factories.ect(people.ash)
    await sign_in(client, people.alice, people.ash)
    sent = await Sent(client, stay).begin()
    await fetch("UPDATE ect_at_school_period SET email = 'bob@new.example' WHERE id = $1", stay.id)
    conflict = await sent.confirm()
    assert conflict.status_code == 409
    assert "bob@new.example" in client.text()
    assert TYPED["email"] in client.text()
    assert await email_of(stay) == "bob@new.example"
    answer = await sent.resolve(conflict, choice)
    assert answer.status_code == 303
    assert await email_of(stay) == kept


@pytest.mark.rule("CON-01")
async def test_choosing_neither_value_asks_again_and_a_further_change_is_noticed(client: Browser) -> None:
    people = await cast()
    stay = await factories.ect(people.ash)
    await sign_in(client, people.alice, people.ash)
    sent = await Sent(client, stay).begin()
    await fetch("UPDATE ect_at_school_period SET email = 'bob@new.example' WHERE id = $1", stay.id)
    conflict = await sent.confirm()
    assert (await sent.resolve(conflict, "both")).status_code == 422
    await fetch("UPDATE ect_at_school_period SET email = 'carla@new.example' WHERE id = $1", stay.id)
    again = await sent.resolve(conflict, "keep_mine")
    assert (again.status_code, await email_of(stay)) == (409, "carla@new.example")


@pytest.mark.rule("GEN-05")
@pytest.mark.rule("ACC-14.2")
async def test_nobody_reaches_another_schools_person_or_draft(client: Browser) -> None:
    people = await cast()
    mine, theirs = await factories.ect(people.ash), await factories.ect(people.birch, "Max Other")
    await sign_in(client, people.alice, people.ash)
    sent = await Sent(client, mine).begin()
    draft = sent.at.rpartition("/")[2]
    for path in (
        f"{theirs.url}/probe-email",
        f"{theirs.url}/probe-email/{draft}/check-answers",
        "/school/ects/nonsense/probe-email",
    ):
        assert (await client.get(path)).status_code == 404
        assert (await client.post(path, TYPED)).status_code == 404
        assert "Max Other" not in client.text()


@pytest.mark.rule("DRF-01")
async def test_a_draft_belongs_to_the_person_it_was_begun_for(client: Browser) -> None:
    people = await cast()
    first, second = await factories.ect(people.ash), await factories.ect(people.ash, "Max Other")
    await sign_in(client, people.alice, people.ash)
    sent = await Sent(client, first).begin()
    draft = sent.at.rpartition("/")[2]
    assert (await client.get(f"{second.url}/probe-email/{draft}/check-answers")).status_code == 404


@pytest.mark.rule("PRM-01")
@pytest.mark.rule("G-02")
@pytest.mark.parametrize(
    ("who", "facts", "says"),
    [
        ("Siân Evans", {"finished_on": date(2025, 10, 31)}, "has left your school"),
        ("Zoe Young", {}, "Ask the appropriate body"),
    ],
)
async def test_what_may_not_be_done_says_why_and_stores_nothing(
    client: Browser, who: str, facts: dict[str, Any], says: str
) -> None:
    people = await cast()
    stay = await factories.ect(people.ash, who, **facts)
    await sign_in(client, people.alice, people.ash)
    for answer in (
        await client.get(f"{stay.url}/probe-email"),
        await client.post(f"{stay.url}/probe-email", TYPED),
    ):
        assert (answer.status_code, says in client.text()) == (403, True)
    assert await drafts() == []


@pytest.mark.rule("G-07")
async def test_a_confirmation_stays_when_the_person_has_left_since(client: Browser) -> None:
    people = await cast()
    stay = await factories.ect(people.ash)
    await sign_in(client, people.alice, people.ash)
    sent = await Sent(client, stay).begin()
    await sent.confirm()
    await fetch(
        "UPDATE ect_at_school_period SET finished_on = '2025-10-31', end_reason = 'left' WHERE id = $1", stay.id
    )
    assert (await client.get(f"{sent.at}/confirmation")).status_code == 200
