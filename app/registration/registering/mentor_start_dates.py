"""When a mentor may start at a school, who is asked, and which stays elsewhere that ends (PER-10 to PER-12, CP-05)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.registration.registering.start_dates import (
    TWO_DAYS,
    Bound,
    BoundReason,
    Bounds,
    binding,
    day_in_words,
    declaration_bound,
    earliest,
    general_bound,
    months_ahead,
    training_bound,
)
from app.registration.rules import ONE_DAY, MentorStay
from app.terms import Role, SchoolId
from app.training.rules import Training

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from app.policy import Policy
    from app.training.periods import Calendar, NotOpen


@dataclass(frozen=True)
class MentorStartFacts:
    """What a mentor's start date depends on; only_here: they mentor only at this school from then on (RM-09)."""

    school_id: SchoolId
    calendar: Calendar
    stays: tuple[MentorStay, ...] = ()
    trainings: tuple[Training, ...] = ()
    only_here: bool = False

    @property
    def kept(self) -> tuple[MentorStay, ...]:
        """The stays that were not removed, at any school."""
        return tuple(stay for stay in self.stays if not stay.removed)


def open_stay_here(stays: Iterable[MentorStay], school_id: SchoolId, today: date) -> MentorStay | None:
    """Find an open mentor stay at this school (IDN-07)."""
    here = (stay for stay in stays if stay.school_id == school_id and not stay.removed)
    return next((stay for stay in here if stay.period.is_open(today)), None)


def mentors_elsewhere(stays: Iterable[MentorStay], school_id: SchoolId, today: date) -> bool:
    """Tell whether an open mentor stay at another school makes it a question where they mentor (RM-09)."""
    elsewhere = (stay for stay in stays if stay.school_id != school_id and not stay.removed)
    return any(stay.period.is_open(today) for stay in elsewhere)


def asks_for_start(facts: MentorStartFacts, today: date) -> bool:
    """Tell whether a date is asked: moving only here, or a mentor before and nowhere now; else it is today (RM-10)."""
    nowhere_now = not any(stay.period.is_open(today) for stay in facts.kept)
    return facts.only_here or (bool(facts.kept) and nowhere_now)


def closed_elsewhere(facts: MentorStartFacts, new_start: date) -> tuple[MentorStay, ...]:
    """List the stays elsewhere that moving only here ends the day before: unfinished or beyond it (PER-12)."""
    if not facts.only_here:
        return ()
    return tuple(s for s in facts.kept if s.school_id != facts.school_id and not s.period.is_ended(new_start))


def mentor_start_bounds(facts: MentorStartFacts, day: date | None, today: date, policy: Policy) -> Bounds:
    """Give the bounds of a mentor's start date; day: the one typed, None before there is one (PER-11, PER-02).

    Ended stays elsewhere bind only a day on which they had not ended.
    """
    closing = closed_elsewhere(facts, min(day, today) if day is not None else today)
    lower = [
        *general_bound(facts.calendar, today, policy),
        *_here_before(facts),
        *(bound for stay in closing for bound in _stay_elsewhere(stay, facts, today)),
    ]
    unfinished = any(stay.finished_on is None for stay in closing)
    latest = months_ahead(today, policy) if unfinished else None
    return Bounds(binding(lower), latest, facts.calendar.registration_open_until(today))


def check_mentor_start(day: date, facts: MentorStartFacts, today: date, policy: Policy) -> Bound | NotOpen | None:
    """Check a mentor's start date: None if good, else the bound it crosses or that registration is not open yet."""
    bounds = mentor_start_bounds(facts, day, today, policy)
    if bounds.earliest is not None and day < bounds.earliest.day:
        return bounds.earliest
    not_open = facts.calendar.registration_not_open(day, today, Role.MENTOR)
    if not_open is not None:
        return not_open
    return bounds.latest if bounds.latest is not None and day > bounds.latest.day else None


def _here_before(facts: MentorStartFacts) -> Iterator[Bound]:
    for stay in facts.kept:
        if stay.school_id == facts.school_id and stay.finished_on is not None:
            why = f"their last day as a mentor at your school before was {day_in_words(stay.finished_on)}"
            yield earliest(stay.finished_on + ONE_DAY, BoundReason.OWN_EARLIER_STAY, why)


def _stay_elsewhere(stay: MentorStay, facts: MentorStartFacts, today: date) -> Iterator[Bound]:
    trainings = [t for t in facts.trainings if t.role is Role.MENTOR and t.stay_id == stay.id and not t.cancelled]
    verb = "start" if stay.period.is_future(today) else "started"
    why = f"they {verb} as a mentor at another school on {day_in_words(stay.started_on)}"
    yield earliest(stay.started_on + TWO_DAYS, BoundReason.STAY_ELSEWHERE, why)
    yield from training_bound(trainings, today)
    yield from declaration_bound(trainings)
