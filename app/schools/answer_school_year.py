"""What a school expects of an academic year, and its note that everybody is registered (SCH-06, YR-01)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.events.record import About, record
from app.schools.events import SchoolYearAnswered

if TYPE_CHECKING:
    from app.terms import Actor, ExpectingECTs, SchoolId, Year


@dataclass(frozen=True)
class AnswerSchoolYear:
    """The answers about one academic year; None leaves what is on record."""

    school_id: SchoolId
    year: Year
    expecting_ects: ExpectingECTs | None = None
    everyone_registered: bool | None = None


async def answer_school_year(command: AnswerSchoolYear, actor: Actor) -> None:
    """Store the answers; what is already on record is neither stored nor recorded again (SCH-06)."""
    async with transaction():
        await fetch("SELECT FROM school WHERE id = $1 FOR UPDATE", command.school_id)
        was = await fetch_one(
            """SELECT expecting_ects, all_registered_at FROM school_year
            WHERE school_id = $1 AND contract_period_year = $2""",
            command.school_id,
            command.year,
        )
        held, noted = (was["expecting_ects"], was["all_registered_at"]) if was else (None, None)
        expecting = held if command.expecting_ects is None else command.expecting_ects.value
        registered = noted is not None if command.everyone_registered is None else command.everyone_registered
        if (expecting, registered) == (held, noted is not None):
            return
        await fetch(
            """INSERT INTO school_year (created_at, updated_at, school_id, contract_period_year, expecting_ects,
                all_registered_at, answered_by_user_id) VALUES ($1, $1, $2, $3, $4, $5, $6)
            ON CONFLICT ON CONSTRAINT one_answer_a_year DO UPDATE SET expecting_ects = $4, all_registered_at = $5,
                answered_by_user_id = $6, updated_at = $1""",
            clock.now(),
            command.school_id,
            command.year,
            expecting,
            (noted or clock.now()) if registered else None,
            actor.user_id,
        )
        about = About(school_id=command.school_id)
        record(SchoolYearAnswered(about, command.year, expecting, everyone_registered=registered), actor)
