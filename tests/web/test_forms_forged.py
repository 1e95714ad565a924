"""What no browser sends: choices of another school and broken text, in every field of every form of school users."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest

from app.db.engine import engine, fetch
from app.settings import settings
from app.teachers.trs import Unavailable
from app.terms import FailureCause
from tests import factories
from tests.applications import application
from tests.cast import sign_in
from tests.web.autopilot import Field, PostedForm, journey
from tests.web.conftest import PERSONAS
from tests.web.crossings import cross_journeys, somebody_found
from tests.web.school_filters import watched
from tests.web.test_isolation import (
    CANARY,
    Ids,
    address,
    check_statements,
    contents,
    same_words,
    school_routes,
    two_schools,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

    from tests.cast import Cast
    from tests.web.conftest import Browser


FOREIGN_IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}")
LONG = "9" * 10_000
UNEXPECTED = {"role": "staff", "stay_id": "1", "draft_id": "Xyzzy", "seen": "Xyzzy", "shown": "Xyzzy", "id": "Xyzzy"}
BROKEN = {
    "NUL": b"Xyzzy%00y",
    "not UTF-8": b"Xyzzy%FF%FE",
    "half a character": b"Xyzzy%ED%A0%80",
    "10,000 characters": LONG.encode(),
}
ANSWERED_AT_ONCE = {"/school/dates"}
"""Forms whose good POST shows itself what is shown only once."""
DONE_AT_ONCE = {"/school/partnerships/_/undo-challenge/_/{step}"}
"""Steps of a journey whose one button is on its first page."""
MARKS = ("\ufffd", LONG[:6_000])
"""What is stored nowhere: what stands for what could not be read, and more text than any field takes."""


class OutOfReach:
    """A teaching record system that gives no answer to anything."""

    def __getattr__(self, _question: str) -> Callable[..., Awaitable[Unavailable]]:
        async def unanswered(*_facts: Any) -> Unavailable:
            return Unavailable(FailureCause.TIMEOUT)

        return unanswered


@pytest.fixture
def app() -> Any:
    return application(settings(), trs=OutOfReach(), personas=PERSONAS)


@dataclass(frozen=True)
class Place:
    """Two schools with much to choose from, and one address of every form of the first."""

    people: Cast
    mine: Ids
    theirs: Ids
    foreign: Mapping[str, str]
    starts: tuple[str, ...]


async def place(app: Any) -> Place:
    """Ash has people who stay and people who leave, and a partnership that it challenged; each form has an address."""
    people, mine, theirs = await two_schools(app)
    third = await factories.school("100003", "Cedar School")
    await factories.access(third, people.alice)
    leaving = replace(mine, **await some_who_leave(people, mine))
    body = await factories.appropriate_body("Old Hub", active_to=date(2024, 8, 31))
    nobody = await factories.lead_provider("No Contract")
    foreign = {
        "ect_ids": str(theirs.ect),
        "mentor_id": str(theirs.mentor),
        "about": str(theirs.ect),
        "provider_choice": f"partnership:{theirs.partnership}",
        "lead_provider_id": str(nobody.public_id),
        "appropriate_body_id": str(body.public_id),
        "school_id": str(theirs.school.public_id),
    }
    await somebody_found(mine.drafts["register-ect"])
    more = {f"/school/drafts/{mine.drafts['register-ect']}/delete", "/school/induction-tutor/change"}
    return Place(people, mine, theirs, foreign, tuple(sorted(starts(app, mine, leaving) | more, key=is_left)))


def starts(app: Any, *ids: Ids) -> set[str]:
    """Return the address of every page that needs no draft of a change, for each of some ids."""
    paths = [path for path, method in school_routes(app) if method == "GET"]
    return {
        address(path, one, "", "") for path in paths for one in ids if "{step}" not in path and "export" not in path
    }


def is_left(path: str) -> tuple[bool, str]:
    """Put pages by which the school itself is left after all others."""
    return path in {"/school/choose", "/school/my-schools"}, path


async def some_who_leave(people: Cast, mine: Ids) -> dict[str, Any]:
    """Store what there is to choose from, and people who leave; returns their ids."""
    for name in ("North Hub", "South Hub"):
        await factories.appropriate_body(name)
    elm = await factories.lead_provider("Elm")
    await factories.contract(elm, 2025)
    for month in ("september", "january"):
        for kind in ("standard", "replacement"):
            await factories.schedule(2025, f"ecf-{kind}-{month}")
    leaves = {"finished_on": date(2026, 1, 16), "leaving_reported_by_school_id": people.ash.id}
    leaves["leaving_reported_at"] = factories.noon(date(2025, 11, 3))
    ect = await factories.ect(people.ash, "Lea Leaving", **leaves)
    await factories.training(ect)
    mentor = await factories.mentor(people.ash, "Max Leaving", **leaves)
    await factories.training(mentor, elm)
    await factories.mentor(people.ash, "Mia Mentor")
    await factories.training(await factories.ect(people.ash, "Ned New"), elm)
    partner = await factories.delivery_partner("Fern")
    wrong = {"challenged_at": factories.noon(date(2025, 11, 9)), "challenge_reason": "looks_like_a_mistake"}
    challenged = await factories.partnership(people.ash, elm, partner, **wrong)
    return {"ect": ect.public_id, "mentor": mentor.public_id, "partnership": challenged["public_id"]}


@asynccontextmanager
async def undone() -> AsyncIterator[None]:
    """Run the body and leave nothing of it behind."""
    held = engine.current_transaction.get()
    assert held is not None
    inner = held.connection.transaction()
    await inner.start()
    try:
        yield
    finally:
        await inner.rollback()
        held.connection.forget_sight()


async def forms(browser: Browser, found: Place) -> AsyncIterator[PostedForm]:
    """Give each form of the pages that the addresses lead to once, those of registrations with somebody found."""
    seen = set()
    yield PostedForm("/school/notices/read", (Field("up_to", value="1"),), browser.hidden())
    for start in found.starts:
        async for form in journey(browser, start):
            if form.shape not in seen:
                yield form
            seen.add(form.shape)
            if re.search(r"/find-(ect|mentor)$", form.url):
                draft_id = form.url.split("/")[-2]
                await somebody_found(UUID(draft_id))
                async for later in journey(browser, form.url.rpartition("/")[0]):
                    yield later
                break


@pytest.fixture
async def found(client: Browser, app: Any) -> Place:
    """Give the place, with Alice signed in at Ash."""
    made = await place(app)
    await sign_in(client, made.people.alice, made.people.ash)
    await client.post("/school/choose", {"school_id": str(made.people.ash.public_id)})
    return made


@pytest.mark.rule("GEN-06", "GEN-05", "SEC-30")
async def test_a_choice_of_another_school_is_as_wrong_as_one_of_nobody(client: Browser, found: Place) -> None:
    with watched() as journeys_asked:
        await check_choices(client, found)
    await cross_journeys(found.people, found.theirs)
    await check_statements(journeys_asked.asked.values(), found.theirs)


async def check_choices(client: Browser, found: Place) -> None:
    """Fail when a choice of another school is answered otherwise than one of nobody, in any form."""
    tried = set()
    async for form in forms(client, found):
        for asked in form.fields:
            prefix = next((o.rpartition(":")[0] for o in asked.options if FOREIGN_IDS.search(o)), None)
            if prefix is None:
                continue
            unknown = f"{prefix}:{uuid4()}" if prefix else str(uuid4())
            answers = []
            for value in (found.foreign[asked.name], unknown, "nonsense"):
                async with undone():
                    before = await kept()
                    answer = await client.send("POST", form.url, data={**form.filled(), asked.name: value})
                    assert answer.status_code in {200, 422}, (form.url, asked.name, answer.status_code)
                    assert CANARY not in answer.text, (form.url, asked.name)
                    assert "There is a problem" in answer.text, (form.url, asked.name)
                    assert await kept() == before, (form.url, asked.name)
                    answers.append((answer.status_code, same_words(answer.text, value)))
            assert answers[0] == answers[1] == answers[2], (form.url, asked.name)
            tried.add(asked.name)
    assert tried == set(found.foreign)


@pytest.mark.rule("GEN-05", "SEC-30")
@pytest.mark.parametrize("asked", ["/school/register-mentor?ect_id=", "/school/support?about="])
async def test_an_id_in_a_query_of_another_school_is_as_unknown_as_one_of_nobody(
    client: Browser, found: Place, asked: str
) -> None:
    answers = []
    for value in (str(found.theirs.ect), str(uuid4()), "nonsense"):
        answer = await client.get(f"{asked}{value}")
        answers.append((answer.status_code, same_words(answer.text, value)))
    assert answers[0] == answers[1] == answers[2]
    assert CANARY not in answers[0][1]


async def stored(marks: Sequence[str]) -> list[str]:
    """Return the tables in which some text has been stored."""
    tables = await fetch(
        "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    union = " UNION ALL ".join(
        f"SELECT '{row['name']}' AS name FROM \"{row['name']}\" t WHERE t::text LIKE ANY($1)" for row in tables
    )
    return sorted({row["name"] for row in await fetch(union, [f"%{mark}%" for mark in marks])})


def bodies(form: PostedForm) -> dict[str, bytes]:
    """Return what to send instead of a filled form; broken text also where another choice makes it needless."""
    good = form.filled()
    made = {"nothing": urlencode(form.hidden).encode()}
    made["unexpected fields"] = urlencode({**good, **UNEXPECTED}).encode()
    made["everything twice"] = b"&".join([urlencode(good).encode()] * 2)
    for asked in form.fields:
        made[f"no {asked.name}"] = without(good, asked)
        made |= {f"{what} in {asked.name}": with_raw(good, asked, raw) for what, raw in BROKEN.items()}
    typed = [asked for asked in form.fields if not asked.options]
    for choice in form.fields:
        for option in choice.options if typed else ():
            chosen = {**good, choice.name: option}
            made |= {f"{asked.name} beside {option}": with_raw(chosen, asked, BROKEN["NUL"]) for asked in typed}
    return made


def without(good: Mapping[str, str], asked: Field) -> bytes:
    """Return a filled form without one field."""
    return urlencode({name: value for name, value in good.items() if name != asked.name}).encode()


def with_raw(good: Mapping[str, str], asked: Field, raw: bytes) -> bytes:
    """Return a filled form with bytes of one's own in one field."""
    return without(good, asked) + b"&" + asked.name.encode() + b"=" + raw


