"""Events of getting in that concern no single person (access, section 18)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from app.events.record import Event, catalogued


@catalogued
@dataclass(frozen=True)
class SchoolUserRefused(Event):
    """Somebody proved who they are, but not that they may use the service; it doesn't say who."""

    kind: ClassVar[str] = "school_user_refused"
    reason: str
    organisation: str

    def sentence(self) -> str:
        """Return what happened."""
        return "Somebody was refused at sign-in"
