"""Events about neither a school nor a person, such as those of reference data, are found without reading all."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import fetch

ID = "2026-11-27T09:00:00:000061"
VERSION = "1.38.0"
DESCRIPTION = "Index of the service's own events"


async def forwards() -> MigrationManager:
    """Make the index."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def make() -> None:
        await fetch("CREATE INDEX event_of_service ON event (kind, id) WHERE school_id IS NULL AND teacher_id IS NULL")

    async def unmake() -> None:
        await fetch("DROP INDEX event_of_service")

    manager.add_raw(make)
    manager.add_raw_backwards(unmake)
    return manager
