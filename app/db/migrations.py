"""Applying the one migration history under a lock (OPS-9)."""

from __future__ import annotations

import contextlib
import io
from functools import cache

import asyncpg
from piccolo.apps.migrations.commands.backwards import run_backwards
from piccolo.apps.migrations.commands.base import BaseMigrationManager
from piccolo.apps.migrations.commands.forwards import run_forwards

from app.db.engine import engine, fetch
from app.db.piccolo_app import APP_CONFIG
from app.db.sight import OWNER, seen_by
from app.db.wall import build, stands, take_down

LOCK = 7_203_411
OLDEST_VERSION = 150_000


class MigrationFailed(Exception):
    """A migration, or the database it met, is not as it should be."""


class LockHeld(Exception):
    """Another process is migrating."""


async def migrate() -> str:
    """Apply every outstanding migration; returns what Piccolo reported. Raises LockHeld, MigrationFailed."""
    return await _under_lock(forwards=True)


async def unmigrate() -> str:
    """Take every migration back; for tests of reversibility."""
    return await _under_lock(forwards=False)


async def at_head() -> bool:
    """Tell whether every migration of this code has been applied and the wall between schools stands."""
    with seen_by(OWNER):
        return await _is_applied() and await stands()


async def _is_applied() -> bool:
    if (await fetch("SELECT to_regclass('migration') IS NOT NULL AS there"))[0]["there"] is False:
        return False
    applied = {row["name"] for row in await fetch("SELECT name FROM migration WHERE app_name = 'register'")}
    return known_migrations() <= applied


@cache
def known_migrations() -> frozenset[str]:
    """Return the ids of this code's migrations; read once, because health checks ask every few seconds."""
    manager = BaseMigrationManager()
    modules = manager.get_migration_modules(APP_CONFIG.resolved_migrations_folder_path)
    return frozenset(manager.get_migration_ids(modules))


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
