"""Withdrawing the school's report that somebody leaves (PER-43)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.record import record
from app.registration.leaving import leaving_messages as messages
from app.registration.leaving.amend_leaving import leaving_stay, may_reopen
from app.registration.leaving.leaving_events import TeacherLeavingCancelled
from app.registration.reopen_stay import closing_of, later_stay, reopen_rows
from app.terms import Refused, Role

if TYPE_CHECKING:
    from datetime import date

    from app.registration.reopen_stay import Reopened
    from app.registration.support_rights import BySupport
    from app.terms import TRN, Actor, SchoolId

REOPEN = {
    Role.ECT: """UPDATE ect_at_school_period SET finished_on = NULL, end_reason = NULL, updated_at = $2,
        ended_by_stay_id = NULL, leaving_reported_by_school_id = NULL, leaving_reported_at = NULL,
        version = version + 1 WHERE id = $1""",
    Role.MENTOR: """UPDATE mentor_at_school_period SET finished_on = NULL, end_reason = NULL, updated_at = $2,
        ended_by_stay_id = NULL, leaving_reported_by_school_id = NULL, leaving_reported_at = NULL,
        version = version + 1 WHERE id = $1""",
}
REGISTERED_LATER = "registered_later"


@dataclass(frozen=True)
class CancelLeaving:
    """Which leaving stay of the school goes on."""

    role: Role
    trn: TRN
    stay_id: int
    school_id: SchoolId
    support: BySupport | None = None


async def cancel_leaving(command: CancelLeaving, actor: Actor, today: date) -> Reopened:
    """Make a leaving stay unfinished again; returns what regained its former dates and what could not.

    Raises Refused: `changed_meanwhile` as for amending, `registered_later` when a later registration, such as another
    school's, needs the days after the last day. Support also takes back one that is past or that others have set
    (FIX-06). Implements PER-43, PER-45, M-08.
    """
    async with transaction():
        stay = await leaving_stay(command, today)
        later = await later_stay(stay)
        if later is not None:
            raise Refused(REGISTERED_LATER, "leaving_action", details={"record": later[1]})
        if command.support is not None:
            await may_reopen(stay, None, today)
        reopened = await reopen_rows(stay, await closing_of(stay), None, actor)
        await fetch(REOPEN[stay.role], stay.id, clock.now())
        record(
            TeacherLeavingCancelled(
                stay.about, stay.name, stay.finished_on, None, reopened.restored, reopened.not_restored
            ),
            actor,
        )
        await messages.leaving_cancelled(stay, actor)
        return reopened
