"""Events of support (EVT-03)."""

from __future__ import annotations

from dataclasses import dataclass

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
