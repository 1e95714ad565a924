"""Events of changed details of an ECT or mentor (EVT-03)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.events.record import Event, catalogued

if TYPE_CHECKING:
    from collections.abc import Mapping


@catalogued
@dataclass(frozen=True)
class TeacherEmailAddressUpdated(Event):
    """The email address of a stay was changed (EML-03)."""

    kind = "teacher_email_address_updated"
    old_email: str
    new_email: str

    def sentence(self) -> str:
        """Say what it is now."""
        return f"Email address changed from {self.old_email} to {self.new_email}"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the old and the new address."""
        return {"email": (self.old_email, self.new_email)}


@catalogued
@dataclass(frozen=True)
class TeacherWorkingPatternUpdated(Event):
    """The working pattern of an ECT was changed; the old one is None where none was reported."""

    kind = "teacher_working_pattern_updated"
    old_pattern: str | None
    new_pattern: str

    def sentence(self) -> str:
        """Say what it is now."""
        words = {None: "not reported", "full_time": "full time", "part_time": "part time"}
        return f"Working pattern changed from {words[self.old_pattern]} to {words[self.new_pattern]}"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the old and the new pattern."""
        return {"working_pattern": (self.old_pattern, self.new_pattern)}


@catalogued
@dataclass(frozen=True)
class TeacherAppropriateBodyChanged(Event):
    """The appropriate body that the school reports was changed; the old one is None where none was reported."""

    kind = "teacher_appropriate_body_changed"
    old_body: str | None
    new_body: str

    def sentence(self) -> str:
        """Say which it is now."""
        return f"Appropriate body changed from {self.old_body or 'not reported'} to {self.new_body}"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the old and the new body by name."""
        return {"appropriate_body": (self.old_body, self.new_body)}
