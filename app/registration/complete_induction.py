"""What follows for the ECT's registration when an induction is known to be passed or failed (PER-46)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.events.record import record
from app.registration.close_stay import CloseStay, close_ect_stay
from app.registration.leaving.leaving_events import TeacherRegistrationRemoved
from app.registration.leaving.remove_registration import induction_record
from app.registration.remove_stay import remove_stay
from app.registration.rules import InductionRecord
from app.registration.whole_stay import whole_stay
from app.teachers.locks import lock_person
from app.teachers.refresh import store_teacher
from app.terms import SYSTEM, RemovalReason, Role, StayEndReason, TeacherId

if TYPE_CHECKING:
    from datetime import date

    from app.teachers.snapshot import Snapshot
    from app.terms import TRN, Actor

OPEN_STAYS = """SELECT id, started_on > $2 AS future FROM ect_at_school_period
    WHERE teacher_id = $1 AND removed_at IS NULL AND coalesce(finished_on, 'infinity') >= $2
    AND end_reason IS DISTINCT FROM 'induction_completed' ORDER BY started_on DESC"""


@dataclass(frozen=True)
class CompleteInduction:
    """Whose induction may have an outcome now."""

    trn: TRN
    teacher_id: TeacherId


async def complete_induction(command: CompleteInduction, actor: Actor, today: date) -> None:
    """Close the ECT's current stay today, and remove one that has not started, if a pass or fail is stored.

    Called wherever an outcome may have become known; without one, or when it is done already, nothing happens. An
    exemption closes nothing (PER-46).
    """
    async with transaction():
        await lock_person(command.trn)
        induction = await induction_record(command.teacher_id)
        if not (induction.passed or induction.failed):
            return
        for row in await fetch(OPEN_STAYS, command.teacher_id, today):
            if row["future"]:
                await _remove(row["id"], actor)
            else:
                await close_ect_stay(CloseStay(row["id"], today, StayEndReason.INDUCTION_COMPLETED), actor)


async def outcome_found(trn: TRN, snapshot: Snapshot, today: date) -> None:
    """Act on a teaching record just read: a pass or fail of somebody known here is stored and followed (PER-46).

    Anything else the record says is left to whoever reads it.
    """
    found = InductionRecord(snapshot.induction_status)
    if not (found.passed or found.failed):
        return
    async with transaction():
        await lock_person(trn)
        known = await fetch_one("SELECT id, corrected_name FROM teacher WHERE trn = $1", trn)
        if known is None:
            return
        await store_teacher(trn, snapshot, known["corrected_name"])
        await complete_induction(CompleteInduction(trn, TeacherId(known["id"])), SYSTEM, today)


async def _remove(stay_id: int, actor: Actor) -> None:
    stay = await whole_stay(Role.ECT, stay_id)
    reason = RemovalReason.INDUCTION_COMPLETED
    rows = await remove_stay(stay, reason, actor)
    facts = (stay.name, stay.role.value, reason.value, stay.started_on, stay.finished_on)
    record(TeacherRegistrationRemoved(stay.about, *facts, rows), actor)
