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


@catalogued
@dataclass(frozen=True)
class SchoolSuccessionDecided(Event):
    """Support decided what becomes of people of a closed school; successor: empty when they have left (FIX-22)."""

    kind = "school_succession_decided"
    successor: str
    people: int
    undecided: int

    def sentence(self) -> str:
        """Say for how many, and what."""
        who = "1 person" if self.people == 1 else f"{self.people} people"
        goes, have = ("goes", "has") if self.people == 1 else ("go", "have")
        return f"{who} {goes} on at {self.successor}" if self.successor else f"{who} {have} left with the school’s end"


@catalogued
@dataclass(frozen=True)
class SchoolPeopleRestored(Event):
    """Support gave people of a school that is open again their former dates (FIX-22, REF-3.7)."""

    kind = "school_people_restored"
    restored: int
    not_restored: int

    def sentence(self) -> str:
        """Say for how many."""
        return f"Former dates given back: {self.restored} of {self.restored + self.not_restored}"
