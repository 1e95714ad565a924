"""What every transaction that writes does last, in fewer round trips: checks, settling, the end of the audit trail."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import fetch

ID = "2026-11-27T20:35:00:000113"
VERSION = "1.38.0"
DESCRIPTION = "Ends of transactions"

# Nothing else may come between: each statement of a volatile function sees what was committed until it begins.
FUNCTIONS = {
    "check_deferred()": ("void", "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;"),
    "check_and_settle(stamp timestamptz, today date)": (
        "void",
        "SET CONSTRAINTS ALL IMMEDIATE; PERFORM settle_provider_records(stamp, today);",
    ),
    "hold_event_chain(key bigint)": (
        "TABLE (newest bigint, its_hash bytea)",
        "PERFORM pg_advisory_xact_lock(key); RETURN QUERY SELECT id, hash FROM event ORDER BY id DESC LIMIT 1;",
    ),
}


async def forwards() -> MigrationManager:
    """Make the functions."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def make() -> None:
        for signature, (returns, body) in FUNCTIONS.items():
            await fetch(
                f"CREATE FUNCTION {signature} RETURNS {returns} LANGUAGE plpgsql AS $body$BEGIN {body} END$body$"
            )

    async def unmake() -> None:
        for signature in FUNCTIONS:
            await fetch(f"DROP FUNCTION {signature}")

    manager.add_raw(make)
    manager.add_raw_backwards(unmake)
    return manager
