"""Reporting that an ECT or a mentor leaves the school (PER-41)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch
from app.db.transaction import transaction
from app.registration.close_stay import CloseStay, close_ect_stay, close_mentor_stay
from app.registration.leaving import leaving_messages as messages
from app.registration.leaving.last_days import leaving_bounds
from app.registration.whole_stay import whole_stay
from app.teachers.locks import lock_person
from app.terms import Refused, Role, StayEndReason

if TYPE_CHECKING:
    from datetime import date

    from app.policy import Policy
    from app.registration.support_rights import BySupport
    from app.registration.whole_stay import WholeStay
    from app.terms import TRN, Actor, SchoolId

CLOSE = {Role.ECT: close_ect_stay, Role.MENTOR: close_mentor_stay}
REPORTED = {
    Role.ECT: """UPDATE ect_at_school_period SET leaving_reported_by_school_id = school_id, leaving_reported_at = $2
        WHERE id = $1""",
    Role.MENTOR: """UPDATE mentor_at_school_period SET leaving_reported_by_school_id = school_id,
        leaving_reported_at = $2 WHERE id = $1""",
}
CHANGED_MEANWHILE = "changed_meanwhile"
OUT_OF_BOUNDS = "last_day_out_of_bounds"


@dataclass(frozen=True)
class ReportLeaving:
    """Which stay at the school ends on which day."""

    role: Role
    trn: TRN
    stay_id: int
    school_id: SchoolId
    last_day: date
    support: BySupport | None = None


async def report_leaving(command: ReportLeaving, actor: Actor, today: date, policy: Policy) -> WholeStay:
    """Close a stay of the school on its last day and tell those concerned; returns the stay as it was.

    Raises Refused: `changed_meanwhile` when there is a last day already or the registration was removed,
    `last_day_out_of_bounds`; nothing is written then. Implements PER-40, PER-41, PER-64, M-07, and for support FIX-06.
    """
    async with transaction():
        await lock_person(command.trn)
        stay = await own_stay(command.role, command.stay_id, command.school_id)
        if stay.finished_on is not None:
            raise Refused(CHANGED_MEANWHILE, "leaving_date")
        ticket = command.support is not None and command.support.ticket
        fault = leaving_bounds(stay.started_on, stay.trainings, today, policy, any_later=ticket).fault(command.last_day)
        if fault:
            raise Refused(OUT_OF_BOUNDS, "leaving_date", fault)
        why = StayEndReason.SUPPORT if command.support else StayEndReason.LEFT
        await CLOSE[command.role](CloseStay(stay.id, command.last_day, why), actor)
        if command.support is None:
            await fetch(REPORTED[command.role], stay.id, clock.now())
        await messages.leaving_reported(stay, command.last_day, today, actor)
        return stay


async def own_stay(role: Role, stay_id: int, school_id: SchoolId) -> WholeStay:
    """Return a stay of the school that was not removed; raises Refused `changed_meanwhile`."""
    stay = await whole_stay(role, stay_id)
    if stay.school_id != school_id or stay.removed_at is not None:
        raise Refused(CHANGED_MEANWHILE, "leaving_date")
    return stay
