"""Migrating while the service goes on (FLT-43)."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from itertools import cycle
from typing import TYPE_CHECKING

import asyncpg
import pytest

from app.db.migrate import migrate
from app.db.migrations import TablesInUse
from tests.faults.test_database_gone import alice  # noqa: F401 - a fixture
from tests.web.register_ect.conftest import outside, stand_in  # noqa: F401 - fixtures

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.web.conftest import Browser

LONG_REPORT = "BEGIN; SELECT count(*) FROM of_later_code"


@asynccontextmanager
async def being_served(alice: Browser) -> AsyncIterator[set[int]]:
    """Ask for pages all the time; gives the statuses of their answers."""
    statuses: set[int] = set()

    async def ask() -> None:
        for path in cycle(("/school/home", "/school/ects", "/health/ready")):
            statuses.add((await alice.client.get(path)).status_code)

    asking = asyncio.create_task(ask())
    yield statuses
    asking.cancel()
    await asyncio.wait([asking])
    assert asking.cancelled()


@pytest.mark.rule("FLT-43", "OPS-9", "REL-8")
async def test_a_migration_turns_nobody_away_and_gives_up_where_a_table_is_not_let_go(
    alice: Browser, committed_database: str
) -> None:
    report = await asyncpg.connect(committed_database)
    await report.execute("CREATE TABLE of_later_code (school_id bigint)")
    await report.execute(LONG_REPORT)
    async with being_served(alice) as statuses:
        with pytest.raises(TablesInUse):
            await migrate(lock_seconds=0.1, pauses=(0.05,))
        trying = asyncio.create_task(migrate(lock_seconds=0.1, pauses=(0.1,) * 50))
        await asyncio.sleep(0.3)
        assert not trying.done()
        await report.execute("COMMIT")
        await trying
    (walled,) = await report.fetch("SELECT relrowsecurity FROM pg_class WHERE relname = 'of_later_code'")
    assert walled["relrowsecurity"]
    await report.close()
    assert statuses == {200}
