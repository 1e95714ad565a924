"""Noting how far schools may use the service, and telling where that has changed (REF-3.2, ACC-13)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app import clock
from app.db.engine import connection
from app.events.record import About, record
from app.policy import Policy
from app.schools.register_events import SchoolEligibilityChanged
from app.schools.rules import INDEPENDENT_TYPES, SchoolFacts, SchoolLevel, school_access

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from app.terms import Actor

PAGE = 5_000
LONG_SECONDS = 900
UNTIL_NOW = "the day"
FACTS = f"""
    SELECT s.id, s.last_level, s.type_code, s.status_code, s.opened_on, s.closed_on, s.district_code,
        s.section_41_approved, s.access_override, s.access_override_until,
        CASE WHEN s.type_code IN ({", ".join(map(str, sorted(INDEPENDENT_TYPES)))}) THEN EXISTS (
            SELECT FROM training_period t
            LEFT JOIN ect_at_school_period e ON e.id = t.ect_at_school_period_id
            LEFT JOIN mentor_at_school_period m ON m.id = t.mentor_at_school_period_id
            WHERE t.school_id = s.id AND t.cancelled_at IS NULL AND coalesce(e.removed_at, m.removed_at) IS NULL
                AND coalesce(t.finished_on, 'infinity') >= $2) ELSE false END AS has_open_training
    FROM school s WHERE s.id > $1 AND s.alias_of_school_id IS NULL AND ($3::bigint[] IS NULL OR s.id = ANY($3))
    ORDER BY s.id LIMIT {PAGE}"""  # noqa: S608 - constants


async def note_levels(
    today: date, actor: Actor, causes: Mapping[int, str] | None = None, only: list[int] | None = None
) -> None:
    """Store what schools may do today where it has changed, with an event each; one noted first has none.

    causes: what made it change, by internal id of the school, where it is known; otherwise the day did. only: these
    schools, by internal id.
    """
    policy, last = await _policy(), 0
    while rows := await _long(FACTS, last, today, only):
        changed = [(row, level) for row in rows if (level := _level(row, today, policy)) != row["last_level"]]
        for row, level in changed:
            if row["last_level"] is not None:
                cause = (causes or {}).get(row["id"], UNTIL_NOW)
                record(SchoolEligibilityChanged(About(school_id=row["id"]), row["last_level"], level, cause), actor)
        await _long(
            """UPDATE school s SET last_level = c.level, updated_at = $3
            FROM unnest($1::bigint[], $2::text[]) AS c (id, level) WHERE s.id = c.id""",
            [row["id"] for row, _ in changed],
            [level for _, level in changed],
            clock.now(),
        )
        last = rows[-1]["id"]


async def _policy() -> Policy:
    rows = await _long("SELECT key, value FROM service_setting")
    return Policy.from_rows({row["key"]: json.loads(row["value"]) for row in rows})


def _level(row: Mapping[str, Any], today: date, policy: Policy) -> str:
    override = row["access_override"]
    facts = SchoolFacts(
        type_code=row["type_code"],
        status_code=row["status_code"],
        opened_on=row["opened_on"],
        closed_on=row["closed_on"],
        district_code=row["district_code"] or "",
        section_41_approved=row["section_41_approved"],
        override=SchoolLevel(override) if override else None,
        override_until=row["access_override_until"],
        has_open_training=row["has_open_training"],
    )
    access = school_access(facts, today, policy)
    return f"{access.level.value}({access.reason.value})" if access.reason else access.level.value


async def _long(statement: str, *args: Any) -> list[Any]:
    async with connection() as conn:
        rows: list[Any] = await conn.fetch(statement, *args, timeout=LONG_SECONDS)
        return rows
