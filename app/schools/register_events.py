"""Events of a school that the national register changes, closes, renumbers or joins with another (REF-3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.events.record import Event, catalogued

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


@catalogued
@dataclass(frozen=True)
class SchoolOpened(Event):
    """A school that the register lists anew, or as open again (REF-3.2, REF-3.7)."""

    kind = "school_opened"
    reopened: bool = False

    def sentence(self) -> str:
        """Say that the school is there."""
        if self.reopened:
            return "The school register lists the school as open again"
        return "The school joined the register"


@catalogued
@dataclass(frozen=True)
class SchoolClosed(Event):
    """The register lists the school as closed; what follows for its people is recorded with each of them."""

    kind = "school_closed"
    closed_on: date | None

    def sentence(self) -> str:
        """Say since when, if the register says it."""
        if self.closed_on is None:
            return "The school register lists the school as closed"
        return f"The school register lists the school as closed on {self.closed_on.day} {self.closed_on:%B %Y}"


@catalogued
@dataclass(frozen=True)
class SchoolChanged(Event):
    """The school goes on under the URN of its successor, with everything that belongs to it (REF-3.5)."""

    kind = "school_changed"
    old_urn: str
    new_urn: str
    old_name: str
    new_name: str

    def sentence(self) -> str:
        """Say what its number is now."""
        return f"The school goes on as {self.new_name} with the URN {self.new_urn}"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the former and the new number and name."""
        return {"urn": (self.old_urn, self.new_urn), "name": (self.old_name, self.new_name)}


@catalogued
@dataclass(frozen=True)
class SchoolMerged(Event):
    """A closed school's people go on at its successor; one event for each of the two schools (REF-3.5)."""

    kind = "school_merged"
    closed: str
    successor: str
    people: int
    last_day: date

    def sentence(self) -> str:
        """Say which school became part of which."""
        since = f"{self.last_day.day} {self.last_day:%B %Y}"
        return f"{self.closed} closed on {since}; its people go on at {self.successor}"


@catalogued
@dataclass(frozen=True)
class SchoolEligibilityChanged(Event):
    """How far the school may use the service changed through the register (REF-3.2)."""

    kind = "school_eligibility_changed"
    was: str
    now: str
    cause: str

    def sentence(self) -> str:
        """Say from which level to which."""
        return "What the school may do in this service changed"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the levels."""
        return {"level": (self.was, self.now)}
