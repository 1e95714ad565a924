"""Events of people who go on at the school that follows theirs (REF-3.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.events.record import Event, catalogued
from app.training.events import day

if TYPE_CHECKING:
    from datetime import date


@catalogued
@dataclass(frozen=True)
class TeacherContinuesAtSuccessor(Event):
    """Somebody of a closed school goes on at its successor; neither a transfer nor a registration."""

    kind = "teacher_continues_at_successor"
    name: str
    role: str
    started_on: date
    finished_on: date | None
    email: str

    def sentence(self) -> str:
        """Say from when, and why."""
        return f"{self.name} is here from {day(self.started_on)}: their school became part of this one"
