"""Applying the one migration history under a lock (OPS-9)."""

from __future__ import annotations

import contextlib
import io

import asyncpg
from piccolo.apps.migrations.commands.backwards import run_backwards
from piccolo.apps.migrations.commands.forwards import run_forwards

from app.db.engine import engine
from app.db.migrations import LockHeld, MigrationFailed
from app.db.sight import OWNER, seen_by
from app.db.wall import build, take_down

LOCK = 7_203_411
OLDEST_VERSION = 150_000


async def migrate() -> str:
    """Apply every outstanding migration; returns what Piccolo reported. Raises LockHeld, MigrationFailed."""
    return await _under_lock(forwards=True)


async def unmigrate() -> str:
    """Take every migration back; for tests of reversibility."""
    return await _under_lock(forwards=False)


async def _under_lock(*, forwards: bool) -> str:
    conn = await asyncpg.connect(**engine.config)
    try:
        if conn.get_server_version().major * 10_000 < OLDEST_VERSION:
            raise MigrationFailed("PostgreSQL 15 or later is needed")
        if not await conn.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
            raise LockHeld
        with seen_by(OWNER):
            return await _run(forwards=forwards)
    finally:
        await conn.close()


async def _run(*, forwards: bool) -> str:
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        if forwards:
            result = await run_forwards("register")
        else:
            await take_down()
            result = await run_backwards("register", "all", auto_agree=True)
    if not result.success:
        raise MigrationFailed(f"{result.message} {output.getvalue()}")
    if forwards:
        await build()
    return output.getvalue()
