"""What a change that the teaching record is told must never be (EXT-2.24)."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import fetch

ID = "2026-11-27T14:00:00:000084"
VERSION = "1.38.0"
DESCRIPTION = "Constraints of what the teaching record is told"

TABLE = "induction_to_tell"
COLUMNS = (
    *("created_at", "updated_at", "teacher_id", "status", "started_on", "completed_on", "decided_at", "state"),
    *("due_at", "attempts", "said", "finished_at"),
)
CHECKS = {
    "induction_to_tell_state_is_known": "state IN ('waiting', 'accepted', 'superseded', 'rejected')",
    "induction_to_tell_dates_fit_status": """CASE status WHEN 'RequiredToComplete' THEN
            started_on IS NULL AND completed_on IS NULL
        WHEN 'InProgress' THEN started_on IS NOT NULL AND completed_on IS NULL
        WHEN 'Passed' THEN started_on IS NOT NULL AND completed_on IS NOT NULL
        WHEN 'Failed' THEN started_on IS NOT NULL AND completed_on IS NOT NULL ELSE false END""",
    "induction_to_tell_finished_once": "(finished_at IS NULL) = (state = 'waiting')",
}


async def forwards() -> MigrationManager:
    """Make them."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def make() -> None:
        drop = ", ".join(f"ALTER COLUMN {column} DROP DEFAULT" for column in COLUMNS)
        await fetch(f"ALTER TABLE {TABLE} {drop}")
        for name, check in CHECKS.items():
            await fetch(f"ALTER TABLE {TABLE} ADD CONSTRAINT {name} CHECK ({check})")
        await fetch(f"CREATE INDEX induction_to_tell_of_teacher ON {TABLE} (teacher_id, id)")
        await fetch(f"CREATE INDEX induction_to_tell_parked ON {TABLE} (id) WHERE state <> 'accepted'")

    async def unmake() -> None:
        await fetch("DROP INDEX induction_to_tell_of_teacher")
        await fetch("DROP INDEX induction_to_tell_parked")
        for name in CHECKS:
            await fetch(f"ALTER TABLE {TABLE} DROP CONSTRAINT {name}")

    manager.add_raw(make)
    manager.add_raw_backwards(unmake)
    return manager
