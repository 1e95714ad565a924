"""Marking training as stopped or paused by its lead provider: what withdrawing and deferring share (API-13.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from app.events.record import record
from app.notices.catalogue import TrainingPaused, TrainingStopped
from app.notices.outbox import Subjects, cancel_pending, queue_to_school
from app.training.events import TeacherFinishesTrainingPeriod
from app.training.provider_acts import earliest

if TYPE_CHECKING:
    from datetime import date

    from app.terms import Actor
    from app.training.trained_person import ActOn, Named

MESSAGE = TrainingStopped.id


def last_day_of(act: ActOn, today: date) -> date:
    """Return the last day of training that is stopped today: the earlier of its own and today (API-13.5)."""
    return earliest(act.held.training.finished_on, today) or today


def record_end(act: ActOn, around: Named, last_day: date, why: str, actor: Actor) -> None:
    """Record that a training row ends, if its last day moves (API-23.5)."""
    training = act.held.training
    if training.finished_on != last_day:
        about = around.about(act.person.teacher_id, training.id)
        record(TeacherFinishesTrainingPeriod(about, last_day, training.finished_on, why), actor)


async def tell_school(message: TrainingStopped | TrainingPaused, act: ActOn, around: Named) -> None:
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