@pytest.mark.long
@pytest.mark.rule("TRP-7", "GEN-07")
@pytest.mark.rule("SEC-20")
async def test_nothing_that_is_posted_breaks_a_page_or_is_stored(client: Browser, found: Place, app: Any) -> None:
    reached = set()
    urlencoded = {"Content-Type": "application/x-www-form-urlencoded"}
    async for form in forms(client, found):
        reached.add(form.shape)
        before = await kept()
        for what, body in bodies(form).items():
            async with undone():
                answer = await client.send("POST", form.url, content=body, headers=urlencoded)
                assert answer.status_code < 500, (form.url, what, answer.status_code)
                if answer.status_code == 303 or (answer.status_code == 200 and form.url in ANSWERED_AT_ONCE):
                    marks = ("Xyzzy",) if what == "unexpected fields" else MARKS
                    assert await stored(marks) == [], (form.url, what)
                else:
                    assert await kept() == before, (form.url, what)
    patterns = {path for path, method in school_routes(app) if method == "POST"}
    shapes = {re.sub(r"\{\w+_id\}", "_", path) for path in patterns}
    missing = {shape for shape in shapes if not any(fits(shape, url) for url in reached)}
    assert missing == DONE_AT_ONCE


async def kept() -> dict[str, str]:
    """Return a sum of every table but the one that counts what was wrong with forms (ADM-12.2)."""
    return {name: total for name, total in (await contents()).items() if name != "field_error"}


def fits(shape: str, url: str) -> bool:
    return re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(shape)), url) is not None
