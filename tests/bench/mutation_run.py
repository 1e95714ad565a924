"""Takes the school filters out of the pages' statements, one after another, and sees whether the isolation tests notice.

Not part of the test command: `.venv/bin/python -m pytest -s tests/bench/mutation_run.py`. Its score stands in
docs/security.md. The database's own wall is taken away meanwhile, so that only the filters are left.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import asyncpg

from tests.web.conftest import app, app_settings, client, handlers, usual_app
from tests.web.school_filters import FILTER, opened_filters, watched
from tests.web.test_forms_forged import undone
from tests.web.test_isolation import (
    check_ids_are_unknown,
    check_pages_name_nobody,
    compared,
    pages,
    school_routes,
    two_that_touch,
)

if TYPE_CHECKING:
    from tests.web.conftest import Browser
    from tests.web.school_filters import Statement
    from tests.web.test_isolation import Ids

__all__ = ["app", "app_settings", "client", "handlers", "usual_app"]
NONE_YET = ("", 0)
FEWEST, SEEN = 40, 30
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


async def filters_of(client: Browser, app: Any, mine: Ids, theirs: Ids) -> dict[tuple[str, int], list[Statement]]:
    """Return every filter, by statement and number, with what the isolation tests ask of the statement."""
    with watched() as pages_asked:
        await check_ids_are_unknown(client, app, mine, theirs)
        await check_pages_name_nobody(client, app, mine, theirs)
    found: dict[tuple[str, int], list[Statement]] = defaultdict(list)
    for one in await compared(pages_asked.asked.values(), theirs):
        for number in range(len(FILTER.findall(one.query))):
            found[one.query, number].append(one)
    return found


async def fails(asked: list[Statement], number: int) -> bool:
    """Tell whether the isolation tests fail without a filter: it reads what the database's wall would hide."""
    for one in asked:
        if await one.reads_beyond(number):
            return True
    return False


async def test_every_filter_that_is_taken_out_is_noticed(client: Browser, app: Any) -> None:
    mine, theirs = await two_that_touch(client, app)
    client.linted = False
    filters = await filters_of(client, app, mine, theirs)
    survived = [(query, number) for (query, number), asked in filters.items() if not await fails(asked, number)]
    print(f"\n{len(filters) - len(survived)} of {len(filters)} filters taken out were noticed")
    for query, number in survived:
        print(f"- {place(query, number)}")
    assert len(filters) >= FEWEST
    assert survived == []


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


def place(query: str, number: int) -> str:
    """Return the words around a filter."""
    found = list(FILTER.finditer(query))[number]
    return " ".join(query[max(0, found.start() - 150) : found.end() + 60].split())
