"""Events of inductions that appropriate bodies recorded (EVT-04, FIX-24, REF-4.14)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.events.record import Event, catalogued
from app.terms import Word


class Happened(Word):
    """What a change of an induction period amounts to."""

    OPENED = "opened", "Induction recorded"
    CLOSED = "closed", "End of an induction period recorded"
    REOPENED = "reopened", "Induction period opened again"
    EXTENDED = "extended", "Induction period extended"
    PASSED = "passed", "Induction passed"
    FAILED = "failed", "Induction not passed"
    CORRECTED = "corrected", "Induction period corrected"


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
