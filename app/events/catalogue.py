"""Every kind of event there is (rules, section 19; access, section 18); a kind outside it fails its transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from app.events.record import Event, catalogued

# Signing in, and which school somebody works for


@catalogued
@dataclass(frozen=True)
class SchoolUserSignsIn(Event):
    """A school user signs in."""

    kind: ClassVar[str] = "school_user_signs_in"
    method: str

    def sentence(self) -> str:
        """Return what happened."""
        return "Signed in"


@catalogued
@dataclass(frozen=True)
class StaffSignsIn(Event):
    """A member of staff signs in."""

    kind: ClassVar[str] = "staff_signs_in"
    method: str

    def sentence(self) -> str:
        """Return what happened."""
        return "Signed in to the support console"


@catalogued
@dataclass(frozen=True)
class SchoolAccessOpened(Event):
    """Somebody may work for a school."""

    kind: ClassVar[str] = "school_access_opened"
    source: str
    name: str

    def sentence(self) -> str:
        """Return what happened."""
        return f"{self.name} was given access to the school"


@catalogued
@dataclass(frozen=True)
class SchoolAccessEnded(Event):
    """Somebody may work for a school no longer (ACC-3.6)."""

    kind: ClassVar[str] = "school_access_ended"
    reason: str
    name: str

    def sentence(self) -> str:
        """Return what happened."""
        return f"Access to the school ended for {self.name}"


@catalogued
@dataclass(frozen=True)
class SchoolSwitched(Event):
    """Somebody works for another of their schools."""

    kind: ClassVar[str] = "school_switched"

    def sentence(self) -> str:
        """Return what happened."""
        return "Changed to this school"


@catalogued
@dataclass(frozen=True)
class PreferencesChanged(Event):
    """A user wants other mail about a school."""

    kind: ClassVar[str] = "preferences_changed"
    confirmation_emails: str
    digest: str

    def sentence(self) -> str:
        """Return what happened."""
        return "Changed their email preferences"


@catalogued
@dataclass(frozen=True)
class PrivacyNoticeAccepted(Event):
    """A school user accepts the privacy notice."""

    kind: ClassVar[str] = "privacy_notice_accepted"
    version: str

    def sentence(self) -> str:
        """Return what happened."""
        return f"Accepted version {self.version} of the privacy notice"


@catalogued
@dataclass(frozen=True)
class SessionsEnded(Event):
    """All sessions of a person end."""

    kind: ClassVar[str] = "sessions_ended"
    sessions: int
    account: int | None = None
    """Whose, by internal id."""

    def sentence(self) -> str:
        """Return what happened."""
        return "Signed out everywhere"
