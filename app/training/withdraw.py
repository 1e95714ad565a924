"""A lead provider says that it no longer trains somebody (API-13.3 to API-13.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.record import record
from app.notices.catalogue import TrainingStopped
from app.training.provider_acts import cannot_give_reason, cannot_stop, refuse
from app.training.provider_events import TeacherTrainingWithdrawn
from app.training.stop_training import last_day_of, record_end, tell_school
from app.training.trained_person import act_on, names_around

if TYPE_CHECKING:
    from datetime import date

    from app.terms import Actor, LeadProviderId, Role, TeacherId, WithdrawalReason
    from app.training.provider_acts import Unreadable


@dataclass(frozen=True)
class Withdraw:
    """Whose training in which role ends, and why; Unreadable where what was sent named nothing."""

    lead_provider_id: LeadProviderId
    teacher_id: TeacherId
    role: Role | Unreadable
    reason: WithdrawalReason | Unreadable


async def withdraw(command: Withdraw, actor: Actor, today: date) -> None:
    """Withdraw somebody from training, tell the school, and leave stays alone (API-13.2, API-13.5, M-12).

    Raises Refused with every refusal in its details (API-6.2): `course_identifier` `blank` or `no_training`;
    `reason` `blank`, `unknown` or `not_for_ects`; `participant_id` `already_withdrawn`, `not_started` or
    `started_today`.
    """
    async with transaction():
        wrong_reason = cannot_give_reason(command.reason, command.role)
        act = await act_on(command.teacher_id, command.role, command.lead_provider_id, [wrong_reason])
        refuse([wrong_reason, cannot_stop(act.held, act.person.trainings, today, pausing=False)])
        around, last_day = await names_around(act.held.training.id), last_day_of(act, today)
        await _mark(act.held.training.id, command.reason, last_day)
        about = around.about(command.teacher_id, act.held.training.id)
        former = act.held.training.finished_on
        record(TeacherTrainingWithdrawn(about, around.lead_provider, command.reason.value, former, last_day), actor)
        record_end(act, around, last_day, "withdrawn", actor)
        await tell_school(TrainingStopped(act.person.name, around.lead_provider, today, around.record), act, around)


async def _mark(training_period_id: int, reason: WithdrawalReason | Unreadable, last_day: date) -> None:
    await fetch(
        """UPDATE training_period SET withdrawn_at = $2, withdrawal_reason = $3, finished_on = $4, updated_at = $2,
            finished_on_before_stop = CASE WHEN deferred_at IS NULL THEN finished_on ELSE finished_on_before_stop END
        WHERE id = $1""",
        training_period_id,
        clock.now(),
        reason.value,
        last_day,
    )
