"""No school reaches anything of another one: every route and method, every id in the address, found by enumeration.

A new kind of id in an address has to be added to `IDS`; a route with an unknown one fails here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from app.db.engine import fetch
from app.db.transaction import transaction
from app.drafts import store
from app.drafts.store import NewDraft
from app.policy import Policy
from app.terms import Actor, ActorKind, DraftKind, SchoolId, UserId
from app.web.policies import routes_with_policies
from tests import factories
from tests.cast import cast, sign_in
from tests.web.canaries import CANARY, put_canaries
from tests.web.crossings import cross, something_happens
from tests.web.school_filters import opened_filters, watched

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from uuid import UUID

    from tests.cast import Cast
    from tests.factories import School, User
    from tests.web.conftest import Browser
    from tests.web.school_filters import Statement

FEWEST_STATEMENTS = 30
"""So many different questions the pages of a school ask at least, counting each with what it was asked of."""
BOOKKEEPING = {"session", "rate_count"}
"""When a session was last used, and how much an address has asked for: what reading itself leaves (ACC-15.2)."""
VOLATILE = re.compile(
    r'name="(?:csrf_token|school_mark)" value="[^"]*"|data-session-[a-z-]+="[^"]*"|request id: [0-9a-f-]+|[0-9a-f-]{36}'
)


@dataclass
class Ids:
    """What the ids of an address may name: something of one school."""

    school: School
    ect: UUID
    mentor: UUID
    partnership: UUID
    person: UUID
    drafts: dict[str, UUID] = field(default_factory=dict)

    def of(self, name: str, path: str) -> str:
        """Return the id for a part of an address; raises KeyError for a kind this test does not know."""
        known = {
            "ect_id": self.ect,
            "mentor_id": self.mentor,
            "partnership_id": self.partnership,
            "person_id": self.person,
            "step": "check-answers",
            "name": "new",
        }
        return str(self.drafts[journey_of(path)] if name == "draft_id" else known[name])


def journey_of(path: str) -> str:
    """Return the name of the journey whose drafts an address is about."""
    found = re.search(r"/(ects|mentors|partnerships)/\{\w+\}/([a-z-]+)/\{draft_id\}", path)
    if found:
        return f"{found.group(1)[:-1]}-{found.group(2)}"
    if "/induction-tutor/" in path:
        return "induction-tutor-new"
    if "/access/new/" in path:
        return "give-access"
    several = re.search(r"/ects/(change-appropriate-body)/\{draft_id\}", path)
    return "several-change-appropriate-body" if several else path.split("/")[2]


def parts(path: str) -> list[str]:
    return re.findall(r"\{(\w+)\}", path)


def school_routes(app: Any) -> list[tuple[str, str]]:
    """Return path pattern and method of every route of school users."""
    return [
        (path, method)
        for path, method, policy in routes_with_policies(app)
        if policy.audience == "school" and method in {"GET", "POST"}
    ]


async def somebody_at(
    school: School, of: User, suffix: str, paths: set[str], provider: factories.Named | None = None
) -> Ids:
    """Give a school an ECT in training with a mentor, a partnership, and an unfinished draft of every journey."""
    provider = provider or await factories.lead_provider(f"Provider {school.urn}")  # whom everybody may choose
    partner = await factories.delivery_partner(f"Partner {suffix}")
    partnership = await factories.partnership(school, provider, partner)
    ect = await factories.ect(school, f"Ella {suffix}", registered_by_user_id=of.id)
    mentor = await factories.mentor(school, f"Mo {suffix}", registered_by_user_id=of.id)
    await factories.training(ect, provider, partnership)
    await factories.mentorship(ect, mentor)
    colleague = await factories.user(f"Cleo {suffix}", f"cleo@{suffix.lower()}.example")
    await factories.access(school, colleague, source="email_link")
    (person,) = await fetch("SELECT public_id FROM app_user WHERE id = $1", colleague.id)
    made = Ids(school, ect.public_id, mentor.public_id, partnership["public_id"], person["public_id"])
    about = {"ect": ect.id, "mentor": mentor.id, "partnership": partnership["id"]}
    actor = Actor(ActorKind.SCHOOL_USER, of.name, of.email, UserId(of.id), SchoolId(school.id))
    for name in {journey_of(path) for path in paths if "{draft_id}" in path}:
        kind = {"register-ect": DraftKind.REGISTER_ECT, "register-mentor": DraftKind.REGISTER_MENTOR}.get(name)
        new = NewDraft(kind or DraftKind.CHANGE, name, SchoolId(school.id), about=about.get(name.split("-")[0]))
        async with transaction():
            made.drafts[name] = await store.start(new, actor, Policy())
    return made


async def two_schools(app: Any) -> tuple[Cast, Ids, Ids]:
    people = await cast()
    paths = {path for path, _ in school_routes(app)}
    mine = await somebody_at(people.ash, people.alice, "Ashby", paths)
    theirs = await somebody_at(people.birch, people.carla, CANARY, paths)
    await put_canaries(people.birch, people.carla)
    return people, mine, theirs


async def two_that_touch(client: Browser, app: Any) -> tuple[Ids, Ids]:
    """Return two schools with whatever may name something of both; Alice is signed in at the first."""
    people, mine, theirs = await two_schools(app)
    await sign_in(client, people.alice, people.ash)
    await cross(people, mine, theirs)
    return mine, theirs


async def compared(asked: Iterable[Statement], theirs: Ids) -> list[Statement]:
    """Return statements to compare, each also asked of all stays there are; the newest event is the other school's."""
    await something_happens(theirs.school)
    rows = await fetch("SELECT id FROM ect_at_school_period UNION SELECT id FROM mentor_at_school_period")
    stays = [row["id"] for row in rows]
    return [each for one in asked for each in (one, one.with_more_ids(stays))]


