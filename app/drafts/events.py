"""Events of unfinished registrations; who a draft is about is never kept."""

from __future__ import annotations

from dataclasses import dataclass

from app.events.record import Event, catalogued

WORDS = {"register_ect": "an ECT", "register_mentor": "a mentor"}


@dataclass(frozen=True)
class _DraftEvent(Event):
    draft_kind: str


@catalogued
@dataclass(frozen=True)
class RegistrationDraftStarted(_DraftEvent):
    """DRF-02."""

    kind = "registration_draft_started"

    def sentence(self) -> str:
        """Say what was started."""
        return f"Started registering {WORDS[self.draft_kind]}"


@catalogued
@dataclass(frozen=True)
class RegistrationDraftDeleted(_DraftEvent):
    """DRF-15."""

    kind = "registration_draft_deleted"

    def sentence(self) -> str:
        """Say what was deleted."""
        return f"Deleted an unfinished registration of {WORDS[self.draft_kind]}"


@catalogued
@dataclass(frozen=True)
class RegistrationDraftExpired(_DraftEvent):
    """DRF-09."""

    kind = "registration_draft_expired"

    def sentence(self) -> str:
        """Say what expired."""
        return f"An unfinished registration of {WORDS[self.draft_kind]} expired"
