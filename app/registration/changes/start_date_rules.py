"""What moves with a corrected start date, and what is in its way (FIX-05): pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Generic, TypeVar
from uuid import UUID

from app.registration.registering.start_dates import day_in_words
from app.registration.rules import ONE_DAY
from app.terms import Period, Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.registration.whole_stay import MentorshipInStay, TrainingInStay, WholeStay
    from app.terms import Year
    from app.training.periods import Calendar
    from app.training.rules import Training

R = TypeVar("R")


@dataclass(frozen=True)
class OtherStay:
    """Another registration of the same person that may be in the way."""

    public_id: UUID
    school: str
    started_on: date
    finished_on: date | None = None

    @property
    def period(self) -> Period:
        """The days it covers, both ends included (GEN-02)."""
        return Period(self.started_on, self.finished_on)

    @property
    def days(self) -> str:
        """Its days in words."""
        until = f"to {day_in_words(self.finished_on)}" if self.finished_on else "with no last day"
        return f"from {day_in_words(self.started_on)} {until}"


@dataclass(frozen=True)
class Busy:
    """Days of one ECT with another mentor, by the mentorship that they lie beside."""

    mentorship_id: int
    started_on: date
    finished_on: date | None = None


@dataclass(frozen=True)
class Around:
    """What lies beside a stay: other stays of the person, their other training in the role, other mentors' days."""

    stays: tuple[OtherStay, ...] = ()
    trainings: tuple[Period, ...] = ()
    busy: tuple[Busy, ...] = ()
    other_starts: dict[int, date] = field(default_factory=dict)
    """First day at the school of the other person of each mentorship."""
    declared: dict[int, date] = field(default_factory=dict)
    """Day of the first declaration on each training, voided ones left out."""


@dataclass(frozen=True)
class Moved(Generic[R]):
    """A row and its new first day."""

    row: R
    started_on: date


@dataclass(frozen=True)
class InTheWay:
    """Why the stay cannot start then, and the registration that is in the way, if another one is."""

    message: str
    record: UUID | None = None


@dataclass(frozen=True)
class StartPlan:
    """What moves with the start."""

    trainings: tuple[Moved[TrainingInStay], ...]
    mentorships: tuple[Moved[MentorshipInStay], ...]


def plan_start(stay: WholeStay, day: date, around: Around) -> StartPlan | InTheWay:
    """Plan what moves with the start of a stay: training and mentorships that began with it (FIX-05).

    A mentorship moves no further back than to the start of the other person or the day after another mentor.
    """
    trainings = tuple(
        Moved(row, day) for row in stay.trainings if not row.cancelled and row.started_on == stay.started_on
    )
    began = [row for row in stay.mentorships if not row.cancelled and row.started_on == stay.started_on]
    moved = tuple(Moved(row, max(day, _earliest(row, around))) for row in began)
    mentorships = tuple(one for one in moved if one.started_on != one.row.started_on)
    plan = StartPlan(trainings, mentorships)
    return next(_in_the_way(stay, day, plan, around), None) or plan


def _earliest(row: MentorshipInStay, around: Around) -> date:
    before = [
        busy.finished_on + ONE_DAY
        for busy in around.busy
        if busy.mentorship_id == row.id and busy.finished_on and busy.finished_on < row.started_on
    ]
    return max([*before, around.other_starts.get(row.id, date.min)])


def _in_the_way(stay: WholeStay, day: date, plan: StartPlan, around: Around) -> Iterator[InTheWay]:
    new = Period(day, stay.finished_on)
    if stay.finished_on is not None and day > stay.finished_on:
        yield InTheWay(f"They left on {day_in_words(stay.finished_on)}, before this day", stay.public_id)
    for other in around.stays:
        if other.period.overlaps(new):
            yield InTheWay(f"They are registered at {other.school} {other.days}", other.public_id)
    for moved in plan.trainings:
        yield from _training_in_the_way(moved, day, around)
    for one in plan.mentorships:
        if one.row.finished_on is not None and one.row.finished_on < one.started_on:
            yield InTheWay(f"{_mentoring(stay, one.row)} ended on {day_in_words(one.row.finished_on)}")
    yield from _left_outside(stay, day)


def _left_outside(stay: WholeStay, day: date) -> Iterator[InTheWay]:
    """Find what began later than the stay and would lie before it."""
    for training in stay.trainings:
        if _lies_before(training, stay, day):
            yield InTheWay(f"Their {training.words} began on {day_in_words(training.started_on)}, before this day")
    for mentorship in stay.mentorships:
        if _lies_before(mentorship, stay, day):
            yield InTheWay(f"{_mentoring(stay, mentorship)} began on {day_in_words(mentorship.started_on)}")


def _lies_before(row: TrainingInStay | MentorshipInStay, stay: WholeStay, day: date) -> bool:
    return not row.cancelled and stay.started_on != row.started_on and row.started_on < day


def _training_in_the_way(moved: Moved[TrainingInStay], day: date, around: Around) -> Iterator[InTheWay]:
    row = moved.row
    if row.finished_on is not None and row.finished_on < day:
        yield InTheWay(f"Their {row.words} ended on {day_in_words(row.finished_on)}, before this day")
    declared = around.declared.get(row.id)
    if declared is not None and declared < day:
        yield InTheWay(f"A declaration of {day_in_words(declared)} lies on their {row.words}, before this day")
    for other in around.trainings:
        if other.overlaps(Period(day, row.finished_on)):
            yield InTheWay(f"They had other training from {day_in_words(other.started_on)} that overlaps")


def _mentoring(stay: WholeStay, row: MentorshipInStay) -> str:
    return f"Mentoring {f'by {row.mentor.displayed}' if stay.role is Role.ECT else f'of {row.ect.displayed}'}"


def other_year(
    calendar: Calendar, before: Training | None, former: date, new: date, registered_on: date
) -> Year | None:
    """Find the year that training would be filed in had the new start been given, if it is another (CP-02, CP-06).

    before: the latest training of the person in the role outside this stay; a provider-led one decides by itself.
    """
    if before is not None and before.provider_led:
        return None
    old_period, new_period = (calendar.base_period(day, registered_on) for day in (former, new))
    return new_period.year if new_period is not None and new_period != old_period else None
