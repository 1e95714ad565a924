"""Events of support (EVT-03)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.events.record import Event, catalogued


@catalogued
@dataclass(frozen=True)
class SupportQuerySent(Event):
    """Somebody of a school wrote to support; of the message only its subject is kept here."""

    kind = "support_query_sent"
    subject: str

    def sentence(self) -> str:
        """Say what it was about."""
        return f"Wrote to support: {self.subject}"


@catalogued
@dataclass(frozen=True)
class SupportQueryClosed(Event):
    """Staff have answered a query and closed it (ADM-15.1)."""

    kind = "support_query_closed"
    query: UUID
    subject: str

    def sentence(self) -> str:
        """Say what was closed."""
        return f"Closed a query to support: {self.subject}"
