"""Checking deferred constraints at the end of a savepoint, in one round trip."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import fetch

ID = "2026-11-27T20:35:00:000113"
VERSION = "1.38.0"
DESCRIPTION = "Ends of savepoints"

CHECK = "check_deferred()"
BODY = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;"


async def forwards() -> MigrationManager:
    """Make the function."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def make() -> None:
        await fetch(f"CREATE FUNCTION {CHECK} RETURNS void LANGUAGE plpgsql AS $body$BEGIN {BODY} END$body$")

    async def unmake() -> None:
        await fetch(f"DROP FUNCTION {CHECK}")

    manager.add_raw(make)
    manager.add_raw_backwards(unmake)
    return manager
