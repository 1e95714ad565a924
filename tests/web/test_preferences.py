"""What mail somebody wants, and reminders that a school stops (PF-01, OP-01, NOT-5.3)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from lxml import html

from app.db.engine import fetch
from app.db.transaction import transaction
from app.notices.catalogue import RegisteredAsECTSchoolLed
from app.notices.outbox import Subjects, queue_with_copy
from app.policy import MonthDay, Policy, Term
from app.schools.reminder_terms import are_off, last_day_of_term
from app.schools.stop_reminders import opt_out_link
from app.settings import settings
from app.terms import Actor, ActorKind, SchoolId, UserId
from tests.cast import Cast, cast, sign_in

WANTED = {"confirmation_emails": "off", "digest": "weekly", "digest_groups": ["action", "information"]}


@pytest.fixture
async def people(database: None) -> Cast:
    """Give the cast, stored."""
    return await cast()


@pytest.fixture
async def alice(client: Any, people: Cast) -> Any:
    """Give Alice's browser, signed in at Ash School."""
    await sign_in(client, people.alice, people.ash)
    return client


def chosen(browser: Any) -> list[str]:
    return [str(value) for value in html.fromstring(browser.page.text).xpath("//main//input[@checked]/@value")]


async def events() -> list[str]:
    rows = await fetch("SELECT kind FROM event WHERE kind ~ 'preferences|reminders' ORDER BY id")
    return [row["kind"] for row in rows]


@pytest.mark.rule("PF-01", "NOT-6.2")
async def test_choices_are_saved_per_user_and_school(alice: Any, client: Any, people: Cast) -> None:
    await alice.get("/school/preferences")
    assert chosen(alice) == ["on", "off", "action", "update"]
    assert 'href="/school/year"' in alice.page.text

    for _ in range(2):
        await alice.get("/school/preferences")
        answer = await alice.post("/school/preferences", WANTED)
        assert (answer.status_code, answer.headers["location"]) == (303, "/school/preferences?notice=saved")
    await alice.get(answer.headers["location"])
    assert "have been saved" in alice.text()
    assert chosen(alice) == ["off", "weekly", "action", "information"]
    assert await events() == ["preferences_changed"]

    await sign_in(client, people.bob, people.ash)
    await client.get("/school/preferences")
    assert chosen(client) == ["on", "off", "action", "update"]


@pytest.mark.rule("PF-01", "NOT-3.2")
async def test_who_wants_no_copies_gets_none_about_that_school(alice: Any, people: Cast) -> None:
    await alice.get("/school/preferences")
    await alice.post("/school/preferences", {**WANTED, "digest_groups": []})
    message = RegisteredAsECTSchoolLed("Siân Evans", "Ash School", date(2025, 9, 1))

    for school in (people.ash, people.birch):
        actor = Actor(ActorKind.SCHOOL_USER, "Alice", "", UserId(people.alice.id), SchoolId(school.id))
        async with transaction():
            await queue_with_copy(
                message, to="sian@ash.example", actor=actor, cause=f"stay {school.id}", about=Subjects()
            )

    rows = await fetch("SELECT dedupe_key FROM message WHERE recipient = $1", people.alice.email)
    assert [row["dedupe_key"] for row in rows] == [f"M-01:stay {people.birch.id}:actor"]


@pytest.mark.rule("PF-01", "GEN-06")
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"confirmation_emails": ""}, "confirmation_emails"),
        ({"digest": "hourly"}, "digest"),
        ({"digest_groups": ["action", "gossip"]}, "digest_groups"),
    ],
)
async def test_what_is_no_choice_is_refused(change: dict[str, Any], field: str, alice: Any) -> None:
    await alice.get("/school/preferences")
    answer = await alice.post("/school/preferences", {**WANTED, **change})

    assert answer.status_code == 422
    assert html.fromstring(answer.text).xpath("//*[@class='govuk-error-summary']//a/@href") == [f"#{field}"]


AUTUMN = {"X-With-Server-Date": "2025-11-10"}


