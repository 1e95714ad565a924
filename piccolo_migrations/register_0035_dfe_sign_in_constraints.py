"""What flows of DfE Sign-in and the organisations of users must never hold."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import fetch

ID = "2026-11-23T09:00:00:000035"
VERSION = "1.38.0"
DESCRIPTION = "Constraints of DfE Sign-in"

# Piccolo gives every column a default; here a missing value must be refused, never filled in silently.
DROP_DEFAULTS = """
    DO $$ DECLARE found record; BEGIN
        FOR found IN SELECT table_name, column_name FROM information_schema.columns
            WHERE table_schema = 'public' AND column_default IS NOT NULL AND column_default NOT LIKE 'nextval%'
            AND (table_name IN ('sign_in_flow', 'user_organisation')
                OR column_name IN ('role_checked_at', 'role_tried_at', 'id_token'))
        LOOP
            EXECUTE format('ALTER TABLE %I ALTER COLUMN %I DROP DEFAULT', found.table_name, found.column_name);
        END LOOP;
    END $$"""

CONSTRAINTS = {
    "sign_in_flow": {"one_flow": "UNIQUE (state_hash)"},
    "user_organisation": {
        "one_organisation": "UNIQUE (user_id, school_id)",
        "organisation_is_school": "FOREIGN KEY (school_id) REFERENCES school (id)",
    },
}
INDEXES = {"sign_in_flow_of_session": "ON sign_in_flow (session_hash, created_at)"}


async def forwards() -> MigrationManager:
    """Make them all."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def make() -> None:
        await fetch(DROP_DEFAULTS)
        for table, rules in CONSTRAINTS.items():
            for name, rule in rules.items():
                await fetch(f"ALTER TABLE {table} ADD CONSTRAINT {name} {rule}")
        for name, definition in INDEXES.items():
            await fetch(f"CREATE INDEX {name} {definition}")

    async def unmake() -> None:
        for name in INDEXES:
            await fetch(f"DROP INDEX {name}")
        for table, rules in CONSTRAINTS.items():
            for name in reversed(rules):
                await fetch(f"ALTER TABLE {table} DROP CONSTRAINT {name}")

    manager.add_raw(make)
    manager.add_raw_backwards(unmake)
    return manager