async def check_statements(asked: Collection[Statement], theirs: Ids) -> None:
    """Fail when a statement of a page reads anything that the database's wall would have to hide."""
    assert len(asked) >= FEWEST_STATEMENTS
    assert [one.query for one in await compared(asked, theirs) if await one.reads_beyond()] == []


def address(path: str, mine: Ids, name: str, value: str) -> str:
    filled = {part: mine.of(part, path) for part in parts(path)} | {name: value}
    return re.sub(r"\{(\w+)\}", lambda found: filled[found.group(1)], path)


def same_words(text: str, asked: str) -> str:
    return VOLATILE.sub("", text.replace(asked, ""))


@pytest.mark.rule("GEN-05")
@pytest.mark.rule("ACC-14.1")
@pytest.mark.rule("ACC-14.2")
@pytest.mark.rule("SEC-30")
@pytest.mark.parametrize("swapped_in", [False, True], ids=["whole pages", "parts"])
@pytest.mark.rule("SEC-1")
async def test_every_id_of_another_school_is_as_unknown_as_one_of_nobody(
    client: Browser, app: Any, swapped_in: bool
) -> None:
    mine, theirs = await two_that_touch(client, app)
    with watched() as pages_asked:
        await check_ids_are_unknown(client, app, mine, theirs, swapped_in=swapped_in)
    await check_statements(pages_asked.asked.values(), theirs)


async def check_ids_are_unknown(
    client: Browser, app: Any, mine: Ids, theirs: Ids, *, swapped_in: bool = False, only: Collection[str] = ()
) -> None:
    """Fail unless each id of another school, in each address and method, is answered as one of nobody."""
    await client.get("/school/ects")
    headers = {"HX-Request": "true"} if swapped_in else {}
    cells = 0
    for path, method in school_routes(app):
        for name in (part for part in parts(path) if part.endswith("_id") and (not only or path in only)):
            answers = []
            for value in (theirs.of(name, path), str(uuid4()), "nonsense"):
                asked = address(path, mine, name, value)
                send = client.get if method == "GET" else client.post
                answer = await send(asked, headers=headers)
                assert answer.status_code == 404, (method, asked, answer.status_code)
                assert CANARY not in answer.text + str(answer.headers), (method, asked)
                answers.append(same_words(answer.text, asked))
            assert answers[0] == answers[1] == answers[2], (method, path)
            cells += 1
    assert only or cells >= 9


