"""What a school's closing and an item for staff must never be."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import fetch

ID = "2026-11-23T09:00:00:000044"
VERSION = "1.38.0"
DESCRIPTION = "Constraints of school closings"

# Piccolo gives every column a default; here a missing value must be refused, never filled in silently.
DROP_DEFAULTS = """
    DO $$ DECLARE found record; BEGIN
        FOR found IN SELECT table_name, column_name FROM information_schema.columns
            WHERE table_schema = 'public' AND (table_name IN ('school_closing', 'register_item')
                OR table_name = 'school' AND column_name IN ('alias_of_school_id', 'last_level'))
            AND column_default IS NOT NULL AND column_default NOT LIKE 'nextval%'
            AND column_default <> 'gen_random_uuid()'
        LOOP
            EXECUTE format('ALTER TABLE %I ALTER COLUMN %I DROP DEFAULT', found.table_name, found.column_name);
        END LOOP;
    END $$"""
STATES = "'waiting', 'undecided', 'closed', 'continued', 'renumbered', 'reopened'"
KINDS = (
    "'several_successors', 'successor_unknown', 'chain_too_long', 'successor_not_open', 'successor_closed',"
    " 'ended_undecided', 'restore', 'late_successor', 'close_date_moved', 'link_withdrawn', 'fault',"
    " 'type_unknown', 'close_date_missing', 'ukprn_repeated', 'status_unknown', 'absent'"
)
CONSTRAINTS = {
    "school_closing": {
        "school_closing_state_is_known": f"CHECK (state IN ({STATES}))",
        "school_closing_acted_when_done": "CHECK ((acted_on IS NULL) = (state IN ('waiting', 'undecided')))",
    },
    "register_item": {
        "register_item_queue_is_known": "CHECK (queue IN ('Q-06', 'Q-12'))",
        "register_item_kind_is_known": f"CHECK (kind IN ({KINDS}))",
        "register_item_settled_somehow": "CHECK ((settled_at IS NULL) = (settlement IS NULL))",
    },
    "school": {"school_alias_of_another": "CHECK (alias_of_school_id <> id)"},
}
INDEXES = {
    "school_closing_in_force": "UNIQUE INDEX {} ON school_closing (school_id) WHERE ended_at IS NULL",
    "register_item_open": "UNIQUE INDEX {} ON register_item (school_id, kind) WHERE settled_at IS NULL",
    "school_alias_of": "INDEX {} ON school (alias_of_school_id) WHERE alias_of_school_id IS NOT NULL",
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
