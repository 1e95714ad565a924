"""Training and mentorships inside their stays: each row written is compared with its own, found by an index (PER-04)."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import fetch

ID = "2026-11-27T09:00:00:000077"
VERSION = "1.38.0"
DESCRIPTION = "Checking periods inside stays by their own rows"

TRAINING = """
    SELECT EXISTS (
        SELECT FROM training_period t
        LEFT JOIN ect_at_school_period e ON e.id = t.ect_at_school_period_id
        LEFT JOIN mentor_at_school_period s ON s.id = t.mentor_at_school_period_id
        WHERE t.cancelled_at IS NULL AND {}
        AND NOT (
            daterange(coalesce(e.started_on, s.started_on), coalesce(e.finished_on, s.finished_on), '[]')
                @> daterange(t.started_on, t.finished_on, '[]')
            AND e.removed_at IS NULL AND s.removed_at IS NULL
        )
    ) INTO outside;"""
MENTORSHIP = """
    SELECT EXISTS (
        SELECT FROM mentorship_period m
        JOIN ect_at_school_period e ON e.id = m.ect_at_school_period_id
        JOIN mentor_at_school_period s ON s.id = m.mentor_at_school_period_id
        WHERE m.cancelled_at IS NULL AND {}
        AND NOT (
            daterange(e.started_on, e.finished_on, '[]') @> daterange(m.started_on, m.finished_on, '[]')
            AND daterange(s.started_on, s.finished_on, '[]') @> daterange(m.started_on, m.finished_on, '[]')
            AND e.removed_at IS NULL AND s.removed_at IS NULL
        )
    ) INTO outside;"""
# Function: its question, what it is about, and what it says.
CHECKS = {
    "training_inside_stay": (TRAINING, "t", "training_period", "training lies outside its stay"),
    "mentorship_inside_stays": (MENTORSHIP, "m", "mentorship_period", "a mentorship lies outside a stay"),
}


def body_of(name: str, *, by_index: bool) -> str:
    """Return the body of a check; one condition for all three tables, as it was before, reads every row there is."""
    question, alias, table, message = CHECKS[name]
    if by_index:
        looked_up = f"""
    IF TG_TABLE_NAME = '{table}' THEN {question.format(f"{alias}.id = NEW.id")}
    ELSIF TG_TABLE_NAME = 'ect_at_school_period' THEN {question.format(f"{alias}.ect_at_school_period_id = NEW.id")}
    ELSE {question.format(f"{alias}.mentor_at_school_period_id = NEW.id")}
    END IF;"""
    else:
        looked_up = question.format(
            f"CASE TG_TABLE_NAME WHEN '{table}' THEN {alias}.id = NEW.id"
            " WHEN 'ect_at_school_period' THEN e.id = NEW.id ELSE s.id = NEW.id END"
        )
    return f"""
DECLARE outside boolean;
BEGIN{looked_up}
    IF outside THEN
        RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';
    END IF;
    RETURN NULL;
END"""


async def forwards() -> MigrationManager:
    """Give both functions their new bodies."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def make() -> None:
        await _replace(by_index=True)

    async def unmake() -> None:
        await _replace(by_index=False)

    manager.add_raw(make)
    manager.add_raw_backwards(unmake)
    return manager


async def _replace(*, by_index: bool) -> None:
    for name in CHECKS:
        body = body_of(name, by_index=by_index)
        await fetch(f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body${body}$body$")
