"""What a link or code must never be, and the index that finds the earlier ones of a subject."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import fetch

ID = "2026-11-23T09:00:00:000038"
VERSION = "1.38.0"
DESCRIPTION = "Constraints of links and codes"

# Piccolo gives every column a default; here a missing value must be refused, never filled in silently.
DROP_DEFAULTS = """
    DO $$ DECLARE found record; BEGIN
        FOR found IN SELECT column_name FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name = 'one_time_secret'
            AND column_default IS NOT NULL AND column_default NOT LIKE 'nextval%'
        LOOP
            EXECUTE format('ALTER TABLE one_time_secret ALTER COLUMN %I DROP DEFAULT', found.column_name);
        END LOOP;
    END $$"""

CONSTRAINTS = {
    "one_time_secret_purpose_is_known": "CHECK (purpose IN ('nomination', 'sign_in', 'staff_code', 'new_email'))",
    "one_time_secret_code_in_a_browser": "CHECK (code_hash IS NULL OR browser_hash IS NOT NULL"
    " OR purpose = 'staff_code')",
    "one_time_secret_about_school": "FOREIGN KEY (school_id) REFERENCES school (id)",
}


async def forwards() -> MigrationManager:
    """Make them all."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def make() -> None:
        await fetch(DROP_DEFAULTS)
        for name, rule in CONSTRAINTS.items():
            await fetch(f"ALTER TABLE one_time_secret ADD CONSTRAINT {name} {rule}")
        await fetch("CREATE INDEX one_time_secret_subject ON one_time_secret (subject_hash, created_at)")

    async def unmake() -> None:
        await fetch("DROP INDEX one_time_secret_subject")
        for name in reversed(CONSTRAINTS):
            await fetch(f"ALTER TABLE one_time_secret DROP CONSTRAINT {name}")

    manager.add_raw(make)
    manager.add_raw_backwards(unmake)
    return manager
