"""What staff ask about mail: how much of it was made and ended lately, and what was sent to an address today."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import fetch

ID = "2026-11-27T13:00:00:000096"
VERSION = "1.38.0"
DESCRIPTION = "Index of mail by when it was made"


async def forwards() -> MigrationManager:
    """Make it."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def make() -> None:
        await fetch("CREATE INDEX message_made ON message (created_at)")

    async def unmake() -> None:
        await fetch("DROP INDEX message_made")

    manager.add_raw(make)
    manager.add_raw_backwards(unmake)
    return manager