async def off_until(people: Cast) -> date | None:
    (row,) = await fetch("SELECT reminders_off_until FROM school WHERE id = $1", people.ash.id)
    return row["reminders_off_until"]  # type: ignore[no-any-return]


def link(people: Cast) -> str:
    return opt_out_link(settings().secret(), people.ash.public_id)


@pytest.mark.rule("OP-01", "NOT-5.3")
async def test_the_link_stops_reminders_by_post_only_and_can_be_undone(client: Any, people: Cast) -> None:
    client.client.headers.update(AUTUMN)
    await client.get(link(people))
    assert client.h1() == "Stop reminder emails"
    assert "Ash School until the end of 31 December 2025" in client.text()
    assert await off_until(people) is None
    assert await events() == []

    for _ in range(2):  # the one click of a mail program, which knows no token
        answer = await client.send("POST", link(people), data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    assert client.h1() == "Reminder emails are off"
    assert await off_until(people) == date(2025, 12, 31)
    await client.get(link(people))
    await client.post(link(people), {"reminders": "resume"})
    assert "will be sent again" in client.text()
    assert await off_until(people) is None
    assert await events() == ["school_reminders_stopped", "school_reminders_resumed"]


@pytest.mark.rule("OP-01", "ACC-16.1")
async def test_a_link_that_is_not_ours_is_not_found_and_soon_refused(client: Any, people: Cast) -> None:
    theirs = opt_out_link(settings().secret(), people.birch.public_id)
    unknown = opt_out_link(settings().secret(), uuid4())
    path = link(people).partition("?")[0]
    wrong = [
        link(people)[:-1],
        link(people) + "0",
        theirs.replace(str(people.birch.public_id), str(people.ash.public_id)),
        unknown,
        path,
        f"{path}?school_id=x&token=x",
    ]
    for address in wrong:
        assert (await client.get(address)).status_code == 404, address
        assert (await client.send("POST", address)).status_code == 404, address
    for _ in range(8):
        await client.get(path)
    assert (await client.get(path)).status_code == 429
    assert (await client.get(link(people))).status_code == 200
    assert await off_until(people) is None


@pytest.mark.rule("NOT-5.3", "YR-01")
async def test_any_user_of_the_school_can_start_them_again(alice: Any, people: Cast) -> None:
    await fetch("UPDATE school SET reminders_off_until = '2025-12-31' WHERE id = $1", people.ash.id)
    await alice.get("/school/year")
    assert "until the end of 31 December 2025" in alice.text()

    answer = await alice.post("/school/year", {"reminders": "resume"})

    await alice.get(answer.headers["location"])
    assert "will be sent again" in alice.text()
    assert await off_until(people) is None
    assert await events() == ["school_reminders_resumed"]


@pytest.mark.rule("OP-01")
@pytest.mark.parametrize(
    ("today", "last"),
    [
        (date(2025, 6, 1), date(2025, 12, 31)),
        (date(2025, 12, 31), date(2025, 12, 31)),
        (date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 5, 31), date(2026, 5, 31)),
    ],
)
def test_the_last_day_of_the_term_in_force(today: date, last: date) -> None:
    assert last_day_of_term(today, Policy().reminder_terms) == last


@pytest.mark.rule("OP-01")
def test_a_term_may_run_over_the_turn_of_the_year_and_between_terms_it_is_today() -> None:
    winter = Term(MonthDay(11, 1), MonthDay(2, 29))
    assert last_day_of_term(date(2025, 12, 5), [winter]) == date(2026, 2, 28)
    assert last_day_of_term(date(2028, 1, 5), [winter]) == date(2028, 2, 29)
    assert last_day_of_term(date(2025, 7, 1), [winter]) == date(2025, 7, 1)


@pytest.mark.rule("NOT-5.3")
def test_they_are_off_to_the_last_day_and_on_the_day_after() -> None:
    last = date(2025, 12, 31)
    assert are_off(last, last)
    assert not are_off(last, date(2026, 1, 1))
    assert not are_off(None, last)
