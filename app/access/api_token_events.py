"""Events of API tokens (API-3.8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from app.events.record import Event, catalogued

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class TokenEvent(Event):
    """Something about a token, named by its first characters."""

    lead_provider: str
    first_characters: str


@catalogued
@dataclass(frozen=True)
class APITokenCreated(TokenEvent):
    """There is a new token."""

    kind: ClassVar[str] = "api_token_created"
    scope: str
    expires_at: datetime | None

    def sentence(self) -> str:
        """Return what happened."""
        return f"API token made for {self.lead_provider}"


@catalogued
@dataclass(frozen=True)
class APITokenRotated(TokenEvent):
    """A new token takes the place of an older one, which goes on working for a while."""

    kind: ClassVar[str] = "api_token_rotated"
    former: str
    former_ends_at: datetime
    expires_at: datetime | None

    def sentence(self) -> str:
        """Return what happened."""
        return f"New API token of {self.lead_provider} takes the place of {self.former}"


@catalogued
@dataclass(frozen=True)
class APITokenRevoked(TokenEvent):
    """A token is refused from now on."""

    kind: ClassVar[str] = "api_token_revoked"

    def sentence(self) -> str:
        """Return what happened."""
        return f"API token {self.first_characters} of {self.lead_provider} revoked"
