"""From which to which day an ECT may start at a school, and why (rules PER-01, PER-02, CP-04, CP-05)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from app.registration.rules import ECTStay, latest_stay
from app.terms import Role, SchoolId, Word
from app.training.periods import Calendar
from app.training.rules import Training
from app.values import add_months

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.policy import Policy
    from app.training.periods import NotOpen

ONE_DAY = timedelta(days=1)
TWO_DAYS = timedelta(days=2)


class BoundReason(Word):
    """Why a start date has a bound (PER-01, CP-04)."""

    GENERAL = "general"
    STAY_ELSEWHERE = "stay_elsewhere"
    STARTS_ELSEWHERE = "starts_elsewhere"
    TRAINING = "training"
    OWN_EARLIER_STAY = "own_earlier_stay"
    DECLARATION = "declaration"
    MONTHS_AHEAD = "months_ahead"


@dataclass(frozen=True)
class Bound:
    """The earliest or latest day, why, the sentence stated before the question, and the error if it is crossed."""

    day: date
    reason: BoundReason
    hint: str
    message: str


@dataclass(frozen=True)
class Bounds:
    """The bounds that apply to one person; None where there is none.

    `open_until` is the last day registration is open for; a later one is not refused, it has to wait (CP-05).
    """

    earliest: Bound | None = None
    latest: Bound | None = None
    open_until: date | None = None

    @property
    def hints(self) -> tuple[str, ...]:
        """The sentences for the page, earliest first (PER-02)."""
        hints = [bound.hint for bound in (self.earliest, self.latest) if bound is not None]
        if self.open_until is not None and (self.latest is None or self.open_until < self.latest.day):
            hints.append(f"Registration is open for start dates up to {day_in_words(self.open_until)}.")
        return tuple(hints)


@dataclass(frozen=True)
class StartDateFacts:
    """What the start date depends on: the teacher's ECT stays and ECT trainings at every school."""

    school_id: SchoolId
    calendar: Calendar
    stays: tuple[ECTStay, ...] = ()
    trainings: tuple[Training, ...] = ()


def start_date_bounds(facts: StartDateFacts, today: date, policy: Policy) -> Bounds:
    """Give the bounds of an ECT's start date at a school; of several earliest days the last counts (PER-01, CP-04)."""
    lower = [*general_bound(facts.calendar, today, policy)]
    open_until = facts.calendar.registration_open_until(today)
    stay = latest_stay(facts.stays)
    if stay is None:
        return Bounds(binding(lower), open_until=open_until)
    trainings = [t for t in facts.trainings if t.stay_id == stay.id and not t.cancelled]
    lower += [
        *_stay_bound(stay, facts.school_id, today),
        *training_bound(trainings, today),
        *declaration_bound(trainings),
    ]
    latest = months_ahead(today, policy) if stay.finished_on is None else None
    return Bounds(binding(lower), latest, open_until)


def check_start_date(day: date, bounds: Bounds, calendar: Calendar, today: date) -> Bound | NotOpen | None:
    """Check an ECT's start date: None if good, else the bound it crosses or that registration is not open yet.

    `NotOpen` leads to `cannot-register-yet`, and comes before the limit of months ahead (PER-01, CP-05).
    """
    if bounds.earliest is not None and day < bounds.earliest.day:
        return bounds.earliest
    not_open = calendar.registration_not_open(day, today, Role.ECT)
    if not_open is not None:
        return not_open
    return bounds.latest if bounds.latest is not None and day > bounds.latest.day else None


def binding(bounds: list[Bound]) -> Bound | None:
    """Choose the bound that counts among several earliest days: the last."""
    return max(bounds, key=lambda bound: bound.day, default=None)


def general_bound(calendar: Calendar, today: date, policy: Policy) -> Iterator[Bound]:
    """Give the earliest start date accepted of anybody (CP-04)."""
    day = calendar.earliest_start_date(today, policy.earliest_start_periods_back)
    if day is not None:
        yield earliest(day, BoundReason.GENERAL, "earlier start dates can no longer be registered")


def _stay_bound(stay: ECTStay, school_id: SchoolId, today: date) -> Iterator[Bound]:
    two_days_in = stay.started_on + TWO_DAYS
    if stay.school_id == school_id:
        after_last_day = stay.finished_on + ONE_DAY if stay.finished_on is not None else two_days_in
        yield earliest(max(two_days_in, after_last_day), BoundReason.OWN_EARLIER_STAY, _own_stay(stay))
    elif stay.period.is_future(today):
        yield _starts_elsewhere(two_days_in, stay.started_on)
    else:
        why = f"they started at another school on {day_in_words(stay.started_on)}"
        yield earliest(two_days_in, BoundReason.STAY_ELSEWHERE, why)


def _own_stay(stay: ECTStay) -> str:
    if stay.finished_on is None:
        return f"they started at your school on {day_in_words(stay.started_on)}"
    return f"their last day at your school before was {day_in_words(stay.finished_on)}"


def training_bound(trainings: list[Training], today: date) -> Iterator[Bound]:
    """Give the earliest day after the latest training that has started (PER-01, PER-11)."""
    started = max((t.started_on for t in trainings if t.started_on <= today), default=None)
    if started is not None:
        why = f"their latest training started on {day_in_words(started)}"
        yield earliest(started + TWO_DAYS, BoundReason.TRAINING, why)


def declaration_bound(trainings: list[Training]) -> Iterator[Bound]:
    """Give the earliest day after the latest declaration that is not voided (PER-01, PER-11)."""
    declared = max((t.latest_declaration_on for t in trainings if t.latest_declaration_on is not None), default=None)
    if declared is not None:
        why = f"their earlier training is recorded up to {day_in_words(declared)}; contact support if this is wrong"
        yield earliest(declared + ONE_DAY, BoundReason.DECLARATION, why)


def months_ahead(today: date, policy: Policy) -> Bound:
    """Give the latest day for somebody who is still registered elsewhere (PER-01, PER-11)."""
    day = add_months(today, policy.max_months_ahead)
    end = day_in_words(day)
    return Bound(
        day,
        BoundReason.MONTHS_AHEAD,
        hint=f"The latest you can enter is {end}, because they are still registered at another school.",
        message=f"Start date must be on or before {end}, {policy.max_months_ahead} months from today",
    )


def earliest(day: date, reason: BoundReason, why: str) -> Bound:
    """Make the bound of an earliest day, with its reason in words."""
    first = day_in_words(day)
    return Bound(
        day,
        reason,
        hint=f"The earliest you can enter is {first}, because {why}.",
        message=f"Start date must be on or after {first}, because {why}",
    )


def _starts_elsewhere(day: date, started_on: date) -> Bound:
    start, first = day_in_words(started_on), day_in_words(day)
    known = f"They are registered to start at another school on {start}"
    advice = "Ask that school to change this, or contact support"
    return Bound(
        day,
        BoundReason.STARTS_ELSEWHERE,
        hint=f"{known}, so the earliest you can enter is {first}. {advice}.",
        message=f"{known}, so start date must be on or after {first}. {advice}",
    )


def day_in_words(day: date) -> str:
    """Write a date as pages show it: "1 September 2025" (G-09)."""
    return f"{day.day} {day:%B %Y}"
