"""Leaving: the last days a school may report, and what regains its dates when the report is withdrawn (rules §13.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.terms import Word


class RowKind(Word):
    """What lies inside a stay."""

    TRAINING = "training"
    MENTORSHIP = "mentorship"


@dataclass(frozen=True)
class RowBefore:
    """A row as it was before its stay was closed; cancelled: closing cancelled it, else it was given a last day."""

    kind: RowKind
    id: int
    started_on: date
    finished_on: date | None
    cancelled: bool
    stopped: bool = False
