"""Marking a stay as removed and cancelling everything inside it; nothing is deleted (PER-46, PER-51)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app import clock
from app.db.engine import fetch
from app.registration.close_stay import about_training, both_people
from app.registration.leaving.last_days import RowKind
from app.registration.mentorships.end_mentorship import cancel_mentorship
from app.terms import CancellationReason, Role
from app.training.end_training import cancel_training

if TYPE_CHECKING:
    from app.registration.whole_stay import WholeStay
    from app.terms import Actor, RemovalReason

REMOVE = {
    Role.ECT: """UPDATE ect_at_school_period SET removed_at = $2, removal_reason = $3, updated_at = $2,
        version = version + 1 WHERE id = $1""",
    Role.MENTOR: """UPDATE mentor_at_school_period SET removed_at = $2, removal_reason = $3, updated_at = $2,
        version = version + 1 WHERE id = $1""",
}
WHY = CancellationReason.REGISTRATION_REMOVED


async def remove_stay(stay: WholeStay, reason: RemovalReason, actor: Actor) -> tuple[dict[str, Any], ...]:
    """Cancel a stay's training and mentorships and mark it removed, inside the caller's transaction.

    Events: one of each row cancelled; that of the removal is the caller's. Returns the cancelled rows in full.
    """
    trainings = [row for row in stay.trainings if not row.cancelled]
    mentorships = [row for row in stay.mentorships if not row.cancelled]
    for training in trainings:
        await cancel_training(training, WHY, about_training(stay, training), actor)
    for mentorship in mentorships:
        await cancel_mentorship(mentorship, WHY, both_people(stay, mentorship), actor)
    await fetch(REMOVE[stay.role], stay.id, clock.now(), reason.value)
    return (
        *(_kept(RowKind.TRAINING, row, programme=row.programme, lead_provider=row.lead_provider) for row in trainings),
        *(_kept(RowKind.MENTORSHIP, row, ect=row.ect.displayed, mentor=row.mentor.displayed) for row in mentorships),
    )


def _kept(kind: RowKind, row: Any, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "id": row.id, "started_on": row.started_on, "finished_on": row.finished_on, **more}
