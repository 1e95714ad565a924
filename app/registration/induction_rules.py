"""What must hold of a period of induction that support records or corrects (FIX-24): pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from app.registration.changes.start_date_rules import FIRST_DAY
from app.registration.registering.start_dates import day_in_words
from app.terms import AppropriateBodyId, InductionOutcome, Period, TRSInductionStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_TERMS = 16


@dataclass(frozen=True)
class InductionSaid:
    """One period of induction as it is to be: whose it is to look after, its days, and how it ended."""

    body_id: AppropriateBodyId
    started_on: date
    finished_on: date | None = None
    outcome: InductionOutcome | None = None
    terms: Decimal | None = None

    @property
    def period(self) -> Period:
        """The days it covers, both ends included (GEN-02)."""
        return Period(self.started_on, self.finished_on)


@dataclass(frozen=True)
class Fault:
    """What is wrong, beside which field."""

    field: str
    message: str


def induction_fault(
    said: InductionSaid, others: Iterable[InductionSaid], today: date, qts_on: date | None
) -> Fault | None:
    """Find what is wrong with a period beside the person's others, or None (FIX-24).

    qts_on: when they got qualified teacher status, None where the teaching record does not say.
    """
    return next(_faults(said, tuple(others), today, qts_on), None)


def _faults(
    said: InductionSaid, others: tuple[InductionSaid, ...], today: date, qts_on: date | None
) -> Iterator[Fault]:
    if said.started_on < FIRST_DAY:
        yield Fault("started_on", f"First day must be on or after {day_in_words(FIRST_DAY)}: check the year")
    if said.started_on > today:
        yield Fault("started_on", "First day must be today or in the past")
    if said.finished_on is not None and said.finished_on > today:
        yield Fault("finished_on", "Last day must be today or in the past")
    if said.finished_on is not None and said.finished_on < said.started_on:
        yield Fault("finished_on", "Last day must be on or after the first day")
    if qts_on is not None and said.started_on < qts_on:
        got = day_in_words(qts_on)
        yield Fault("started_on", f"First day must be on or after {got}, when they got qualified teacher status")
    if said.outcome is not None and said.finished_on is None:
        yield Fault("outcome", "An outcome needs the last day of the period")
    for other in others:
        if other.period.overlaps(said.period):
            until = f"to {day_in_words(other.finished_on)}" if other.finished_on else "with no last day"
            yield Fault("started_on", f"A period from {day_in_words(other.started_on)} {until} is recorded already")
        if said.outcome is not None and other.outcome is not None:
            began = day_in_words(other.started_on)
            yield Fault("outcome", f"The period that began on {began} has an outcome, and a person has one")


def induction_status(periods: Iterable[InductionSaid]) -> tuple[TRSInductionStatus, date | None, date | None]:
    """Say what the teaching record is told of somebody with these periods: status, start, completion (EXT-2.24)."""
    known = tuple(periods)
    if not known:
        return TRSInductionStatus.REQUIRED_TO_COMPLETE, None, None
    begun = min(period.started_on for period in known)
    ended = next((period for period in known if period.outcome is not None), None)
    if ended is None:
        return TRSInductionStatus.IN_PROGRESS, begun, None
    passed = ended.outcome is InductionOutcome.PASS
    return TRSInductionStatus.PASSED if passed else TRSInductionStatus.FAILED, begun, ended.finished_on
