"""Events of staff who act for a school (ADM-16.1); no school is shown them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from app.events.record import Event, catalogued

if TYPE_CHECKING:
    from datetime import datetime


@catalogued
@dataclass(frozen=True)
class StaffActingStarted(Event):
    """A member of staff looks at the service as a school sees it, until the time given."""

    kind: ClassVar[str] = "staff_acting_started"
    reason: str
    note: str
    ticket: str
    until: datetime

    def sentence(self) -> str:
        """Return what happened."""
        return "DfE support began to act for the school"


@catalogued
@dataclass(frozen=True)
class StaffActingElevated(Event):
    """They may make changes for it, until the time given."""

    kind: ClassVar[str] = "staff_acting_elevated"
    note: str
    ticket: str
    until: datetime

    def sentence(self) -> str:
        """Return what happened."""
        return "DfE support may make changes for the school"


@catalogued
@dataclass(frozen=True)
class StaffActingDropped(Event):
    """They went back to reading only."""

    kind: ClassVar[str] = "staff_acting_dropped"

    def sentence(self) -> str:
        """Return what happened."""
        return "DfE support went back to reading only"


@catalogued
@dataclass(frozen=True)
class StaffActingEnded(Event):
    """They act for it no longer; `cause` is a word of `ActingEnd`."""

    kind: ClassVar[str] = "staff_acting_ended"
    cause: str

    def sentence(self) -> str:
        """Return what happened."""
        return "DfE support stopped acting for the school"


@catalogued
@dataclass(frozen=True)
class StaffViewedAsSchool(Event):
    """They opened a page of it: the route's pattern, and the ids in its address."""

    kind: ClassVar[str] = "staff_viewed_as_school"
    route: str
    objects: str

    def sentence(self) -> str:
        """Return what happened."""
        return "DfE support looked at a page of the school"
