"""Takes filters out of the statements of pages and of lead providers' calls, and sees whether the isolation tests notice.

Not part of the test command: `.venv/bin/python -m pytest -s tests/bench/mutation_run.py`. Its score stands in
docs/security.md. The database's own wall is taken away meanwhile, so that only the filters are left.
"""

from __future__ import annotations

import re
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import asyncpg

from app.db.engine import engine
from app.db.transaction import Held
from tests.api.conftest import make
from tests.api.test_other_provider import check_feeds, check_ids, check_lists, operations, two_sides
from tests.cast import sign_in
from tests.web.conftest import app_settings, client, handlers
from tests.web.crossings import cross, cross_journeys
from tests.web.school_filters import FILTER, opened_filters, watched, without
from tests.web.test_forms_forged import app, forms, undone
from tests.web.test_forms_forged import place as place_of_forms
from tests.web.test_isolation import (
    check_ids_are_unknown,
    check_pages_name_nobody,
    compared,
    pages,
    school_routes,
    two_that_touch,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.api.test_other_provider import Side
    from tests.web.conftest import Browser
    from tests.web.school_filters import Statement
    from tests.web.test_isolation import Ids

__all__ = ["app", "app_settings", "client", "handlers"]
NONE_YET = ("", 0)
OF_PROVIDER = re.compile(r"(?:\b\w+\.)?\blead_provider_id = (?:(\$\d+)|ANY\((\$\d+)\))")
"""A condition that keeps a statement to the lead provider that asks."""
FEWEST, SEEN = 44, 30
"""How many filters there are to take out, and how many of those show on a page; both only go up."""


async def pages_of(client: Browser, app: Any, mine: Ids, theirs: Ids) -> dict[str, set[str]]:
    """Return, for each statement with a filter, the addresses that ask it."""
    asked: dict[str, set[str]] = defaultdict(set)
    for path in sorted({path for path, _ in school_routes(app)}):
        async with undone():
            with opened_filters(wall=False, mutant=NONE_YET) as opened:
                await check_ids_are_unknown(client, app, mine, theirs, only={path})
                await check_pages_name_nobody(client, app, mine, theirs, only={path})
        for query in opened.asked:
            if FILTER.search(query):
                asked[query].add(path)
    return asked


async def is_noticed(client: Browser, app: Any, ids: tuple[Ids, Ids], mutant: tuple[str, int], paths: set[str]) -> bool:
    """Tell whether the tests fail without one filter; a statement that breaks is no proof."""
    for path in sorted(paths):
        async with undone():
            as_it_is = await pages(client, app, ids[0], {path})
            with opened_filters(wall=False, mutant=mutant):
                if await pages(client, app, ids[0], {path}) != as_it_is:
                    return True
        for check in (check_pages_name_nobody, check_ids_are_unknown):
            async with undone():
                with opened_filters(wall=False, mutant=mutant):
                    try:
                        await check(client, app, *ids, only={path})
                    except asyncpg.PostgresError:
                        raise
                    except Exception:  # noqa: BLE001 - whatever fails because of a foreign row is noticed
                        return True
    return False


@dataclass
class Tried:
    """Filters, by statement and number, that were taken out, and those of them that the isolation tests noticed."""

    filters: set[tuple[str, int]] = field(default_factory=set)
    noticed: set[tuple[str, int]] = field(default_factory=set)

    async def out_of(self, asked: Iterable[Statement], theirs: Ids) -> None:
        """Take each filter out: it is noticed when the statement then reads what the database's wall would hide."""
        for one in await compared(asked, theirs):
            for each in ((one.query, number) for number in range(len(FILTER.findall(one.query)))):
                self.filters.add(each)
                if each not in self.noticed and await one.reads_beyond(each[1]):
                    self.noticed.add(each)


async def test_every_filter_that_is_taken_out_is_noticed(client: Browser, app: Any) -> None:
    client.linted = False
    tried = Tried()
    async with undone():
        mine, theirs = await two_that_touch(client, app)
        with watched() as pages_asked:
            await check_ids_are_unknown(client, app, mine, theirs)
            await check_pages_name_nobody(client, app, mine, theirs)
        await tried.out_of(pages_asked.asked.values(), theirs)
    found = await place_of_forms(app)
    await sign_in(client, found.people.alice, found.people.ash)
    await client.post("/school/choose", {"school_id": str(found.people.ash.public_id)})
    await cross(found.people, found.mine, found.theirs)
    with watched() as journeys_asked:
        seen = [form.url async for form in forms(client, found)]
    await cross_journeys(found.people, found.theirs)
    await tried.out_of(journeys_asked.asked.values(), found.theirs)
    survived = tried.filters - tried.noticed
    print(f"\n{len(tried.noticed)} of {len(tried.filters)} filters taken out were noticed, with {len(seen)} forms")
    for query, number in survived:
        print(f"- {place(query, number)}")
    assert len(tried.filters) >= FEWEST
    assert survived == set()


async def test_how_many_are_seen_on_a_page(client: Browser, app: Any) -> None:
    mine, theirs = await two_that_touch(client, app)
    client.linted = False
    asked = await pages_of(client, app, mine, theirs)
    mutants = [(query, number) for query in sorted(asked) for number in range(len(FILTER.findall(query)))]
    unseen = [each for each in mutants if not await is_noticed(client, app, (mine, theirs), each, asked[each[0]])]
    print(f"\n{len(mutants) - len(unseen)} of {len(mutants)} filters taken out were seen on a page")
    for query, number in unseen:
        print(f"- {place(query, number)}")
    assert len(mutants) - len(unseen) >= SEEN


@dataclass
class Altered:
    """A test's connection whose reading for a lead provider lacks one filter; it keeps what has any."""

    real: Any
    mutant: tuple[str, int] = NONE_YET
    asked: set[str] = field(default_factory=set)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    async def fetch(self, query: str, *args: Any, timeout: float | None = None) -> Any:  # noqa: ASYNC109 - as it is asked
        """Ask, without the filter where it is the statement's."""
        if OF_PROVIDER.search(query) and query.lstrip().startswith(("SELECT", "WITH")):
            self.asked.add(query)
            query = without(query, self.mutant[1], OF_PROVIDER) if query == self.mutant[0] else query
        return await self.real.fetch(query, *args, timeout=timeout)


@contextmanager
def altered(mutant: tuple[str, int] = NONE_YET) -> Iterator[Altered]:
    """Take a filter out of what lead providers' calls read, inside a test's transaction."""
    held = engine.current_transaction.get()
    assert held is not None
    changed = Altered(held.connection, mutant)
    token = engine.current_transaction.set(Held(changed))  # type: ignore[arg-type]
    try:
        yield changed
    finally:
        engine.current_transaction.reset(token)


async def told(app: Any, sides: dict[str, Side]) -> list[str]:
    """Return the answer and its tag of every reading operation to each lead provider, about its own and each school."""
    answers = []
    for path in (path for path, method in operations(app) if method == "GET"):
        query = "?filter[cohort]=2025" if path.startswith("/schools") else ""
        for one in sides.values():
            schools = (other.ids["school_id"] for other in sides.values())
            for where in sorted({one.address(path, school_id=school) for school in schools}):
                answer = await one.program.call("GET", where + query)
                answers.append(f"{answer.text} {answer.headers.get('etag')}")
    return answers


async def check_all(app: Any, sides: dict[str, Side]) -> None:
    """Run the tests of the API."""
    await check_lists(app, sides)
    await check_ids(app, sides)
    await check_feeds(sides)


async def is_told(app: Any, sides: dict[str, Side], mutant: tuple[str, int], as_it_is: list[str]) -> bool:
    """Tell whether a lead provider is answered otherwise without a filter, or the tests of the API fail."""
    for check in (told, check_all):
        async with undone():
            with altered(mutant):
                try:
                    answered = await check(app, sides)
                except asyncpg.PostgresError:
                    raise
                except Exception:  # noqa: BLE001 - whatever fails because of a foreign row is noticed
                    return True
                if answered is not None and answered != as_it_is:
                    return True
    return False


async def test_every_filter_of_a_lead_provider_that_is_taken_out_is_noticed(client: Browser, app: Any) -> None:
    assert client
    sides = await two_sides(await make(app), app)
    async with undone():
        with altered() as changed:
            as_it_is = await told(app, sides)
            await check_all(app, sides)
    mutants = [(query, number) for query in sorted(changed.asked) for number in range(len(OF_PROVIDER.findall(query)))]
    survived = [each for each in mutants if not await is_told(app, sides, each, as_it_is)]
    print(f"\n{len(mutants) - len(survived)} of {len(mutants)} filters of lead providers taken out were noticed")
    for query, number in survived:
        print(f"- {place(query, number, OF_PROVIDER)}")
    assert survived == []


def place(query: str, number: int, conditions: re.Pattern[str] = FILTER) -> str:
    """Return the words around a filter."""
    found = list(conditions.finditer(query))[number]
    return " ".join(query[max(0, found.start() - 150) : found.end() + 60].split())
