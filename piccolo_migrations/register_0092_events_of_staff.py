"""Index of what each member of staff did (ADM-11.6)."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import fetch

ID = "2026-11-27T13:00:00:000092"
VERSION = "1.38.0"
DESCRIPTION = "Index of what staff did"


async def forwards() -> MigrationManager:
    """Make it; most events have an author, few of them are staff."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def make() -> None:
        await fetch(
            "CREATE INDEX event_of_author ON event (actor_id, id) WHERE actor_kind IN ('staff', 'staff_for_school')"
        )

    async def unmake() -> None:
        await fetch("DROP INDEX event_of_author")

    manager.add_raw(make)
    manager.add_raw_backwards(unmake)
    return manager
