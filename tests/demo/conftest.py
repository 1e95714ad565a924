"""One database with the demo data for all tests of it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import asyncpg
import pytest

from app.db.engine import Connection, engine
from app.db.transaction import Held
from app.demo.calendar import Days
from app.demo.load import load
from tests.conftest import drop_database, make_database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

DAYS = Days.around(date(2026, 10, 6))


@pytest.fixture(scope="session")
async def demo_database(template_database: str) -> AsyncIterator[str]:
    """Make a database with the demo data; its address."""
    name = f"{template_database}_demo"
    url = await make_database(name, template_database)
    engine.point_at(url)
    await engine.open(size=2)
    await load(DAYS)
    await engine.close()
    yield url
    await drop_database(name)


@pytest.fixture
async def demo_data(demo_database: str) -> AsyncIterator[Days]:
    """Run the test on the demo data inside a transaction that is rolled back; the days it is built around."""
    conn = await asyncpg.connect(demo_database, connection_class=Connection)
    outer = conn.transaction()
    await outer.start()
    held = engine.current_transaction.set(Held(conn))
    try:
        yield DAYS
    finally:
        engine.current_transaction.reset(held)
        await outer.rollback()
        await conn.close()
