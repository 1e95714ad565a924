"""The index that finds a school's training, which every request of some independent schools looks for."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import fetch

ID = "2026-11-23T09:00:00:000046"
VERSION = "1.38.0"
DESCRIPTION = "Training of a school"


async def forwards() -> MigrationManager:
    """Make it."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def make() -> None:
        await fetch("CREATE INDEX training_school ON training_period (school_id)")

    async def unmake() -> None:
        await fetch("DROP INDEX training_school")

    manager.add_raw(make)
    manager.add_raw_backwards(unmake)
    return manager
