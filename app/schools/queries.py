"""Reads about one school."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.engine import fetch_one
from app.schools.rules import SchoolFacts, SchoolLevel

if TYPE_CHECKING:
    from datetime import date

    from app.terms import SchoolId


async def school_facts(school_id: SchoolId, today: date) -> SchoolFacts:
    """Return what decides about a school's use of the service; an id that names none is not known (SCH-02)."""
    row = await fetch_one(
        """SELECT s.type_code, s.status_code, s.opened_on, s.closed_on, s.district_code, s.section_41_approved,
            s.access_override, s.access_override_until, EXISTS (
                SELECT FROM training_period t
                LEFT JOIN ect_at_school_period e ON e.id = t.ect_at_school_period_id
                LEFT JOIN mentor_at_school_period m ON m.id = t.mentor_at_school_period_id
                WHERE t.school_id = s.id AND t.cancelled_at IS NULL AND coalesce(e.removed_at, m.removed_at) IS NULL
                AND coalesce(t.finished_on, 'infinity') >= $2) AS has_open_training
        FROM school s WHERE s.id = $1""",
        school_id,
        today,
    )
    if row is None:
        return SchoolFacts(known=False)
    return SchoolFacts(
        type_code=row["type_code"],
        status_code=row["status_code"],
        opened_on=row["opened_on"],
        closed_on=row["closed_on"],
        district_code=row["district_code"] or "",
        section_41_approved=row["section_41_approved"],
        override=SchoolLevel(row["access_override"]) if row["access_override"] else None,
        override_until=row["access_override_until"],
        has_open_training=row["has_open_training"],
    )
