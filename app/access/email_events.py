"""Events of getting in by email and of one's own details (access, section 18)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.events.record import Event, catalogued

if TYPE_CHECKING:
    from collections.abc import Mapping


@catalogued
@dataclass(frozen=True)
class AccessLinkRequested(Event):
    """Somebody asked for access through the school's address in the register (ACC-5.7)."""

    kind = "access_link_requested"
    coalesced: bool

    def sentence(self) -> str:
        """Say whether a link went out."""
        return "Access asked for again, no further link sent" if self.coalesced else "Access asked for, link sent"


@catalogued
@dataclass(frozen=True)
class AccessLinkUsed(Event):
    """A person was named with a link (ACC-5.15)."""

    kind = "access_link_used"
    name: str
    is_induction_tutor: bool

    def sentence(self) -> str:
        """Say who was named."""
        return f"{self.name} was named with a link sent to the school’s address"


@catalogued
@dataclass(frozen=True)
class UserDetailsChanged(Event):
    """A user changed their own name or address (ACC-6.8)."""

    kind = "user_details_changed"
    old_name: str
    old_email: str
    new_name: str
    new_email: str

    def sentence(self) -> str:
        """Return what happened."""
        return "Changed their own details"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the old and the new details."""
        pairs = {"name": (self.old_name, self.new_name), "email": (self.old_email, self.new_email)}
        return {what: pair for what, pair in pairs.items() if pair[0] != pair[1]}
