"""Events of mentorships that begin (EVT-03)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.events.record import Event, catalogued
from app.training.events import day

if TYPE_CHECKING:
    from datetime import date


@catalogued
@dataclass(frozen=True)
class TeacherStartsMentoring(Event):
    """A mentorship was made, as the mentor's history tells it."""

    kind = "teacher_starts_mentoring"
    ect: str
    mentor: str
    started_on: date
    finished_on: date | None = None

    def sentence(self) -> str:
        """Say from when, and until when if known."""
        return f"{self.mentor} mentors {self.ect} {_days(self.started_on, self.finished_on)}"


@catalogued
@dataclass(frozen=True)
class TeacherStartsBeingMentored(Event):
    """A mentorship was made, as the ECT's history tells it."""

    kind = "teacher_starts_being_mentored"
    ect: str
    mentor: str
    started_on: date
    finished_on: date | None = None

    def sentence(self) -> str:
        """Say from when, and until when if known."""
        return f"{self.ect} is mentored by {self.mentor} {_days(self.started_on, self.finished_on)}"


def _days(started_on: date, finished_on: date | None) -> str:
    return f"from {day(started_on)}" + (f" to {day(finished_on)}" if finished_on else "")
