"""What an item of a work queue must never be."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import fetch

ID = "2026-11-27T09:00:00:000082"
VERSION = "1.38.0"
DESCRIPTION = "Constraints of work queues"

# Piccolo gives every column a default; here a missing value must be refused, never filled in silently.
DROP_DEFAULTS = (
    "ALTER TABLE queue_item ALTER COLUMN queue DROP DEFAULT, ALTER COLUMN item_key DROP DEFAULT,"
    " ALTER COLUMN created_at DROP DEFAULT, ALTER COLUMN updated_at DROP DEFAULT, ALTER COLUMN version DROP DEFAULT,"
    " ALTER COLUMN assignee_user_id DROP DEFAULT, ALTER COLUMN snoozed_until DROP DEFAULT,"
    " ALTER COLUMN dismissed_facts DROP DEFAULT"
)


async def forwards() -> MigrationManager:
    """Make them."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def make() -> None:
        await fetch(DROP_DEFAULTS)
        await fetch("CREATE UNIQUE INDEX queue_item_one ON queue_item (queue, item_key)")

    async def unmake() -> None:
        await fetch("DROP INDEX queue_item_one")

    manager.add_raw(make)
    manager.add_raw_backwards(unmake)
    return manager