@pytest.mark.rule("PRM-06")
@pytest.mark.rule("ACC-14.4")
@pytest.mark.rule("SEC-30")
async def test_no_page_of_a_school_names_anybody_of_another(client: Browser, app: Any) -> None:
    mine, theirs = await two_that_touch(client, app)
    with watched() as pages_asked:
        await check_pages_name_nobody(client, app, mine, theirs)
    await check_statements(pages_asked.asked.values(), theirs)


async def check_pages_name_nobody(
    client: Browser, app: Any, mine: Ids, theirs: Ids, *, only: Collection[str] = ()
) -> None:
    """Fail when a page of the school names anything of another, whatever the query says."""
    seen = 0
    foreign = f"ect_id={theirs.ect}&mentor_id={theirs.mentor}&about={theirs.ect}&school_id={theirs.school.public_id}"
    for path, method in school_routes(app):
        if method != "GET" or (only and path not in only):
            continue
        asked = address(path, mine, "", "")
        for url in (asked, f"{asked}?q={CANARY[:5]}", f"{asked}?{foreign}"):
            answer = await client.get(url)
            assert answer.status_code < 500, url
            assert CANARY not in answer.text, url
            seen += answer.status_code == 200
    assert only or seen >= 10


async def pages(client: Browser, app: Any, mine: Ids, only: Collection[str] = ()) -> dict[str, str]:
    """Return the words of every page of the school, or of those with some addresses."""
    found = {}
    for path, method in school_routes(app):
        if method == "GET" and (not only or path in only):
            asked = address(path, mine, "", "")
            found[path] = same_words((await client.get(asked)).text, asked)
    return found


@pytest.mark.rule("PRM-06", "SEC-30")
async def test_nothing_that_another_school_does_changes_a_page(client: Browser, app: Any) -> None:
    people = await cast()
    paths = {path for path, _ in school_routes(app)}
    provider = await factories.lead_provider("Oak")
    mine = await somebody_at(people.ash, people.alice, "Ashby", paths, provider)
    await sign_in(client, people.alice, people.ash)
    await pages(client, app, mine)
    before = await pages(client, app, mine)
    await somebody_at(people.birch, people.carla, CANARY, paths, provider)
    await put_canaries(people.birch, people.carla)
    assert await pages(client, app, mine) == before


@pytest.mark.rule("ACC-14.6", "SEC-30")
async def test_the_database_alone_keeps_schools_apart(client: Browser, app: Any) -> None:
    mine, theirs = await two_that_touch(client, app)
    with opened_filters() as opened:
        await check_ids_are_unknown(client, app, mine, theirs)
        await check_pages_name_nobody(client, app, mine, theirs)
    assert opened.opened > len(school_routes(app))


@pytest.mark.rule("SEC-30")
async def test_with_neither_filters_nor_wall_it_would_be_found_out(client: Browser, app: Any) -> None:
    people, mine, theirs = await two_schools(app)
    await sign_in(client, people.alice, people.ash)
    with opened_filters(wall=False):
        for check in (check_ids_are_unknown, check_pages_name_nobody):
            with pytest.raises(AssertionError):
                await check(client, app, mine, theirs)


async def contents() -> dict[str, str]:
    """Return a sum of every table but those that count reading itself."""
    tables = await fetch(
        "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    sums = {}
    for name in (row["name"] for row in tables if row["name"] not in BOOKKEEPING):
        rows = await fetch(f"SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM \"{name}\" t")
        sums[name] = rows[0][0]
    return sums


@pytest.mark.rule("G-04")
@pytest.mark.rule("ACC-15.2")
@pytest.mark.rule("SEC-8")
async def test_no_page_of_a_school_changes_anything_by_being_read(client: Browser, app: Any) -> None:
    people, mine, _ = await two_schools(app)
    await sign_in(client, people.alice, people.ash)
    await client.get("/school/home")
    before = await contents()
    for path, method in school_routes(app):
        if method == "GET":
            asked = address(path, mine, "", "")
            for headers in ({}, {"HX-Request": "true"}):
                assert (await client.get(asked, headers=headers)).status_code < 500, asked
            after = await contents()
            if path.endswith("/export"):  # decision 0033: that it was read is noted
                before["event"] = after["event"]
            assert after == before, asked
