"""Events of what the Teaching Record System says anew about somebody (EVT-04, EXT-2.21)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.events.record import Event, catalogued

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


@catalogued
@dataclass(frozen=True)
class TeacherTRSNameChanged(Event):
    """The name on the teaching record changed."""

    kind = "teacher_trs_name_changed"
    old_name: str
    new_name: str

    def sentence(self) -> str:
        """Say what it was and is."""
        return f"Name on the teaching record changed from {self.old_name} to {self.new_name}"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the old and the new name."""
        return {"name": (self.old_name, self.new_name)}


@catalogued
@dataclass(frozen=True)
class TeacherTRSQTSChanged(Event):
    """The day of qualified teacher status changed; None: none."""

    kind = "teacher_trs_qts_changed"
    old_day: date | None
    new_day: date | None

    def sentence(self) -> str:
        """Say since when."""
        if self.new_day is None:
            return "The teaching record shows no qualified teacher status any more"
        return f"Qualified teacher status from {self.new_day.day} {self.new_day:%B %Y}"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the old and the new day."""
        return {"qts_awarded_on": (self.old_day, self.new_day)}


@catalogued
@dataclass(frozen=True)
class TeacherTRSInductionChanged(Event):
    """What the teaching record says about induction changed."""

    kind = "teacher_trs_induction_changed"
    status: str
    words: str
    old: tuple[str | None, date | None, date | None]
    new: tuple[str | None, date | None, date | None]

    def sentence(self) -> str:
        """Say what it says now."""
        return f"Induction on the teaching record: {self.words}"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return old and new status and dates."""
        names = ("induction_status", "induction_start_date", "induction_completed_date")
        pairs = zip(names, self.old, self.new, strict=True)
        return {name: (old, new) for name, old, new in pairs if old != new}

    def metadata(self) -> dict[str, Any]:
        """Return the status; the rest is among the changes."""
        return {"status": self.status}


@catalogued
@dataclass(frozen=True)
class TeacherTRSRecordChanged(Event):
    """The record is gone, merged or restricted, or none of it any more; schools read no detail (EVT-04, EXT-2.16)."""

    kind = "teacher_trs_record_changed"
    state: str

    def sentence(self) -> str:
        """Say whom to ask."""
        if self.state == "in_order":
            return "The teaching record is in order again"
        return "There is a problem with the teaching record: contact support"


@catalogued
@dataclass(frozen=True)
class TeacherTRSInductionRefused(Event):
    """The teaching record refuses for good what support recorded of an induction (EXT-2.24)."""

    kind = "teacher_trs_induction_refused"
    status: str
    code: int

    def sentence(self) -> str:
        """Say what it does not take."""
        return f"The teaching record does not take the induction status {self.status} ({self.code})"
