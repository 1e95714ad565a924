"""Partnerships, training, mentorships and inductions of the invented people (REF-7.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import log
from typing import TYPE_CHECKING

from app.national.reference import Reference, year_days
from app.national.schools import drawn_provider
from app.national.size import at_hour, dealt
from app.terms import ScheduleIdentifier

if TYPE_CHECKING:
    from random import Random

    from app.national.people import People, Stay, Teacher
    from app.national.schools import School
    from app.national.size import Size

SCHOOL_LED = 0.05
OTHER_PROVIDER = 0.1
REQUESTED = {True: 0.20, False: 0.01}
MEDIAN_DAYS_TO_CONFIRM = 9
STATES = {"withdrawn": 0.04, "deferred": 0.03, "resumed": 0.01, "": 0.92}
MENTOR_TRAINED = 0.6
WITHDRAWAL_REASONS = ("left_teaching_profession", "changed_lead_provider", "switched_to_school_led", "other")
DEFERRAL_REASONS = ("bereavement", "long_term_sickness", "parental_leave", "career_break", "other")


@dataclass(slots=True)
class Partnership:
    """A school with a lead provider and a delivery partner in a year."""

    id: int
    school: School
    provider: int
    partner: int
    year: int
    reported_at: datetime


@dataclass(slots=True)
class Training:
    """One row of training; without a provider it is school-led."""

    id: int
    stay: Stay
    role: str
    started_on: date
    finished_on: date | None
    requested_at: datetime | None = None
    provider: int | None = None
    year: int | None = None
    schedule: str | None = None
    partnership: Partnership | None = None
    confirmed_at: datetime | None = None
    withdrawn: str | None = None
    deferred: str | None = None


@dataclass
class Trained:
    """All training and the partnerships that it needs."""

    reference: Reference
    trainings: list[Training] = field(default_factory=list)
    partnerships: dict[tuple[int, int, int], Partnership] = field(default_factory=dict)

    def partnership(self, school: School, provider: int, year: int, size: Size) -> Partnership:
        """Return the partnership of a school and provider in a year, made when first needed."""
        key = (school.id, provider, year)
        if key not in self.partnerships:
            partners = self.reference.partners_of(provider)
            reported = min(date(year, 6, 20), size.ago(10))
            at = at_hour(reported, size.stream(f"partnership {school.urn}"))
            partner = partners[school.partner % len(partners)]
            self.partnerships[key] = Partnership(len(self.partnerships) + 1, school, provider, partner, year, at)
        return self.partnerships[key]

    def add(self, training: Training) -> None:
        """Number and keep a row."""
        training.id = len(self.trainings) + 1
        self.trainings.append(training)


def trained(size: Size, reference: Reference, people: People) -> Trained:
    """Return the training of every stay of an ECT and of most mentors."""
    made, stream = Trained(reference), size.stream("training")
    ects = [teacher for teacher in people.teachers if teacher.year]
    states = {teacher.id: state for teacher, state in zip(ects, dealt(stream, len(ects), STATES), strict=True) if state}
    last = {stay.teacher.id: stay.id for stay in people.ect_stays}
    school_led = {teacher.id for teacher in ects if stream.random() < SCHOOL_LED}
    for stay in people.ect_stays:
        if stay.school.is_measured:
            _provider_led(size, size.stream(f"training {stay.school.urn}"), made, stay, "")
            continue
        if stay.teacher.id in school_led:
            made.add(Training(0, stay, "ect", stay.started_on, stay.finished_on))
            continue
        state = states.get(stay.teacher.id, "") if last[stay.teacher.id] == stay.id else ""
        _provider_led(size, stream, made, stay, state)
    for stay in people.mentor_stays:
        if stay.school.is_measured or stream.random() < MENTOR_TRAINED:
            _mentor(size, stream, made, stay)
    return made


def _provider_led(size: Size, stream: Random, made: Trained, stay: Stay, state: str) -> None:
    training = Training(0, stay, "ect", stay.started_on, stay.finished_on)
    provider = drawn_provider(stream) if stream.random() < OTHER_PROVIDER else stay.school.provider
    _arrange(size, stream, made, training, provider, stay.teacher.year)
    made.add(training)
    stopped_by = min(stay.finished_on or size.as_of, size.ago(1))
    room = (stopped_by - stay.started_on).days
    if state and room > 120:  # noqa: PLR2004 - time to defer and to resume
        _stop(stream, made, training, state, stay.started_on + timedelta(days=stream.randint(30, room - 60)))


def _arrange(  # noqa: PLR0917 - what one arrangement is made of
    size: Size, stream: Random, made: Trained, training: Training, provider: int, year: int
) -> None:
    """Give provider-led training its provider, schedule and, unless it is still requested, its partnership."""
    stay = training.stay
    day = min(stay.started_on - timedelta(days=stream.randint(1, 40)), size.ago(1))
    training.requested_at = at_hour(max(day, year_days(year)[0]), stream)
    training.requested_at = min(training.requested_at, size.moment)
    training.provider, training.year, training.schedule = provider, year, _schedule(stay.teacher, stay.started_on).value
    if stream.random() < REQUESTED[year == size.year] and not stay.school.is_measured:
        return
    training.partnership = made.partnership(stay.school, provider, year, size)
    days = timedelta(days=stream.lognormvariate(log(MEDIAN_DAYS_TO_CONFIRM), 0.6))
    training.confirmed_at = min(training.requested_at + days, size.moment)


def _schedule(teacher: Teacher, day: date) -> ScheduleIdentifier:
    month = (teacher.started_on or day).month
    if 1 <= month <= 3:  # noqa: PLR2004 - January to March
        return ScheduleIdentifier.STANDARD_JANUARY
    return ScheduleIdentifier.STANDARD_APRIL if month in {4, 5} else ScheduleIdentifier.STANDARD_SEPTEMBER


def _stop(stream: Random, made: Trained, training: Training, state: str, on: date) -> None:
    former = training.finished_on
    training.finished_on = on
    if state == "withdrawn":
        training.withdrawn = stream.choice(WITHDRAWAL_REASONS)
        return
    training.deferred = stream.choice(DEFERRAL_REASONS)
    if state == "resumed":
        again = Training(0, training.stay, "ect", on + timedelta(days=stream.randint(20, 50)), former)
        again.provider, again.year, again.schedule = training.provider, training.year, training.schedule
        again.requested_at, again.partnership = training.requested_at, training.partnership
        again.confirmed_at = training.confirmed_at
        made.add(again)


def _mentor(size: Size, stream: Random, made: Trained, stay: Stay) -> None:
    """Add a mentor's year of training, at one school only."""
    if stay.is_second:
        return
    day = stay.started_on
    year = min(max(day.year - (day.month < 6), size.years[0]), size.year)  # noqa: PLR2004 - June
    ends = day + timedelta(days=365)
    finish = min(ends, stay.finished_on) if stay.finished_on else (ends if ends < size.as_of else None)
    training = Training(0, stay, "mentor", day, finish)
    _arrange(size, stream, made, training, stay.school.provider, year)
    made.add(training)
