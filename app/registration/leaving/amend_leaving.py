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
from app.registration.leaving.remove_registration import induction_record
from app.registration.leaving.report_leaving import CHANGED_MEANWHILE, OUT_OF_BOUNDS, own_stay
from app.registration.queries import email_in_use
from app.registration.reopen_stay import Reopened, closing_of, later_stay, reopen_rows
from app.registration.whole_stay import whole_stay
from app.teachers.locks import lock_person
from app.terms import Refused, Role, StayEndReason

if TYPE_CHECKING:
    from datetime import date

    from app.policy import Policy
    from app.registration.leaving.cancel_leaving import CancelLeaving
    from app.registration.leaving.last_days import RowBefore
    from app.registration.support_rights import BySupport
    from app.registration.whole_stay import WholeStay
    from app.terms import TRN, Actor, SchoolId

AMEND = {
    Role.ECT: """UPDATE ect_at_school_period SET finished_on = $2, updated_at = $3, version = version + 1,
        leaving_reported_at = CASE WHEN $4 THEN $3 ELSE leaving_reported_at END WHERE id = $1""",
    Role.MENTOR: """UPDATE mentor_at_school_period SET finished_on = $2, updated_at = $3, version = version + 1,
        leaving_reported_at = CASE WHEN $4 THEN $3 ELSE leaving_reported_at END WHERE id = $1""",
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
    support: BySupport | None = None


async def amend_leaving(command: AmendLeaving, actor: Actor, today: date, policy: Policy) -> Reopened:
    """Move the last day of a stay that is still leaving, its rows re-derived from their former dates.

    The same day writes nothing (CON-02). Raises Refused: `changed_meanwhile` when it is not a leaving report of this
    school that can still be changed, `last_day_out_of_bounds`. Support also changes a day that is past or that others
    have set (FIX-06). Implements PER-43, PER-45, M-08.
    """
    async with transaction():
        stay = await leaving_stay(command, today)
        if stay.finished_on == command.last_day:
            return UNTOUCHED
        later = await later_stay(stay)
        ticket = command.support is not None and command.support.ticket
        bounds = leaving_bounds(
            stay.started_on, stay.trainings, today, policy, later[0] if later else None, any_later=ticket
        )
        fault = bounds.fault(command.last_day)
        if fault:
            details = {"record": later[1]} if later and command.last_day >= later[0] else {}
            raise Refused(OUT_OF_BOUNDS, "leaving_date", fault, details)
        if command.support is not None:
            await may_reopen(stay, command.last_day, today)
        reopened = await _move(stay, command, actor)
        await messages.leaving_amended(stay, command.last_day, actor)
        return reopened


async def leaving_stay(command: AmendLeaving | CancelLeaving, today: date) -> WholeStay:
    """Hold and return a stay whose last day can still be changed; raises Refused.

    A school changes what it has reported itself while that day is not past (PER-43 to PER-45), support any last day
    (FIX-06).
    """
    found = await whole_stay(command.role, command.stay_id) if command.support else None
    await lock_person(command.trn, found.email if found else None)
    stay = await own_stay(command.role, command.stay_id, command.school_id)
    own = stay.end_reason is StayEndReason.LEFT and stay.finished_on is not None and stay.finished_on >= today
    if stay.finished_on is None or not (own or command.support):
        raise Refused(CHANGED_MEANWHILE, "leaving_date")
    return stay


async def may_reopen(stay: WholeStay, until: date | None, today: date) -> None:
    """Raise Refused where a stay cannot get more days back, even by support (ADM-6.3, EML-01, PER-46).

    until: its new last day, None for no last day.
    """
    if stay.finished_on is None or (until is not None and until <= stay.finished_on):
        return
    if stay.end_reason is StayEndReason.SCHOOL_CLOSED:
        raise Refused("school_closed")
    if stay.end_reason is StayEndReason.INDUCTION_COMPLETED:
        induction = await induction_record(stay.teacher_id)
        if induction.passed or induction.failed:
            raise Refused("induction_over")
    ended = stay.finished_on < today and (until is None or until >= today)
    if ended and await email_in_use(stay.email, stay.trn, today):
        raise Refused("email_in_use")


async def _move(stay: WholeStay, command: AmendLeaving, actor: Actor) -> Reopened:
    last_day, reason = command.last_day, stay.end_reason or StayEndReason.LEFT
    reopened = await reopen_rows(stay, await closing_of(stay), last_day, actor)
    await fetch(AMEND[stay.role], stay.id, last_day, clock.now(), command.support is None)
    now = await whole_stay(stay.role, stay.id)
    closed = await close_rows(now, CloseStay(stay.id, last_day, reason), actor)
    record(
        TeacherLeavingAmended(
            stay.about,
            stay.name,
            last_day,
            stay.finished_on,
            reason.value,
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
    own = [replace(row, finished_on=None) if _ended_with(stay, row) else row for row in now.values()]
    return (*kept, *own)


def _ended_with(stay: WholeStay, row: RowBefore) -> bool:
    """Tell whether a row made since the last report ended with the stay; it may have got more days with it already."""
    return row.finished_on is not None and stay.finished_on is not None and row.finished_on >= stay.finished_on
