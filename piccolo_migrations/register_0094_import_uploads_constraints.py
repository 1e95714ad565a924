"""What an upload must never be."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import fetch

ID = "2026-11-27T13:56:00:000094"
VERSION = "1.38.0"
DESCRIPTION = "Constraints of uploads of imports"
COLUMNS = (
    *("created_at", "updated_at", "kind", "source_name", "hash", "content", "state", "override", "based_on", "report"),
    *("progress", "note", "ticket", "asked_by", "asked_by_user_id"),
)


async def forwards() -> MigrationManager:
    """Make them."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def make() -> None:
        dropped = ", ".join(f"ALTER COLUMN {name} DROP DEFAULT" for name in COLUMNS)
        await fetch(f"ALTER TABLE import_upload {dropped}")
        await fetch(
            "ALTER TABLE import_upload ADD CONSTRAINT import_upload_kind_is_known"
            " CHECK (kind IN ('school_register', 'reference_data')),"
            " ADD CONSTRAINT import_upload_state_is_known"
            " CHECK (state IN ('waiting', 'checking', 'checked', 'asked', 'applying', 'done', 'refused', 'failed'))"
        )

    async def unmake() -> None:
        await fetch(
            "ALTER TABLE import_upload DROP CONSTRAINT import_upload_kind_is_known,"
            " DROP CONSTRAINT import_upload_state_is_known"
        )

    manager.add_raw(make)
    manager.add_raw_backwards(unmake)
    return manager
