"""One stay of a closed school that goes on at the successor (REF-3.5, Continue)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch, fetch_one
from app.events.record import About, record
from app.registration.closing_schools.successor_events import TeacherContinuesAtSuccessor
from app.registration.leaving.last_days import ONE_DAY
from app.terms import Period, Role

if TYPE_CHECKING:
    from app.registration.whole_stay import WholeStay
    from app.terms import Actor, SchoolId

OPENS = """(created_at, updated_at, teacher_id, school_id, started_on, finished_on, end_reason, ended_by_stay_id,
    continues_stay_id, leaving_reported_by_school_id, leaving_reported_at, version, email, registered_by_user_id,
    identity_match"""
CARRIED = """$2, $2, teacher_id, $3, $4::date, $5::date, $6, CASE WHEN $5::date IS NOT NULL THEN ended_by_stay_id END,
    CASE WHEN removed_at IS NULL THEN id END, CASE WHEN $5::date IS NOT NULL THEN leaving_reported_by_school_id END,
    CASE WHEN $5::date IS NOT NULL THEN leaving_reported_at END, 1, email, registered_by_user_id, identity_match"""
INSERT = {
    Role.ECT: f"""INSERT INTO ect_at_school_period {OPENS}, working_pattern, school_reported_appropriate_body_id)
        SELECT {CARRIED}, working_pattern, school_reported_appropriate_body_id
        FROM ect_at_school_period WHERE id = $1 RETURNING id""",  # noqa: S608 - constants
    Role.MENTOR: f"""INSERT INTO mentor_at_school_period {OPENS}) SELECT {CARRIED}
        FROM mentor_at_school_period WHERE id = $1 RETURNING id""",  # noqa: S608 - constants
}
ENDED_BY = {
    Role.ECT: "UPDATE ect_at_school_period SET ended_by_stay_id = $2 WHERE id = $1 AND removed_at IS NULL",
    Role.MENTOR: "UPDATE mentor_at_school_period SET ended_by_stay_id = $2 WHERE id = $1 AND removed_at IS NULL",
}


@dataclass(frozen=True)
class GoesOn:
    """A stay as it was at the closed school, and the stay at the successor that carries it on, with its days."""

    before: WholeStay
    stay_id: int
    period: Period


@dataclass(frozen=True)
class Move:
    """From which closed school to which successor, and the last day at the first."""

    school_id: SchoolId
    successor_id: SchoolId
    last_day: date

    @property
    def first_day(self) -> date:
        """The first day at the successor."""
        return self.last_day + ONE_DAY


async def carry_on(before: WholeStay, move: Move, actor: Actor) -> GoesOn:
    """Give a stay, closed or removed already, its continuation at the successor, with an event.

    A mentor who is at the successor anyway keeps that one stay. The day somebody was to leave stays as it was.
    """
    there = await _there(before, move) if before.role is Role.MENTOR else None
    goes_on = there or await _insert(before, move)
    if there is None:
        _record(goes_on, move, actor)
    await fetch(ENDED_BY[before.role], before.id, goes_on.stay_id)
    return goes_on


async def _there(before: WholeStay, move: Move) -> GoesOn | None:
    row = await fetch_one(
        """SELECT id, started_on, finished_on FROM mentor_at_school_period WHERE teacher_id = $1 AND school_id = $2
            AND removed_at IS NULL AND (finished_on IS NULL OR finished_on >= $3) ORDER BY started_on LIMIT 1""",
        before.teacher_id,
        move.successor_id,
        max(move.first_day, before.started_on),
    )
    return GoesOn(before, row["id"], Period(row["started_on"], row["finished_on"])) if row else None


async def _insert(before: WholeStay, move: Move) -> GoesOn:
    """Insert the continuation; a stay that had not started begins on its own date."""
    started_on = max(move.first_day, before.started_on)
    row = await fetch_one(
        INSERT[before.role],
        before.id,
        clock.now(),
        move.successor_id,
        started_on,
        before.finished_on,
        before.end_reason.value if before.end_reason else None,
    )
    if row is None:
        raise LookupError("the stay to carry on is gone")
    return GoesOn(before, row["id"], Period(started_on, before.finished_on))


def _record(goes_on: GoesOn, move: Move, actor: Actor) -> None:
    before, period = goes_on.before, goes_on.period
    own = "ect_at_school_period_id" if before.role is Role.ECT else "mentor_at_school_period_id"
    about = About(school_id=move.successor_id, teacher_id=before.teacher_id, **{own: goes_on.stay_id})
    facts = (before.name, before.role.value, period.started_on, period.finished_on, before.email)
    record(TeacherContinuesAtSuccessor(about, *facts), actor)
