"""What corrections of names, changes to many people and requests to anonymise must never be."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import fetch
from app.teachers.rules import similarity

ID = "2026-11-27T13:00:00:000090"
VERSION = "1.38.0"
DESCRIPTION = "Constraints of what staff put right"

TABLES = ("name_correction", "bulk_batch", "bulk_row", "anonymisation")
# Piccolo gives every column a default; here a missing value must be refused, never filled in silently.
DROP_DEFAULTS = f"""
    DO $$ DECLARE found record; BEGIN
        FOR found IN SELECT table_name, column_name FROM information_schema.columns
            WHERE table_schema = 'public' AND column_default IS NOT NULL AND column_default NOT LIKE 'nextval%'
            AND (table_name IN {TABLES} OR (table_name, column_name) IN (('name_flag', 'outcome'),
                ('lookup_attempt', 'lifted')))
        LOOP
            EXECUTE format('ALTER TABLE %I ALTER COLUMN %I DROP DEFAULT', found.table_name, found.column_name);
        END LOOP;
    END $$"""
CONSTRAINTS = (
    ("name_correction", "name_correction_where_is_known", "CHECK (\"where\" IN ('registration', 'change', 'fix'))"),
    ("name_correction", "name_correction_score_in_range", "CHECK (score BETWEEN 0 AND 100)"),
    ("name_correction", "name_correction_one_of_a_flag", "UNIQUE (name_flag_id)"),
    ("name_flag", "name_flag_outcome_is_known", "CHECK (outcome IN ('accepted', 'reverted', 'settled'))"),
    ("name_flag", "name_flag_review_whole", "CHECK ((reviewed_at IS NULL) = (outcome IS NULL))"),
    ("lookup_attempt", "lookup_attempt_lifted_of_counters", "CHECK (lifted <@ ARRAY['user', 'school', 'trn'])"),
    ("bulk_row", "bulk_row_one_position", "UNIQUE (bulk_batch_id, position)"),
    ("bulk_row", "bulk_row_found_is_known", "CHECK (found IN ('will_change', 'no_change', 'cannot'))"),
    ("bulk_row", "bulk_row_result_is_known", "CHECK (result IN ('changed', 'no_change', 'cannot'))"),
    ("bulk_row", "bulk_row_found_before_result", "CHECK (result IS NULL OR found IS NOT NULL)"),
    ("anonymisation", "anonymisation_outcome_is_known", "CHECK (outcome IN ('done', 'withdrawn'))"),
    (
        "anonymisation",
        "anonymisation_end_whole",
        "CHECK ((outcome IS NULL) = (ended_at IS NULL) AND (ended_at IS NULL) = (ended_by_user_id IS NULL))",
    ),
    (
        "anonymisation",
        "anonymisation_by_two",
        "CHECK (outcome IS DISTINCT FROM 'done' OR ended_by_user_id <> asked_by_user_id)",
    ),
)
INDEXES = {
    "name_correction_made": "INDEX {} ON name_correction (made_at DESC, id DESC)",
    "name_correction_teacher": "INDEX {} ON name_correction (teacher_id)",
    "name_correction_school": "INDEX {} ON name_correction (school_id)",
    "name_flag_open": "INDEX {} ON name_flag (raised_at) WHERE reviewed_at IS NULL",
    "bulk_batch_unfinished": "INDEX {} ON bulk_batch (id) WHERE finished_at IS NULL",
    "anonymisation_one_open": "UNIQUE INDEX {} ON anonymisation (teacher_id) WHERE outcome IS NULL",
}
SEVEN_DIGITS = "CHECK (trn ~ '^[0-9]{7}$')"
SEVEN_DIGITS_OR_NONE = (
    "CHECK (CASE WHEN anonymised_at IS NULL THEN trn ~ '^[0-9]{7}$' ELSE trn = 'anonymised ' || id END)"
)


async def forwards() -> MigrationManager:
    """Make them, and a correction for each flag that there is."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def make() -> None:
        await fetch(DROP_DEFAULTS)
        await fetch("ALTER TABLE bulk_batch ALTER COLUMN public_id SET DEFAULT gen_random_uuid()")
        await fetch("UPDATE name_flag SET outcome = 'accepted' WHERE reviewed_at IS NOT NULL")
        for flag in await fetch('SELECT *, "where" AS place FROM name_flag'):
            await fetch(
                """INSERT INTO name_correction (created_at, updated_at, teacher_id, school_id, trs_name, old_name,
                    new_name, score, "where", reason, actor_kind, made_at, name_flag_id)
                VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $8, 'not recorded', 'school_user', $1, $9)""",
                flag["raised_at"],
                flag["teacher_id"],
                flag["school_id"],
                flag["trs_name"],
                flag["old_name"],
                flag["new_name"],
                similarity(flag["trs_name"], flag["new_name"]),
                flag["place"],
                flag["id"],
            )
        for table, name, definition in CONSTRAINTS:
            await fetch(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        for name, definition in INDEXES.items():
            await fetch(f"CREATE {definition.format(name)}")
        await _trn_is(SEVEN_DIGITS_OR_NONE)

    async def unmake() -> None:
        await _trn_is(SEVEN_DIGITS)
        for name in INDEXES:
            await fetch(f"DROP INDEX {name}")
        for table, name, _ in reversed(CONSTRAINTS):
            await fetch(f"ALTER TABLE {table} DROP CONSTRAINT {name}")

    manager.add_raw(make)
    manager.add_raw_backwards(unmake)
    return manager


async def _trn_is(definition: str) -> None:
    await fetch("ALTER TABLE teacher DROP CONSTRAINT teacher_trn_is_seven_digits")
    await fetch(f"ALTER TABLE teacher ADD CONSTRAINT teacher_trn_is_seven_digits {definition}")
