"""Reads about one school, and what any statement selects to know what it may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.db.engine import fetch, fetch_one
from app.schools.rules import INDEPENDENT_TYPES, SchoolFacts, SchoolLevel

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from app.terms import SchoolId


def has_open_training(school: str, today: str) -> str:
    """Return the SQL that tells whether a school, by its alias, has current or future training in a kept stay.

    It decides about independent schools without section 41 approval alone, and is false for others (SCH-02).
    """
    types = ", ".join(map(str, sorted(INDEPENDENT_TYPES)))
    return f"""CASE WHEN {school}.type_code IN ({types}) AND NOT {school}.section_41_approved THEN EXISTS (
        SELECT FROM training_period t
        LEFT JOIN ect_at_school_period e ON e.id = t.ect_at_school_period_id
        LEFT JOIN mentor_at_school_period m ON m.id = t.mentor_at_school_period_id
        WHERE t.school_id = {school}.id AND t.cancelled_at IS NULL AND coalesce(e.removed_at, m.removed_at) IS NULL
            AND coalesce(t.finished_on, 'infinity') >= {today}) ELSE false END"""


def deciding_columns(school: str, today: str) -> str:
    """Return the columns that `facts_of` reads, of a school by its alias; today: SQL for the day."""
    return f"""{school}.type_code, {school}.status_code, {school}.opened_on, {school}.closed_on, {school}.district_code,
        {school}.section_41_approved, {school}.access_override, {school}.access_override_until,
        {has_open_training(school, today)} AS has_open_training"""


def facts_of(row: Mapping[str, Any]) -> SchoolFacts:
    """Return what decides about a school, from the columns above (SCH-02)."""
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


async def school_facts(school_id: SchoolId, today: date) -> SchoolFacts:
    """Return what decides about a school's use of the service; an id that names none is not known (SCH-02)."""
    statement = f"SELECT {deciding_columns('s', '$2')} FROM school s WHERE s.id = $1"  # noqa: S608 - names are ours
    row = await fetch_one(statement, school_id, today)
    return facts_of(row) if row else SchoolFacts(known=False)


@dataclass(frozen=True)
class EarlierTutor:
    """A tutor of the past, with dates."""

    name: str
    started_at: datetime
    ended_at: datetime


async def tutors(school_id: SchoolId) -> tuple[datetime | None, tuple[EarlierTutor, ...]]:
    """Return since when the school has its tutor, and its former ones, newest first."""
    found = await fetch(
        "SELECT name, started_at, ended_at FROM induction_tutor WHERE school_id = $1 ORDER BY started_at DESC, id DESC",
        school_id,
    )
    since = next((row["started_at"] for row in found if row["ended_at"] is None), None)
    return since, tuple(EarlierTutor(**dict(row)) for row in found if row["ended_at"] is not None)
