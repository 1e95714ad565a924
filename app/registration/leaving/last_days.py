"""Leaving: the last days a school may report, and what regains its dates when a closing is undone (rules §13.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Protocol, TypeVar

from app.registration.registering.start_dates import day_in_words
from app.terms import Period, Word
from app.values import add_months

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.policy import Policy
    from app.training.rules import Training

ONE_DAY = timedelta(days=1)
TWO_DAYS = timedelta(days=2)


class _Mentored(Protocol):
    @property
    def period(self) -> Period: ...
    @property
    def cancelled(self) -> bool: ...
    @property
    def ect_finished_on(self) -> date | None: ...
    @property
    def succeeded(self) -> bool: ...


Mentored = TypeVar("Mentored", bound=_Mentored)


class Tense(Word):
    """How a last day reads today (LV-02, LV-03, LV-05)."""

    LEFT = "left", "has left"
    TODAY = "today", "is leaving today"
    LEAVING = "leaving", "is leaving"


def tense(last_day: date, today: date) -> Tense:
    """Say whether somebody with a last day has left or is still leaving, as on that very day (PER-42)."""
    if last_day < today:
        return Tense.LEFT
    return Tense.TODAY if last_day == today else Tense.LEAVING


MOST_MONTHS_AHEAD = 120
"""So far ahead support may record a last day: no later one is anything but mistyped."""


@dataclass(frozen=True)
class LeavingBounds:
    """The first and the last day that may be reported, and the sentences that state them (PER-41, G-09)."""

    earliest: date
    latest: date
    hints: tuple[str, str]
    too_early: str
    too_late: str

    def fault(self, day: date) -> str:
        """Return what is wrong with a last day, or an empty text (PER-41)."""
        if day < self.earliest:
            return self.too_early
        return self.too_late if day > self.latest else ""


def leaving_bounds(
    started_on: date,
    trainings: Iterable[Training],
    today: date,
    policy: Policy,
    elsewhere_from: date | None = None,
    *,
    any_later: bool = False,
) -> LeavingBounds:
    """Give the bounds of the last day of a stay, from the trainings of that stay (PER-41).

    elsewhere_from: the day from which another school has registered the ECT, if it has (PER-05). any_later: support
    with a ticket, whom nothing else keeps from a later day of the next ten years (FIX-06).
    """
    begun = max((t.started_on for t in trainings if not t.cancelled and t.started_on <= today), default=started_on)
    what = "their latest training" if begun > started_on else "they"
    earliest = begun + TWO_DAYS
    why = f"because {what} started on {day_in_words(begun)}"
    months = MOST_MONTHS_AHEAD if any_later else policy.max_months_ahead
    latest, because = add_months(today, months), f"{months} months from today"
    if elsewhere_from is not None and elsewhere_from <= latest:
        latest, because = elsewhere_from - ONE_DAY, "because another school has registered them from the day after"
    first, last = day_in_words(earliest), day_in_words(latest)
    return LeavingBounds(
        earliest,
        latest,
        (f"The earliest day you can enter is {first}, {why}.", f"The latest is {last}, {because}."),
        f"Last day must be on or after {first}, {why}",
        f"Last day must be on or before {last}, {because}",
    )


def left_without_mentor(
    mentorships: Iterable[Mentored], last_day: date, present_last_day: date | None = None
) -> tuple[tuple[Mentored, date], ...]:
    """Find whom a mentor's last day leaves without a mentor, each with the first day of that (LV-02, M-07).

    An ECT who is gone by then, or whose mentorship was to end by then, is not among them. present_last_day: the one
    recorded already; mentorships that end with it, and that nobody continues, count too.
    """
    return tuple(
        (row, max(row.period.started_on, last_day + ONE_DAY))
        for row in mentorships
        if not row.cancelled
        and (row.ect_finished_on is None or row.ect_finished_on > last_day)
        and (_ends_after(row, last_day) or (row.period.finished_on == present_last_day and not row.succeeded))
    )


def _ends_after(row: _Mentored, day: date) -> bool:
    return row.period.finished_on is None or row.period.finished_on > day


class RowKind(Word):
    """What lies inside a stay."""

    TRAINING = "training"
    MENTORSHIP = "mentorship"


Key = tuple[RowKind, int]


@dataclass(frozen=True)
class RowBefore:
    """A row as it was before its stay was closed; cancelled: closing cancelled it, else it was given a last day."""

    kind: RowKind
    id: int
    started_on: date
    finished_on: date | None
    cancelled: bool
    stopped: bool = False

    @property
    def key(self) -> Key:
        """What identifies it."""
        return self.kind, self.id


@dataclass(frozen=True)
class RowNow:
    """A row of a closed stay as it is now.

    stopped: a lead provider withdrew or paused it. group: rows of one group never overlap. other_until: the last day
    of the other person of a mentorship, and other_gone that their registration was removed.
    """

    kind: RowKind
    id: int
    started_on: date
    finished_on: date | None
    cancelled: bool = False
    stopped: bool = False
    group: int = 0
    other_until: date | None = None
    other_gone: bool = False

    @property
    def key(self) -> Key:
        """What identifies it."""
        return self.kind, self.id


class Lost(Word):
    """Why a row cannot regain its former dates (PER-43)."""

    CHANGED_SINCE = "changed_since", "it was changed after the last day was recorded"
    OTHER_GONE = "other_gone", "the mentor or ECT is no longer there"
    TAKEN = "taken", "another one has been recorded for those days"


@dataclass(frozen=True)
class RestorePlan:
    """Rows that regain days, each with its new last day, and rows that cannot, each with the reason."""

    restored: tuple[tuple[RowNow, date | None], ...]
    lost: tuple[tuple[RowNow, Lost], ...]


@dataclass(frozen=True)
class Reopening:
    """A closed stay of which more is to be kept: its last day now, and the one it gets (None: unfinished)."""

    last_day: date
    until: date | None


def plan_restore(
    rows: Iterable[RowNow],
    before: Mapping[Key, RowBefore],
    reopening: Reopening,
    occupied: Mapping[tuple[RowKind, int], tuple[Period, ...]],
) -> RestorePlan:
    """Plan what regains its former dates when a stay is reopened (PER-43, PER-51).

    `before`: what closing changed. Rows made since then that end with the stay go on with it. `occupied`: days of the
    same group, such as another mentor's days with the ECT; those of this stay end with it, and so are in nobody's way.
    """
    taken = {group: list(periods) for group, periods in occupied.items()}
    restored: list[tuple[RowNow, date | None]] = []
    lost: list[tuple[RowNow, Lost]] = []
    for row in sorted(rows, key=lambda row: (row.kind, row.started_on, row.id)):
        group = taken.setdefault((row.kind, row.group), [])
        wanted = _wanted(row, before.get(row.key), reopening, group)
        if isinstance(wanted, Lost):
            lost.append((row, wanted))
        elif wanted is not None:
            restored.append((row, wanted.finished_on))
        if wanted is not None and not isinstance(wanted, Lost):
            group.append(wanted)
        elif not row.cancelled:
            group.append(Period(row.started_on, row.finished_on))
    return RestorePlan(tuple(restored), tuple(lost))


def _wanted(row: RowNow, before: RowBefore | None, reopening: Reopening, taken: list[Period]) -> Period | Lost | None:
    """Return the dates a row gets, why it gets none, or None for a row that needs none: untouched, or back."""
    if before is None:
        return _goes_on(row, reopening, taken)
    if not row.cancelled and (before.cancelled or row.finished_on == before.finished_on):
        return None
    if not before.cancelled and (
        row.cancelled or row.finished_on != reopening.last_day or row.stopped != before.stopped
    ):
        return Lost.CHANGED_SINCE
    return _former(row, before, reopening, taken)


def _former(row: RowNow, before: RowBefore, reopening: Reopening, taken: list[Period]) -> Period | Lost | None:
    """Return the former dates of a row to which nothing has happened since, as far as they are free."""
    first = row.started_on if row.cancelled else reopening.last_day + ONE_DAY
    until = _earliest(before.finished_on, reopening.until)
    if until is not None and until < first:
        return None
    if row.other_gone or (row.other_until is not None and row.other_until < first):
        return Lost.OTHER_GONE
    until = _earliest(until, row.other_until)
    if any(Period(first, until).overlaps(period) for period in taken):
        return Lost.TAKEN
    return Period(row.started_on, until)


def _goes_on(row: RowNow, reopening: Reopening, taken: list[Period]) -> Period | None:
    """Return the dates of a row that ends only because the stay does."""
    if row.cancelled or row.stopped or row.other_gone or row.finished_on != reopening.last_day:
        return None
    after = [period.started_on for period in taken if period.started_on > reopening.last_day]
    until = _earliest(_earliest(reopening.until, row.other_until), min(after) - ONE_DAY if after else None)
    if until is not None and until <= reopening.last_day:
        return None
    return Period(row.started_on, until)


def _earliest(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)
