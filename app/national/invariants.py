"""What must always hold, asked of the whole database at once (REF-7.5)."""

from __future__ import annotations

from app.db.engine import fetch
from app.db.transaction import LONGEST_SECONDS

INSIDE = (
    "daterange(stay.started_on, stay.finished_on, '[]') @> daterange(child.started_on, child.finished_on, '[]')"
    " AND stay.removed_at IS NULL"
)
_TWICE = """SELECT count(*) FROM (SELECT started_on, lag(coalesce(finished_on, 'infinity'))
    OVER (PARTITION BY {by} ORDER BY started_on) AS before FROM {table} WHERE {where}) AS turn
    WHERE started_on <= before"""


def _twice(table: str, by: str, where: str) -> str:
    return _TWICE.format(table=table, by=by, where=where)


def _outside(child: str, stay: str, key: str) -> str:
    return (
        f"SELECT count(*) FROM {child} AS child JOIN {stay} AS stay ON stay.id = child.{key}"  # noqa: S608 - names are ours
        f" WHERE child.cancelled_at IS NULL AND NOT ({INSIDE})"
    )


def _without_event(stay: str) -> str:
    return (
        f"SELECT count(*) FROM {stay} AS stay WHERE EXISTS (SELECT FROM event)"  # noqa: S608 - names are ours
        f" AND NOT EXISTS (SELECT FROM event WHERE event.{stay}_id = stay.id"
        " AND event.school_id = stay.school_id AND event.teacher_id = stay.teacher_id)"
    )


def _real_address(table: str, column: str) -> str:
    return f"SELECT count(*) FROM {table} WHERE {column} !~ '\\.example$'"  # noqa: S608 - names are ours


ECT, MENTOR = "ect_at_school_period", "mentor_at_school_period"
INVARIANTS = {
    "an ECT is at one school at a time": _twice(ECT, "teacher_id", "removed_at IS NULL"),
    "a mentor is at a school once at a time": _twice(MENTOR, "teacher_id, school_id", "removed_at IS NULL"),
    "an ECT has one mentor at a time": _twice("mentorship_period", "ect_at_school_period_id", "cancelled_at IS NULL"),
    "training in one role never overlaps": _twice("training_period", "teacher_id, role", "cancelled_at IS NULL"),
    "inductions never overlap": _twice("induction_period", "teacher_id", "true"),
    "an ECT's training lies inside the stay": _outside("training_period", ECT, "ect_at_school_period_id"),
    "a mentor's training lies inside the stay": _outside("training_period", MENTOR, "mentor_at_school_period_id"),
    "a mentorship lies inside the ECT's stay": _outside("mentorship_period", ECT, "ect_at_school_period_id"),
    "a mentorship lies inside the mentor's stay": _outside("mentorship_period", MENTOR, "mentor_at_school_period_id"),
    "mentor and ECT are at the same school": """SELECT count(*) FROM mentorship_period AS m
        JOIN ect_at_school_period AS e ON e.id = m.ect_at_school_period_id
        JOIN mentor_at_school_period AS s ON s.id = m.mentor_at_school_period_id
        WHERE e.school_id <> m.school_id OR s.school_id <> m.school_id OR e.teacher_id = s.teacher_id""",
    "provider-led training has provider, year and schedule, school-led none of them": """SELECT count(*)
        FROM training_period WHERE (training_programme = 'provider_led') IS DISTINCT FROM (lead_provider_id IS NOT NULL)
        OR (lead_provider_id IS NULL) <> (contract_period_year IS NULL)
        OR (lead_provider_id IS NULL) <> (schedule_id IS NULL)""",
    "training, schedule and partnership are of one year": """SELECT count(*) FROM training_period AS t
        LEFT JOIN schedule AS s ON s.id = t.schedule_id
        LEFT JOIN school_partnership AS p ON p.id = t.school_partnership_id
        WHERE s.contract_period_year <> t.contract_period_year OR p.contract_period_year <> t.contract_period_year
        OR p.school_id <> t.school_id OR p.lead_provider_id <> t.lead_provider_id""",
    "a schedule fits the role": """SELECT count(*) FROM training_period AS t JOIN schedule AS s ON s.id = t.schedule_id
        WHERE s.identifier LIKE 'ecf-replacement-%' AND t.role <> 'mentor'
        OR s.identifier LIKE 'ecf-reduced-%' AND t.role <> 'ect'""",
    "every ECT's stay has an event": _without_event(ECT),
    "every mentor's stay has an event": _without_event(MENTOR),
    "every TRN has seven digits and one teacher": """SELECT count(*) FILTER (WHERE trn !~ '^[0-9]{7}$')
        + count(*) - count(DISTINCT trn) FROM teacher""",
}
OF_MADE_UP_PEOPLE = {
    "no ECT has an address where mail arrives": _real_address(ECT, "email"),
    "no mentor has an address where mail arrives": _real_address(MENTOR, "email"),
    "no user has an address where mail arrives": _real_address("app_user", "email"),
}


async def broken_invariants(*, made_up: bool = True) -> dict[str, int]:
    """Return how many rows break each invariant, of those that any row breaks.

    made_up: whether everybody in the data is invented, so that no mail may reach them.
    """
    asked = INVARIANTS | OF_MADE_UP_PEOPLE if made_up else INVARIANTS
    found = {name: (await fetch(statement, seconds=LONGEST_SECONDS))[0][0] for name, statement in asked.items()}
    return {name: count for name, count in found.items() if count}
