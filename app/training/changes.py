"""What becomes of the training inside one stay when its programme or lead provider changes (rules §13.4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.terms import CancellationReason, Period, TrainingProgramme, Word
from app.training.rules import ONE_DAY, TrainingStatus, decisive_training, new_training_start, training_status

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from app.training.rules import Training


class Face(Word):
    """How the decisive training stands on the day of a change: the rows of PER-31 to PER-33 and of CH-12."""

    NONE = "none"
    WITHDRAWN = "withdrawn"
    DEFERRED = "deferred"
    ENDED = "ended"
    FUTURE = "future"
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    SCHOOL_LED = "school_led"


@dataclass(frozen=True)
class TrainingPlan:
    """What a change does to the rows of a stay, and the days of the training that follows.

    in_place: the decisive row itself becomes the new training. finish: the row that ends on `last_day`.
    cancel: rows that never take effect, all for `why`. ends_on: None for no end.
    """

    face: Face
    decisive: Training | None
    starts_on: date
    ends_on: date | None
    last_day: date
    in_place: bool = False
    finish: Training | None = None
    cancel: tuple[Training, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether the stay lasts long enough for the training to begin."""
        return self.ends_on is None or self.starts_on <= self.ends_on

    @property
    def period(self) -> Period:
        """The days of the training that follows."""
        return Period(self.starts_on, self.ends_on)

    def why(self, training: Training) -> CancellationReason:
        """Say why a row is cancelled: it had not been confirmed, or it had not begun (PER-31, PER-32)."""
        if training is self.decisive and self.face is Face.REQUESTED:
            return CancellationReason.REPLACED_BEFORE_CONFIRMATION
        return CancellationReason.REPLACED_BEFORE_START


def face_of(training: Training | None, stay: Period, today: date) -> Face:
    """Say how the decisive training stands; it is finished too if it ends today and the stay goes on (PER-31)."""
    if training is None:
        return Face.NONE
    if training.stopped:
        return Face.WITHDRAWN if training_status(training) is TrainingStatus.WITHDRAWN else Face.DEFERRED
    if _finished(training, stay, today):
        return Face.ENDED
    return Face.FUTURE if training.started_on >= today else _face_of_started(training)


def _face_of_started(training: Training) -> Face:
    if not training.provider_led:
        return Face.SCHOOL_LED
    if training.disputed:
        return Face.DISPUTED
    return Face.REQUESTED if training.requested else Face.CONFIRMED


def plan_change(
    stay: Period,
    trainings: Iterable[Training],
    programme: TrainingProgramme,
    today: date,
    elsewhere: Iterable[Training] = (),
) -> TrainingPlan:
    """Plan what follows the training of a stay, from the rows of that stay (PER-21, PER-31, PER-32, PER-33).

    Provider-led training that starts today or later is changed in place when it stays provider-led.
    `elsewhere`: the person's rows in the same role outside the stay; one that ends today puts the start off.
    """
    rows = [training for training in trainings if not training.cancelled]
    decisive = decisive_training(rows, today)
    face, yesterday = face_of(decisive, stay, today), today - ONE_DAY
    if decisive is not None and _keeps_its_row(decisive, face, programme):
        return TrainingPlan(face, decisive, decisive.started_on, decisive.finished_on, yesterday, in_place=True)
    finish = decisive if face in {Face.CONFIRMED, Face.DISPUTED, Face.SCHOOL_LED} else None
    replaced = [decisive] if decisive is not None and face in {Face.REQUESTED, Face.FUTURE} else []
    cancel = (*replaced, *(row for row in rows if row is not decisive and _not_begun(row, today)))
    staying = [_with_last_day(row, yesterday) if row is finish else row for row in rows if row not in cancel]
    over = [row for row in elsewhere if row.finished_on is not None and row.finished_on <= today]
    starts_on = new_training_start(stay.started_on, [*staying, *over], today)
    return TrainingPlan(face, decisive, starts_on, stay.finished_on, yesterday, finish=finish, cancel=cancel)


def _finished(training: Training, stay: Period, today: date) -> bool:
    last_day = training.finished_on
    return last_day is not None and (last_day < today or (last_day == today and last_day != stay.finished_on))


def _keeps_its_row(decisive: Training, face: Face, programme: TrainingProgramme) -> bool:
    return face is Face.FUTURE and decisive.provider_led and programme is TrainingProgramme.PROVIDER_LED


def _not_begun(training: Training, today: date) -> bool:
    return not training.stopped and training.started_on > today


def _with_last_day(training: Training, last_day: date) -> Training:
    return replace(training, finished_on=last_day)
