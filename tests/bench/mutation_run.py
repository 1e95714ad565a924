"""Takes the school filters out of the pages' statements, one after another, and sees whether the isolation tests notice.

Not part of the test command: `.venv/bin/python -m pytest -s tests/bench/mutation_run.py`. Its score stands in
docs/security.md. The database's own wall is taken away meanwhile, so that only the filters are left.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import asyncpg

from tests.cast import sign_in
from tests.web.conftest import app, app_settings, client, handlers
from tests.web.school_filters import FILTER, opened_filters
from tests.web.test_forms_forged import undone
from tests.web.test_isolation import check_ids_are_unknown, check_pages_name_nobody, pages, school_routes, two_schools

if TYPE_CHECKING:
    from tests.web.conftest import Browser
    from tests.web.test_isolation import Ids

__all__ = ["app", "app_settings", "client", "handlers"]
NONE_YET = ("", 0)
FEWEST, NOTICED = 40, 15
"""How many filters there are to take out, and how many of those are noticed so far; it only goes up."""


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


async def test_every_filter_that_is_taken_out_is_noticed(client: Browser, app: Any) -> None:
    people, mine, theirs = await two_schools(app)
    await sign_in(client, people.alice, people.ash)
    client.linted = False
    asked = await pages_of(client, app, mine, theirs)
    mutants = [(query, number) for query in sorted(asked) for number in range(len(FILTER.findall(query)))]
    survived = [each for each in mutants if not await is_noticed(client, app, (mine, theirs), each, asked[each[0]])]
    print(f"\n{len(mutants) - len(survived)} of {len(mutants)} filters taken out were noticed")
    for query, number in survived:
        place = list(FILTER.finditer(query))[number]
        print(f"- {' '.join(query[max(0, place.start() - 150) : place.end() + 60].split())}")
    assert len(mutants) >= FEWEST
    assert len(mutants) - len(survived) >= NOTICED
