"""What every test may ask for: a database in a rolled-back transaction, or one of its own."""

from __future__ import annotations

import gc
import logging
import os
import tempfile
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import asyncpg
import hypothesis
import pytest

os.environ.setdefault("ENVIRONMENT", "test")
os.environ.setdefault("DATA_DIR", str(Path(tempfile.gettempdir()) / f"register-test-{os.getuid()}"))

from app.adapters.http import silence_client_loggers
from app.db import server
from app.db.address import named
from app.db.engine import Connection, engine
from app.db.migrate import migrate
from app.db.sight import OWNER
from app.db.transaction import Held
from app.meters import METERS, Meters
from tests.privacy import LogSweep, secrets_in_tables

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

# How long an example takes says nothing on a busy machine.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")


def pytest_configure() -> None:
    """Collect no garbage while thousands of tests are collected, which make none."""
    gc.disable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that take long, or one of them is left to a single worker when the others have ended."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    """Look for garbage again, but never among the tests themselves: that took a fifth of the time of a run."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()


def maintenance_url() -> str:
    """Return the address of the server that tests make their databases on."""
    given = os.environ.get("TEST_DATABASE_URL")
    return given or server.start(Path(os.environ["DATA_DIR"]), "postgres")


async def write_carelessly() -> None:
    """Let the tests' own server write without waiting for the disk: nothing that a test kills takes the machine with it."""
    if os.environ.get("TEST_DATABASE_URL"):
        return
    conn = await asyncpg.connect(maintenance_url())
    try:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            await conn.execute(f"ALTER SYSTEM SET {setting} = off")
        await conn.execute("SELECT pg_reload_conf()")
    finally:
        await conn.close()


async def make_database(name: str, template: str | None = None) -> str:
    """Make a database anew; returns its address."""
    url = maintenance_url()
    conn = await asyncpg.connect(url)
    try:
        await conn.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await conn.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
    finally:
        await conn.close()
    return named(url, name)


async def drop_database(name: str) -> None:
    """Drop a database that a test made."""
    conn = await asyncpg.connect(maintenance_url())
    try:
        await conn.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    finally:
        await conn.close()


@pytest.fixture(scope="session")
async def template_database() -> AsyncIterator[str]:
    """Give the name of a migrated database that others are copied from, one per worker."""
    await write_carelessly()
    name = f"register_{os.getpid()}_{WORKER}"
    engine.point_at(await make_database(name))
    await engine.open(size=2)
    await migrate()
    await engine.close()
    yield name
    await drop_database(name)


async def assert_no_secrets(url: str) -> None:
    """Fail when a date of birth or National Insurance number was stored (SEC-32)."""
    conn = await asyncpg.connect(url)
    try:
        assert await secrets_in_tables(conn) == []
    finally:
        await conn.close()


@asynccontextmanager
async def database_of_its_own(template: str) -> AsyncIterator[str]:
    """Give a fresh copy of the template with the engine open on it, and drop it afterwards."""
    name = f"{template}_{uuid4().hex[:8]}"
    url = await make_database(name, template)
    engine.point_at(url)
    await engine.open(size=10)
    try:
        yield url
        await assert_no_secrets(url)
    finally:
        await engine.close()
        await drop_database(name)


@pytest.fixture
async def committed_database(template_database: str) -> AsyncIterator[str]:
    """Give a database of the test's own, in which things really commit; its address."""
    async with database_of_its_own(template_database) as url:
        yield url


class SharedDatabase:
    """The worker's database for rolled-back tests, by one connection: it plans each statement once, not for each test."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._kept: Connection | None = None

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Connection]:
        """Give the connection; a test that breaks it leaves the next one a new one."""
        conn, self._kept = self._kept or await asyncpg.connect(self.url, connection_class=Connection), None
        try:
            yield conn
            await conn.reset()
        except BaseException:
            conn.terminate()
            raise
        conn.forget_sight()
        self._kept = conn

    async def close(self) -> None:
        """Let the connection go."""
        if self._kept:
            await self._kept.close()


@pytest.fixture(scope="session")
async def shared_database(template_database: str) -> AsyncIterator[SharedDatabase]:
    """Give the worker's database for rolled-back tests."""
    name = f"{template_database}_shared"
    made = SharedDatabase(await make_database(name, template_database))
    yield made
    await made.close()
    await drop_database(name)


@pytest.fixture
async def database(shared_database: SharedDatabase) -> AsyncIterator[None]:
    """Run the test inside a transaction that is rolled back; everything the test calls joins it."""
    async with shared_database.connected() as conn:
        outer = conn.transaction()
        await outer.start()
        held = engine.current_transaction.set(Held(conn))
        try:
            yield
            with suppress(asyncpg.InFailedSQLTransactionError):  # the test made a statement fail
                await conn.see_as(OWNER)  # no wall hides anything from the sweep
            assert await secrets_in_tables(conn) == []
        finally:
            engine.current_transaction.reset(held)
            await outer.rollback()


@pytest.fixture
def meters(monkeypatch: pytest.MonkeyPatch) -> Meters:
    """Give what this process has counted, from nothing."""
    for counts, empty in vars(Meters()).items():
        monkeypatch.setattr(METERS, counts, empty)
    return METERS


@pytest.fixture(scope="session", autouse=True)
def log_sweep() -> Iterator[LogSweep]:
    """Hear every log line of the run; fail it when a date of birth or National Insurance number was in one (SEC-32)."""
    sweep = LogSweep()
    silence_client_loggers()  # a test's own client asks stand-ins with numbers; that the service's client is silent has its own tests
    logging.getLogger().addHandler(sweep)
    yield sweep
    logging.getLogger().removeHandler(sweep)
    assert sweep.found == []
