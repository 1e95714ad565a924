"""Ending one row of training: on a day, or as one that never took effect (PER-31, PER-40)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from app import clock
from app.db.engine import fetch
from app.events.record import record
from app.training.events import TeacherFinishesTrainingPeriod, TeacherTrainingPeriodCancelled

if TYPE_CHECKING:
    from datetime import date

    from app.events.record import About
    from app.terms import Actor, CancellationReason


class TrainingToEnd(Protocol):
    """A row of training as it was read."""

    @property
    def id(self) -> int:
        """Its internal id."""

    @property
    def started_on(self) -> date:
        """Its first day."""

    @property
    def finished_on(self) -> date | None:
        """Its last day, if it has one."""


async def finish_training(row: TrainingToEnd, last_day: date, why: str, about: About, actor: Actor) -> None:
    """Give a row of training its last day inside the caller's transaction, with the event of it."""
    await fetch(
        "UPDATE training_period SET finished_on = $2, updated_at = $3 WHERE id = $1", row.id, last_day, clock.now()
    )
    record(TeacherFinishesTrainingPeriod(about, last_day, row.finished_on, why), actor)


async def cancel_training(row: TrainingToEnd, why: CancellationReason, about: About, actor: Actor) -> None:
    """Cancel a row of training inside the caller's transaction, with the event of it."""
    await fetch(
        "UPDATE training_period SET cancelled_at = $2, cancellation_reason = $3, updated_at = $2 WHERE id = $1",
        row.id,
        clock.now(),
        why.value,
    )
    record(TeacherTrainingPeriodCancelled(about, row.started_on, row.finished_on, why.value), actor)
