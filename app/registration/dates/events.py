"""Events of calendar feeds (notifications, section 9); the address itself is nowhere kept."""

from __future__ import annotations

from dataclasses import dataclass

from app.events.record import Event, catalogued


@catalogued
@dataclass(frozen=True)
class CalendarFeedCreated(Event):
    """A user made a secret address for a school's dates."""

    kind = "calendar_feed_created"
    names: str

    def sentence(self) -> str:
        """Say that it was made."""
        return "Made a calendar link with the school’s dates"


@catalogued
@dataclass(frozen=True)
class CalendarFeedReplaced(Event):
    """The former address answers no more, another one does."""

    kind = "calendar_feed_replaced"
    names: str

    def sentence(self) -> str:
        """Say that it was replaced."""
        return "Replaced their calendar link"


@catalogued
@dataclass(frozen=True)
class CalendarFeedSwitchedOff(Event):
    """The address answers no more."""

    kind = "calendar_feed_switched_off"

    def sentence(self) -> str:
        """Say that it was switched off."""
        return "Switched their calendar link off"
