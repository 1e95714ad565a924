"""Events that tell a school of days that concern every school (NOT-6.1: registration opens, or closes for a time)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.events.record import Event, catalogued

if TYPE_CHECKING:
    from datetime import date


def _year(year: int) -> str:
    return f"{year} to {year + 1}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


@catalogued
@dataclass(frozen=True)
class SchoolRegistrationOpened(Event):
    """Registration is open for an academic year; occasion tells apart what is told once."""

    kind = "school_registration_opened"
    occasion: str
    year: int

    def sentence(self) -> str:
        """Say for which year."""
        return f"Registration is open for the academic year {_year(self.year)}"


@catalogued
@dataclass(frozen=True)
class SchoolClosureAnnounced(Event):
    """Registering will be closed for some days, or is."""

    kind = "school_closure_announced"
    occasion: str
    starts_on: date
    ends_on: date

    def sentence(self) -> str:
        """Say on which days."""
        return f"Registration is closed from {_day(self.starts_on)} to {_day(self.ends_on)}, both days included"


@catalogued
@dataclass(frozen=True)
class SchoolChoicesEnded(Event):
    """What a school chose last cannot be chosen for a year that has opened (M-48)."""

    kind = "school_choices_ended"
    occasion: str
    year: int
    ended: str

    def sentence(self) -> str:
        """Say what has ended and what follows."""
        return (
            f"{self.ended} cannot be chosen for the academic year {_year(self.year)}: we will ask you to choose again"
        )


@catalogued
@dataclass(frozen=True)
class SchoolsTold(Event):
    """Every school has been told of an occasion."""

    kind = "schools_told"
    occasion: str
    schools: int

    def sentence(self) -> str:
        """Say how many."""
        return f"Told {self.schools} schools: {self.occasion}"
