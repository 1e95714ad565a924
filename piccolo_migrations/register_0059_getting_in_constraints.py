"""What a session that acts for a school must never be, and when accounts there are were last used."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import fetch

ID = "2026-11-27T09:00:00:000059"
VERSION = "1.38.0"
DESCRIPTION = "Constraints of acting for a school"

CONSTRAINTS = {
    "session": {
        "session_acts_for_a_school": "CHECK (acting_until IS NULL OR (user_id IS NOT NULL AND school_id IS NOT NULL))",
        "session_is_elevated_while_it_acts": "CHECK (elevated_until IS NULL"
        " OR (acting_until IS NOT NULL AND elevated_until <= acting_until))",
    },
}


async def forwards() -> MigrationManager:
    """Make them all."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def make() -> None:
        # Piccolo gives every column a default; here a missing value must be refused, never filled in silently.
        for table, column in (("app_user", "last_used_at"), ("sign_in_flow", "method")):
            await fetch(f"ALTER TABLE {table} ALTER COLUMN {column} DROP DEFAULT")
        for column in ("acting_until", "elevated_until"):
            await fetch(f"ALTER TABLE session ALTER COLUMN {column} DROP DEFAULT")
        for table, rules in CONSTRAINTS.items():
            for name, rule in rules.items():
                await fetch(f"ALTER TABLE {table} ADD CONSTRAINT {name} {rule}")
        await fetch(
            "UPDATE app_user u SET last_used_at = (SELECT max(e.recorded_at) FROM event e"
            " WHERE e.kind = 'staff_signs_in' AND e.actor_id = u.id) WHERE u.audience = 'staff'"
        )

    async def unmake() -> None:
        for table, rules in CONSTRAINTS.items():
            for name in reversed(rules):
                await fetch(f"ALTER TABLE {table} DROP CONSTRAINT {name}")

    manager.add_raw(make)
    manager.add_raw_backwards(unmake)
    return manager
