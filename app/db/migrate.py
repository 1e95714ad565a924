"""Applying the one migration history under a lock (OPS-9)."""

from __future__ import annotations

import asyncio
import contextlib
import io
from typing import TYPE_CHECKING

import asyncpg
from piccolo.apps.migrations.commands.backwards import run_backwards
from piccolo.apps.migrations.commands.forwards import run_forwards

from app.db.engine import engine
from app.db.migrations import LockHeld, MigrationFailed, TablesInUse
from app.db.sight import OWNER, seen_by
from app.db.wall import build, take_down

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from piccolo.apps.migrations.commands.base import MigrationResult

LOCK = 7_203_411
LOCK_SECONDS = 1.0
"""How long a statement waits for a table that somebody works on; whoever comes after it waits as long."""
PAUSES = (0.5, 1, 2, 4, 8, 15, 30)
"""How many seconds pass between one try and the next."""
OLDEST_VERSION = 150_000
IN_USE = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)


async def migrate(*, lock_seconds: float = LOCK_SECONDS, pauses: Sequence[float] = PAUSES) -> str:
    """Apply every outstanding migration while the service goes on; returns what Piccolo reported (OPS-9).

    lock_seconds: how long a statement waits for a table; pauses: the seconds between one try and the next.
    Raises LockHeld, TablesInUse, MigrationFailed.
    """
    async with _alone(), engine.impatient(lock_seconds):
        for pause in pauses:
            with contextlib.suppress(*IN_USE):
                return await _forwards()
            await asyncio.sleep(pause)
        try:
            return await _forwards()
        except IN_USE as fault:
            raise TablesInUse(f"a table is in use by something that does not end ({fault})") from fault


async def unmigrate() -> str:
    """Take every migration back; for tests of reversibility."""
    async with _alone():
        await take_down()
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            result = await run_backwards("register", "all", auto_agree=True)
        return _told(result, output)


@contextlib.asynccontextmanager
async def _alone() -> AsyncIterator[None]:
    """Keep other runners out, and read as the owner, for the body."""
    conn = await asyncpg.connect(**engine.config)
    try:
        if conn.get_server_version().major * 10_000 < OLDEST_VERSION:
            raise MigrationFailed("PostgreSQL 15 or later is needed")
        if not await conn.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
            raise LockHeld
        with seen_by(OWNER):
            yield
    finally:
        await conn.close()


async def _forwards() -> str:
    """Apply what is outstanding, each migration in a transaction of its own; what was applied stays so."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        result = await run_forwards("register")
    said = _told(result, output)
    await build()
    return said


def _told(result: MigrationResult, output: io.StringIO) -> str:
    if not result.success:
        raise MigrationFailed(f"{result.message} {output.getvalue()}")
    return output.getvalue()
