"""What a stopped sender, a calendar feed and its entries must never be."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import fetch

ID = "2026-11-27T09:00:00:000052"
VERSION = "1.38.0"
DESCRIPTION = "Constraints of mail and calendar"

# Piccolo gives every column a default; here a missing value must be refused, never filled in silently.
DROP_DEFAULTS = """
    DO $$ DECLARE found record; BEGIN
        FOR found IN SELECT table_name, column_name FROM information_schema.columns
            WHERE table_schema = 'public' AND (table_name IN ('sender_stop', 'calendar_feed', 'calendar_entry')
                OR table_name = 'message' AND column_name = 'earlier_failures')
            AND column_default IS NOT NULL AND column_default NOT LIKE 'nextval%'
        LOOP
            EXECUTE format('ALTER TABLE %I ALTER COLUMN %I DROP DEFAULT', found.table_name, found.column_name);
        END LOOP;
    END $$"""
CONSTRAINTS = {
    "message": {"message_failures_not_negative": "CHECK (earlier_failures >= 0)"},
    "sender_stop": {"sender_stop_tried_after_it": "CHECK (try_at >= stopped_at)"},
    "calendar_feed": {"calendar_feed_names_are_known": "CHECK (names IN ('initials', 'names', 'none'))"},
    "calendar_entry": {
        "one_entry_of_a_kind": "UNIQUE (feed_id, key)",
        "calendar_entry_sequence_not_negative": "CHECK (sequence >= 0)",
    },
}
INDEXES = {
    "one_stop_at_a_time": "UNIQUE INDEX {} ON sender_stop ((true)) WHERE restarted_at IS NULL",
    "one_feed_in_use": "UNIQUE INDEX {} ON calendar_feed (user_id, school_id) WHERE ended_at IS NULL",
    "message_accepted": "INDEX {} ON message (accepted_at) WHERE state = 'accepted'",
}


async def forwards() -> MigrationManager:
    """Make them all."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def make() -> None:
        await fetch(DROP_DEFAULTS)
        for table, rules in CONSTRAINTS.items():
            for name, rule in rules.items():
                await fetch(f"ALTER TABLE {table} ADD CONSTRAINT {name} {rule}")
        for name, definition in INDEXES.items():
            await fetch(f"CREATE {definition.format(name)}")

    async def unmake() -> None:
        for name in reversed(INDEXES):
            await fetch(f"DROP INDEX {name}")
        for table, rules in CONSTRAINTS.items():
            for name in rules:
                await fetch(f"ALTER TABLE {table} DROP CONSTRAINT {name}")

    manager.add_raw(make)
    manager.add_raw_backwards(unmake)
    return manager
