"""Changing the last day that the school has reported (PER-43)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.record import record
from app.registration.close_stay import CloseStay, close_rows
from app.registration.leaving import leaving_messages as messages
from app.registration.leaving.last_days import leaving_bounds
from app.registration.leaving.leaving_events import TeacherLeavingAmended
from app.registration.leaving.report_leaving import CHANGED_MEANWHILE, OUT_OF_BOUNDS, own_stay
from app.registration.reopen_stay import Reopened, closing_of, later_stay_from, reopen_rows
from app.registration.whole_stay import whole_stay
from app.teachers.locks import lock_person
from app.terms import Refused, Role, StayEndReason

if TYPE_CHECKING:
    from datetime import date

    from app.policy import Policy
    from app.registration.leaving.last_days import RowBefore
    from app.registration.whole_stay import WholeStay
    from app.terms import TRN, Actor, SchoolId

AMEND = {
    Role.ECT: """UPDATE ect_at_school_period SET finished_on = $2, leaving_reported_at = $3, updated_at = $3,
        version = version + 1 WHERE id = $1""",
    Role.MENTOR: """UPDATE mentor_at_school_period SET finished_on = $2, leaving_reported_at = $3, updated_at = $3,
        version = version + 1 WHERE id = $1""",
}
UNTOUCHED = Reopened((), (), ())


@dataclass(frozen=True)
class AmendLeaving:
    """Which leaving stay of the school ends on which other day."""

    role: Role
    trn: TRN
    stay_id: int
    school_id: SchoolId
    last_day: date


async def amend_leaving(command: AmendLeaving, actor: Actor, today: date, policy: Policy) -> Reopened:
    """Move the last day of a stay that is still leaving, its rows re-derived from their former dates.

    The same day writes nothing (CON-02). Raises Refused: `changed_meanwhile` when it is not a leaving report of this
    school that can still be changed, `last_day_out_of_bounds`. Implements PER-43, PER-45, M-08.
    """
    async with transaction():
        await lock_person(command.trn)
        stay = await leaving_stay(command.role, command.stay_id, command.school_id, today)
        if stay.finished_on == command.last_day:
            return UNTOUCHED
        elsewhere = await later_stay_from(stay)
        fault = leaving_bounds(stay.started_on, stay.trainings, today, policy, elsewhere).fault(command.last_day)
        if fault:
            raise Refused(OUT_OF_BOUNDS, "leaving_date", fault)
        reopened = await _move(stay, command.last_day, actor)
        await messages.leaving_amended(stay, command.last_day, actor)
        return reopened


async def leaving_stay(role: Role, stay_id: int, school_id: SchoolId, today: date) -> WholeStay:
    """Return a stay whose leaving this school reported and can still change; raises Refused (PER-43, PER-45)."""
    stay = await own_stay(role, stay_id, school_id)
    if stay.finished_on is None or stay.finished_on < today or stay.end_reason is not StayEndReason.LEFT:
        raise Refused(CHANGED_MEANWHILE, "leaving_date")
    return stay


async def _move(stay: WholeStay, last_day: date, actor: Actor) -> Reopened:
    reopened = await reopen_rows(stay, await closing_of(stay), last_day, actor)
    await fetch(AMEND[stay.role], stay.id, last_day, clock.now())
    now = await whole_stay(stay.role, stay.id)
    closed = await close_rows(now, CloseStay(stay.id, last_day, StayEndReason.LEFT), actor)
    why = StayEndReason.LEFT.value
    record(
        TeacherLeavingAmended(
            stay.about,
            stay.name,
            last_day,
            stay.finished_on,
            why,
            None,
            _kept(reopened, closed, stay),
            reopened.restored,
            reopened.not_restored,
        ),
        actor,
    )
    return reopened


def _kept(reopened: Reopened, closed: tuple[RowBefore, ...], stay: WholeStay) -> tuple[RowBefore, ...]:
    """Keep the oldest dates known of each row; one that ended only with the stay has no end of its own."""
    now = {row.key: row for row in closed}
    kept = [replace(row, cancelled=now.pop(row.key).cancelled) if row.key in now else row for row in reopened.kept]
    own = [replace(row, finished_on=None) if row.finished_on == stay.finished_on else row for row in now.values()]
    return (*kept, *own)
