"""Events of two records that turned out to be one person (FIX-12, ADM-16.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.events.record import Event, catalogued


@catalogued
@dataclass(frozen=True)
class TeacherMerged(Event):
    """A record was merged into another: one event for each of both.

    survivor: whether it is about the record that goes on; rows: how many of each kind moved;
    differing: what both say differently, by field, as (before, now).
    """

    kind = "teacher_merged"
    other_name: str
    other_trn: str
    survivor: bool
    rows: Mapping[str, int]
    differing: Mapping[str, tuple[Any, Any]]

    def sentence(self) -> str:
        """Say which record went into which, and what moved."""
        if not self.survivor:
            return f"Record merged into that of {self.other_name} (TRN {self.other_trn})"
        moved = ", ".join(f"{what}: {number}" for what, number in self.rows.items() if number) or "nothing"
        return f"Record of {self.other_name} (TRN {self.other_trn}) merged into this one. Moved here: {moved}"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return what was told differently."""
        return self.differing

    def metadata(self) -> dict[str, Any]:
        """Return the other record and what moved."""
        return {"other_trn": self.other_trn, "survivor": self.survivor, "rows": dict(self.rows)}
