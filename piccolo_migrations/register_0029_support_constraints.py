"""What support, preferences and reminders must never hold, and the index that a school's notices need."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import fetch

ID = "2026-11-23T09:00:00:000029"
VERSION = "1.38.0"
DESCRIPTION = "Constraints of support, preferences and reminders"

# Piccolo gives every column a default; here a missing value must be refused, never filled in silently.
DROP_DEFAULTS = """
    DO $$ DECLARE found record; BEGIN
        FOR found IN SELECT table_name, column_name FROM information_schema.columns
            WHERE table_schema = 'public' AND column_default IS NOT NULL AND column_default NOT LIKE 'nextval%'
            AND table_name IN ('support_query', 'feedback', 'school_preference', 'reminder_run', 'reminder_sent')
        LOOP
            EXECUTE format('ALTER TABLE %I ALTER COLUMN %I DROP DEFAULT', found.table_name, found.column_name);
        END LOOP;
    END $$"""

CONSTRAINTS = {
    "support_query": {
        "support_query_state_is_known": "CHECK (state IN ('received', 'sent', 'failed', 'closed'))",
        "support_query_about_role_is_known": "CHECK (about_role IN ('ect', 'mentor'))",
        "support_query_about_whole": "CHECK ((about_role IS NULL) = (about_stay_id IS NULL))",
        "support_query_closed_when_closed": "CHECK ((state = 'closed') = (closed_at IS NOT NULL))",
    },
    "feedback": {"feedback_one_to_five": "CHECK (satisfaction BETWEEN 1 AND 5)"},
    "school_preference": {
        "school_preference_digest_is_known": "CHECK (digest IN ('off', 'weekly', 'daily', 'at_once'))",
        "one_preference": "UNIQUE (user_id, school_id)",
        "preference_about_school": "FOREIGN KEY (school_id) REFERENCES school (id)",
    },
    "reminder_run": {
        "reminder_run_state_is_known": "CHECK (state IN ('planned', 'sent', 'cancelled'))",
        "one_run": "UNIQUE (reminder, planned_on)",
    },
    "reminder_sent": {"one_reminder_a_day": "UNIQUE (school_id, reminder, sent_on)"},
}

INDEXES = {
    "event_of_school": "ON event (school_id, id)",
    "support_query_state": "ON support_query (state, created_at)",
}


async def forwards() -> MigrationManager:
    """Make them all."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def make() -> None:
        await fetch(DROP_DEFAULTS)
        for table in ("support_query", "reminder_run"):
            await fetch(f"ALTER TABLE {table} ALTER COLUMN public_id SET DEFAULT gen_random_uuid()")
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
