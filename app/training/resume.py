"""A lead provider trains somebody again, or takes back a stop made the same day (API-13.6 to API-13.9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.record import record
from app.training.continue_training import Continuation, continue_training
from app.training.provider_acts import Refusal, Resumption, refused, resumption
from app.training.provider_events import TeacherTrainingResumed, TeacherTrainingStopUndone
from app.training.stop_training import take_back
from app.training.trained_person import act_on, names_around

if TYPE_CHECKING:
    from datetime import date

    from app.terms import Actor, LeadProviderId, Role, TeacherId
    from app.training.provider_acts import Unreadable
    from app.training.trained_person import ActOn


@dataclass(frozen=True)
class Resume:
    """Whose training in which role goes on."""

    lead_provider_id: LeadProviderId
    teacher_id: TeacherId
    role: Role | Unreadable


async def resume(command: Resume, actor: Actor, today: date) -> Resumption:
    """Undo a stop made today, or begin a new training from today; returns which (API-13.6).

    Raises Refused: `course_identifier` `blank` or `no_training`; `participant_id` `already_active`,
    `other_training` or `left_school`.
    """
    async with transaction():
        act = await act_on(command.teacher_id, command.role, command.lead_provider_id)
        meaning = resumption(act.held, act.person.trainings, today)
        if isinstance(meaning, Refusal):
            raise refused([meaning])
        if meaning is Resumption.UNDO:
            await _undo(act, actor)
        else:
            await _begin_anew(act, actor, today)
        return meaning


async def _undo(act: ActOn, actor: Actor) -> None:
    """Clear the marks; the last day is again what it was before them (API-13.7)."""
    training, restored = act.held.training, act.held.last_day_before_stop
    await fetch(
        """UPDATE training_period SET withdrawn_at = NULL, withdrawal_reason = NULL, deferred_at = NULL,
            deferral_reason = NULL, finished_on_before_stop = NULL, finished_on = $2, updated_at = $3 WHERE id = $1""",
        training.id,
        restored,
        clock.now(),
    )
    await take_back(act)
    around = await names_around(training.id)
    record(
        TeacherTrainingStopUndone(
            around.about(act.person.teacher_id, training.id),
            around.lead_provider,
            training.withdrawn_at,
            training.deferred_at,
            training.finished_on,
            restored,
        ),
        actor,
    )


async def _begin_anew(act: ActOn, actor: Actor, today: date) -> None:
    """Go on from today in a new row; the old one keeps reason and dates as history (API-13.8)."""
    training = act.held.training
    assert training.partnership_id and training.year and training.schedule  # noqa: S101, PT018 - it is confirmed
    new_id = await continue_training(
        Continuation(
            training,
            today,
            act.held.stay.finished_on,
            training.partnership_id,
            training.year,
            training.schedule,
            confirmed_anew=True,
        ),
        act.person.teacher_id,
        actor,
    )
    around = await names_around(new_id)
    about = around.about(act.person.teacher_id, new_id)
    record(TeacherTrainingResumed(about, around.lead_provider, today, training.id), actor)
