"""Marking training as stopped or paused by its lead provider: what withdrawing and deferring share (API-13.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from uuid import uuid4

from app import clock
from app.db.engine import fetch
from app.events.record import record
from app.notices.catalogue import TrainingPaused, TrainingStopped
from app.notices.outbox import Subjects, cancel_pending, queue_to_school
from app.training.events import TeacherFinishesTrainingPeriod
from app.training.provider_acts import cannot_give_reason, cannot_stop, earliest, refuse
from app.training.provider_events import TeacherTrainingDeferred, TeacherTrainingWithdrawn
from app.training.trained_person import act_on, names_around

if TYPE_CHECKING:
    from datetime import date

    from app.terms import Actor
    from app.training.defer import Defer
    from app.training.trained_person import ActOn, Named
    from app.training.withdraw import Withdraw

MESSAGE = TrainingStopped.id


@dataclass(frozen=True)
class Stop:
    """One way of stopping: the columns that mark it, its event and its message."""

    mark: Literal["withdrawn", "deferred"]
    reason_column: Literal["withdrawal_reason", "deferral_reason"]
    event: type[TeacherTrainingWithdrawn | TeacherTrainingDeferred]
    message: type[TrainingStopped | TrainingPaused]


WITHDRAWN = Stop("withdrawn", "withdrawal_reason", TeacherTrainingWithdrawn, TrainingStopped)
DEFERRED = Stop("deferred", "deferral_reason", TeacherTrainingDeferred, TrainingPaused)


async def stop_training(command: Withdraw | Defer, stop: Stop, actor: Actor, today: date) -> None:
    """Mark the training as stopped, end it, record both and tell the school; raises Refused (API-13.2, API-13.5)."""
    wrong_reason = cannot_give_reason(command.reason, command.role)
    act = await act_on(command.teacher_id, command.role, command.lead_provider_id, [wrong_reason])
    training = act.held.training
    refuse([wrong_reason, cannot_stop(act.held, act.person.trainings, today, pausing=stop is DEFERRED)])
    around, last_day = await names_around(training.id), earliest(training.finished_on, today) or today
    await _mark(training.id, stop, command.reason.value, last_day)
    about, former = around.about(command.teacher_id, training.id), training.finished_on
    record(stop.event(about, around.lead_provider, command.reason.value, former, last_day), actor)
    if former != last_day:
        record(TeacherFinishesTrainingPeriod(about, last_day, former, stop.mark), actor)
    await _tell_school(stop.message(act.person.name, around.lead_provider, today, around.record), act, around)


async def _mark(training_period_id: int, stop: Stop, reason: str, last_day: date) -> None:
    """Write the marks; the last day from before the first of them is kept (API-13.7)."""
    await fetch(
        f"""UPDATE training_period SET {stop.mark}_at = $2, {stop.reason_column} = $3, finished_on = $4,
            updated_at = $2,
            finished_on_before_stop = CASE WHEN deferred_at IS NULL THEN finished_on ELSE finished_on_before_stop END
        WHERE id = $1""",  # noqa: S608 - names are ours
        training_period_id,
        clock.now(),
        reason,
        last_day,
    )


async def _tell_school(message: TrainingStopped | TrainingPaused, act: ActOn, around: Named) -> None:
    """Queue M-12 for each act, also for a second one the same day; it never says why (NOT-3.3)."""
    subjects = Subjects(
        school_id=around.school_id,
        teacher_id=act.person.teacher_id,
        ect_at_school_period_id=around.ect_at_school_period_id,
        mentor_at_school_period_id=around.mentor_at_school_period_id,
    )
    await queue_to_school(
        message,
        school_id=around.school_id,
        cause=f"{_cause(act)} {uuid4()}",
        about=subjects,
        registered_by=around.registered_by_user_id,
    )


async def take_back(act: ActOn) -> None:
    """Cancel M-12 about a training while it has not left (API-13.7, NOT-1.7)."""
    await cancel_pending(f"{MESSAGE}:{_cause(act)} ")


def _cause(act: ActOn) -> str:
    return f"training {act.held.training.id}"
