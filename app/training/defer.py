"""A lead provider says that it pauses the training of somebody (API-13.3 to API-13.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.record import record
from app.notices.catalogue import TrainingPaused
from app.training.provider_acts import cannot_give_reason, cannot_stop, refuse
from app.training.provider_events import TeacherTrainingDeferred
from app.training.stop_training import last_day_of, record_end, tell_school
from app.training.trained_person import act_on, names_around

if TYPE_CHECKING:
    from datetime import date

    from app.terms import Actor, DeferralReason, LeadProviderId, Role, TeacherId
    from app.training.provider_acts import Unreadable


@dataclass(frozen=True)
class Defer:
    """Whose training in which role is paused, and why; Unreadable where what was sent named nothing."""

    lead_provider_id: LeadProviderId
    teacher_id: TeacherId
    role: Role | Unreadable
    reason: DeferralReason | Unreadable


async def defer(command: Defer, actor: Actor, today: date) -> None:
    """Pause training, tell the school, and leave stays alone (API-13.2, API-13.5, M-12).

    Raises Refused with every refusal in its details (API-6.2): `course_identifier` `blank` or `no_training`;
    `reason` `blank` or `unknown`; `participant_id` `already_withdrawn`, `already_deferred`, `not_started` or
    `started_today`.
    """
    async with transaction():
        wrong_reason = cannot_give_reason(command.reason, command.role)
        act = await act_on(command.teacher_id, command.role, command.lead_provider_id, [wrong_reason])
        refuse([wrong_reason, cannot_stop(act.held, act.person.trainings, today, pausing=True)])
        around, last_day = await names_around(act.held.training.id), last_day_of(act, today)
        await _mark(act.held.training.id, command.reason, last_day)
        about = around.about(command.teacher_id, act.held.training.id)
        former = act.held.training.finished_on
        record(TeacherTrainingDeferred(about, around.lead_provider, command.reason.value, former, last_day), actor)
        record_end(act, around, last_day, "deferred", actor)
        await tell_school(TrainingPaused(act.person.name, around.lead_provider, today, around.record), act, around)


async def _mark(training_period_id: int, reason: DeferralReason | Unreadable, last_day: date) -> None:
    await fetch(
        """UPDATE training_period SET deferred_at = $2, deferral_reason = $3, finished_on = $4, updated_at = $2,
            finished_on_before_stop = finished_on
        WHERE id = $1""",
        training_period_id,
        clock.now(),
        reason.value,
        last_day,
    )
