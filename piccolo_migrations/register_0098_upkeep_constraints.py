"""What notes about jobs and refused answers must never be, and an index for counting who got in."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import fetch

ID = "2026-11-27T13:00:00:000098"
VERSION = "1.38.0"
DESCRIPTION = "Constraints of upkeep"

# Piccolo gives every column a default; here a missing value must be refused, never filled in silently.
COLUMNS = {
    "job_run": "name cron when_late started_at finished_at succeeded_at result failure created_at updated_at",
    "draft": "stopped_at",
    "field_error": "day journey field errors created_at updated_at",
}
MADE = {
    "job_run_result_not_negative": ("job_run", "CHECK (result >= 0)"),
    "job_run_ended_was_started": ("job_run", "CHECK (finished_at IS NULL OR started_at IS NOT NULL)"),
    "field_error_counts": ("field_error", "CHECK (errors > 0)"),
}
INDEXES = {
    "field_error_one": "UNIQUE INDEX field_error_one ON field_error (day, journey, field)",
    "event_signing_in": "INDEX event_signing_in ON event (recorded_at)"
    " WHERE kind IN ('school_user_signs_in', 'school_user_refused', 'staff_signs_in', 'staff_sign_in_refused')",
}


async def forwards() -> MigrationManager:
    """Make them."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def make() -> None:
        for table, columns in COLUMNS.items():
            drops = ", ".join(f"ALTER COLUMN {column} DROP DEFAULT" for column in columns.split())
            await fetch(f"ALTER TABLE {table} {drops}")
        for name, (table, check) in MADE.items():
            await fetch(f"ALTER TABLE {table} ADD CONSTRAINT {name} {check}")
        for definition in INDEXES.values():
            await fetch(f"CREATE {definition}")

    async def unmake() -> None:
        for name in INDEXES:
            await fetch(f"DROP INDEX {name}")
        for name, (table, _) in MADE.items():
            await fetch(f"ALTER TABLE {table} DROP CONSTRAINT {name}")

    manager.add_raw(make)
    manager.add_raw_backwards(unmake)
    return manager
