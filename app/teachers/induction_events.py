"""Events of inductions that appropriate bodies recorded (EVT-04, FIX-24, REF-4.14)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from app.events.record import Event, catalogued
from app.terms import InductionOutcome, Word


class Happened(Word):
    """What a change of an induction period amounts to."""

    OPENED = "opened", "Induction recorded"
    CLOSED = "closed", "End of an induction period recorded"
    REOPENED = "reopened", "Induction period opened again"
    EXTENDED = "extended", "Induction period extended"
    PASSED = "passed", "Induction passed"
    FAILED = "failed", "Induction not passed"
    CORRECTED = "corrected", "Induction period corrected"


class Ending(Protocol):
    """A period as far as its end goes."""

    @property
    def finished_on(self) -> date | None:
        """Its last day, if it has one."""

    @property
    def outcome(self) -> str | None:
        """How it ended, if that is known."""


def what_happened(stored: Ending | None, period: Ending) -> Happened:
    """Say what the change of a period, or a new one, amounts to; an outcome before anything else."""
    old_end, old_outcome = (stored.finished_on, stored.outcome) if stored else (None, None)
    if period.outcome != old_outcome:
        if period.outcome is None:
            return Happened.CORRECTED
        return Happened.PASSED if period.outcome == InductionOutcome.PASS else Happened.FAILED
    if stored is None:
        return Happened.CLOSED if period.finished_on else Happened.OPENED
    if period.finished_on == old_end:
        return Happened.CORRECTED
    if period.finished_on is None:
        return Happened.REOPENED
    return Happened.EXTENDED if old_end and period.finished_on > old_end else Happened.CLOSED


@dataclass(frozen=True)
class _InductionPeriodEvent(Event):
    happened: Happened
    started_on: date
    body: str
    outcome: str | None
    fields: Mapping[str, tuple[Any, Any]]
    source: str

    def sentence(self) -> str:
        """Say what happened and who recorded it."""
        begun = f"{self.started_on.day} {self.started_on:%B %Y}"
        return f"{self.happened.words}, begun on {begun}, by {self.body}"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return old and new values."""
        return self.fields

    def metadata(self) -> dict[str, Any]:
        """Return what happened, its outcome, and the file that it came with."""
        return {"happened": self.happened.value, "outcome": self.outcome, "source": self.source}


@catalogued
@dataclass(frozen=True)
class InductionPeriodRecorded(_InductionPeriodEvent):
    """A period that was not known before."""

    kind = "induction_period_recorded"


@catalogued
@dataclass(frozen=True)
class InductionPeriodCorrected(_InductionPeriodEvent):
    """A known period says something else, such as its end or its outcome."""

    kind = "induction_period_corrected"


@catalogued
@dataclass(frozen=True)
class InductionPeriodRemoved(Event):
    """A period that was recorded by mistake is gone; everything it said is kept here (FIX-24)."""

    kind = "induction_period_removed"
    started_on: date
    body: str
    outcome: str | None
    fields: Mapping[str, tuple[Any, Any]]
    source: str

    def sentence(self) -> str:
        """Say which one."""
        begun = f"{self.started_on.day} {self.started_on:%B %Y}"
        return f"Induction period removed that had begun on {begun}, by {self.body}"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return what it said."""
        return self.fields

    def metadata(self) -> dict[str, Any]:
        """Return its outcome and who says that it was a mistake."""
        return {"outcome": self.outcome, "source": self.source}
