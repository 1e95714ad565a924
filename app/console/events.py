"""Events of what staff look at and try out, never shown to schools (ADM-16.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from app.events.record import Event, catalogued


@catalogued
@dataclass(frozen=True)
class StaffExplainerUsed(Event):
    """A member of staff asked why a school cannot register somebody (ADM-4.1)."""

    kind: ClassVar[str] = "staff_explainer_used"
    question: str
    headline: str

    def sentence(self) -> str:
        """Return what happened."""
        return f"Asked why a school cannot {self.question}: {self.headline}"


@catalogued
@dataclass(frozen=True)
class StaffViewedRecord(Event):
    """A member of staff opened the page of a person or a school's people, or took them along (ADM-1.9)."""

    kind: ClassVar[str] = "staff_viewed_record"
    what: str

    def sentence(self) -> str:
        """Return what happened."""
        return f"Looked at: {self.what}"


@catalogued
@dataclass(frozen=True)
class StaffFixApplied(Event):
    """A member of staff put something right; the ordinary event of the change stands beside it (ADM-16.1)."""

    kind: ClassVar[str] = "staff_fix_applied"
    fix: str
    title: str
    note: str
    ticket: str
    held_back: str
    """Emails that were held back, by message id and address."""

    def sentence(self) -> str:
        """Return what happened."""
        return f"{self.title} ({self.fix})"
