"""What moves with a corrected start date, and what is in its way (FIX-05): pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Generic, TypeVar
from uuid import UUID

from app.registration.registering.start_dates import day_in_words
from app.registration.rules import ONE_DAY
from app.registration.whole_stay import MentorshipInStay, TrainingInStay
from app.terms import Period, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.registration.whole_stay import WholeStay
    from app.terms import Year
    from app.training.periods import Calendar
    from app.training.rules import Training

R = TypeVar("R", TrainingInStay, MentorshipInStay)

FIRST_DAY = date(1950, 1, 1)
"""Nobody who is registered began before; an earlier day is mistyped."""


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
class Inducted:
    """An induction period as its appropriate body recorded it."""

    body: str
    started_on: date


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
    year_starts: dict[int, date] = field(default_factory=dict)
    """First day of the academic year of each training that has one."""
    school_opened_on: date | None = None
    qts_on: date | None = None
    """Of an ECT: when they got qualified teacher status, None where the teaching record does not say."""
    inductions: tuple[Inducted, ...] = ()
    """Of an ECT: what began on the first day of the stay or later."""


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
    """What begins with the start, each row with the day on which it begins now."""

    trainings: tuple[Moved[TrainingInStay], ...]
    mentorships: tuple[Moved[MentorshipInStay], ...]

    def moving(self, refiled: int | None, day: date) -> StartPlan:
        """Leave out what does not move; training that is filed in the year of the new day begins on that day."""
        trainings = (Moved(one.row, day) if one.row.id == refiled else one for one in self.trainings)
        return StartPlan(
            tuple(one for one in trainings if one.started_on != one.row.started_on),
            tuple(one for one in self.mentorships if one.started_on != one.row.started_on),
        )


def plan_start(stay: WholeStay, day: date, around: Around) -> StartPlan | InTheWay:
    """Plan what moves with the start of a stay: training and mentorships that began with it (FIX-05).

    Each moves no further back than it can begin: training with a lead provider not before its academic year, a
    mentorship not before the start of the other person and the day after another mentor. What began then, as early as
    it could, counts as begun with the stay, so that a correction can itself be corrected.
    """
    trainings = tuple(_moved(stay, day, ((row, _training_earliest(row, around)) for row in stay.trainings)))
    mentorships = tuple(_moved(stay, day, ((row, _earliest(row, around)) for row in stay.mentorships)))
    plan = StartPlan(trainings, mentorships)
    return next(_in_the_way(stay, day, plan, around), None) or plan


def _moved(stay: WholeStay, day: date, rows: Iterable[tuple[R, date]]) -> Iterator[Moved[R]]:
    """Find what began with the stay, or as early as it could, with the day on which it begins now."""
    for row, earliest in rows:
        if not row.cancelled and row.started_on == max(stay.started_on, earliest):
            yield Moved(row, max(day, earliest))


def _training_earliest(row: TrainingInStay, around: Around) -> date:
    year_start = around.year_starts.get(row.id) if row.provider_led else None
    return date.min if year_start is None else min(year_start, row.started_on)


def _earliest(row: MentorshipInStay, around: Around) -> date:
    before = [
        busy.finished_on + ONE_DAY
        for busy in around.busy
        if busy.mentorship_id == row.id and busy.finished_on and busy.finished_on < row.started_on
    ]
    return max([*before, around.other_starts.get(row.id, date.min)])


def _in_the_way(stay: WholeStay, day: date, plan: StartPlan, around: Around) -> Iterator[InTheWay]:
    if day < FIRST_DAY:
        yield InTheWay(f"First day must be on or after {day_in_words(FIRST_DAY)}: check the year")
    new = Period(day, stay.finished_on)
    if stay.finished_on is not None and day > stay.finished_on:
        yield InTheWay(f"They left on {day_in_words(stay.finished_on)}, before this day", stay.public_id)
    yield from _impossible(stay, day, around)
    for other in around.stays:
        if other.period.overlaps(new):
            yield InTheWay(f"They are registered at {other.school} {other.days}", other.public_id)
    for moved in plan.trainings:
        yield from _training_in_the_way(moved, around)
    for one in plan.mentorships:
        if one.row.finished_on is not None and one.row.finished_on < one.started_on:
            words = f"{_mentoring(stay, one.row)} ended on {day_in_words(one.row.finished_on)}"
            yield InTheWay(words, _other_stay(stay, one.row))
    yield from _left_outside(stay, day, plan)


def _impossible(stay: WholeStay, day: date, around: Around) -> Iterator[InTheWay]:
    """Find what shows that they cannot have begun there then."""
    qualified, opened = around.qts_on, around.school_opened_on
    back = day < stay.started_on
    if back and qualified is not None and day < qualified:
        yield InTheWay(f"They got qualified teacher status on {day_in_words(qualified)}, after this day")
    if back and opened is not None and day < opened:
        yield InTheWay(f"{stay.school} opened on {day_in_words(opened)}, after this day")
    for induction in around.inductions:
        if induction.started_on < day and stay.period.contains(induction.started_on):
            words = f"{induction.body} recorded their induction from {day_in_words(induction.started_on)}"
            yield InTheWay(f"{words}, before this day: correct the induction period first if it is wrong")


def _left_outside(stay: WholeStay, day: date, plan: StartPlan) -> Iterator[InTheWay]:
    """Find what began later than the stay and would lie before it."""
    moved = {id(one.row) for one in plan.trainings} | {id(one.row) for one in plan.mentorships}
    for training in stay.trainings:
        if _lies_before(training, day) and id(training) not in moved:
            yield InTheWay(f"Their {training.words} began on {day_in_words(training.started_on)}, before this day")
    for mentorship in stay.mentorships:
        if _lies_before(mentorship, day) and id(mentorship) not in moved:
            words = f"{_mentoring(stay, mentorship)} began on {day_in_words(mentorship.started_on)}"
            yield InTheWay(f"{words}, before this day", _other_stay(stay, mentorship))


def _lies_before(row: TrainingInStay | MentorshipInStay, day: date) -> bool:
    return not row.cancelled and row.started_on < day


def _training_in_the_way(moved: Moved[TrainingInStay], around: Around) -> Iterator[InTheWay]:
    row, day = moved.row, moved.started_on
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


def _other_stay(stay: WholeStay, row: MentorshipInStay) -> UUID | None:
    return row.mentor_public_id if stay.role is Role.ECT else row.ect_public_id


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
