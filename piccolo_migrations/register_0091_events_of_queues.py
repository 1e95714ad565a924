"""The events that work queues are made of, so that counting them reads no others (ADM-8.2)."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import fetch

ID = "2026-11-27T13:30:00:000091"
VERSION = "1.38.0"
DESCRIPTION = "Index of the events of work queues"


async def forwards() -> MigrationManager:
    """Make it."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def make() -> None:
        await fetch(
            "CREATE INDEX event_of_queues ON event (kind, id) WHERE kind IN"
            " ('teacher_trs_record_changed', 'access_link_requested', 'teacher_registration_removed')"
        )

    async def unmake() -> None:
        await fetch("DROP INDEX event_of_queues")

    manager.add_raw(make)
    manager.add_raw_backwards(unmake)
    return manager
