"""Events of a school's contact person (EVT-03)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.events.record import Event, catalogued
from app.schools.rules import SchoolLevel

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


@catalogued
@dataclass(frozen=True)
class SchoolInductionTutorConfirmed(Event):
    """The details held were confirmed for a year (IT-04)."""

    kind = "school_induction_tutor_confirmed"
    year: int
    former_year: int | None

    def sentence(self) -> str:
        """Say for which academic year."""
        return f"Induction tutor confirmed for {self.year} to {self.year + 1}"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the former and the new year."""
        return {"confirmed_for_year": (self.former_year, self.year)}


@catalogued
@dataclass(frozen=True)
class SchoolInductionTutorUpdated(Event):
    """A tutor was named, corrected or replaced (IT-03, IT-05)."""

    kind = "school_induction_tutor_updated"
    year: int | None
    old_name: str | None
    old_email: str | None
    new_name: str
    new_email: str

    def sentence(self) -> str:
        """Say who it is now."""
        return f"Induction tutor is now {self.new_name}"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the old and the new details."""
        return {"name": (self.old_name, self.new_name), "email": (self.old_email, self.new_email)}


@catalogued
@dataclass(frozen=True)
class SchoolYearAnswered(Event):
    """What a school expects of an academic year (SCH-06)."""

    kind = "school_year_answered"
    year: int
    expecting_ects: str | None
    everyone_registered: bool = False

    def sentence(self) -> str:
        """Say what was answered."""
        words = {"yes": "expecting new ECTs", "no": "not expecting new ECTs", "not_sure": "not sure about new ECTs"}
        said = [words[self.expecting_ects]] if self.expecting_ects else []
        said += ["everyone is registered"] if self.everyone_registered else []
        return f"Academic year {self.year} to {self.year + 1}: {', '.join(said) or 'nothing answered'}"


@catalogued
@dataclass(frozen=True)
class SchoolRemindersStopped(Event):
    """No reminder emails for a while (NOT-5.3)."""

    kind = "school_reminders_stopped"
    until: date

    def sentence(self) -> str:
        """Say until when."""
        return f"Reminder emails stopped until {self.until.day} {self.until:%B %Y}"


@catalogued
@dataclass(frozen=True)
class SchoolRemindersResumed(Event):
    """Reminder emails again (NOT-5.3)."""

    kind = "school_reminders_resumed"

    def sentence(self) -> str:
        """Say that they come again."""
        return "Reminder emails started again"


def _in_words(level: str | None) -> str:
    return SchoolLevel(level).words if level else "what follows from the register"


@catalogued
@dataclass(frozen=True)
class SchoolAccessOverrideSet(Event):
    """Support decided what a school may do, or took that back (FIX-18)."""

    kind = "school_access_override_set"
    old_level: str | None
    old_until: date | None
    level: str | None
    until: date | None

    def sentence(self) -> str:
        """Say what was decided."""
        return (
            "What the school may do follows the register again" if self.level is None else "What the school may do set"
        )

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return level and last day before and after."""
        return {
            "what_the_school_may_do": (_in_words(self.old_level), _in_words(self.level)),
            "last_day_of_the_decision": (self.old_until, self.until),
        }


@catalogued
@dataclass(frozen=True)
class SchoolEmailLinkSet(Event):
    """Support switched the email link of a school (FIX-19)."""

    kind = "school_email_link_set"
    old: str | None
    new: str | None

    def sentence(self) -> str:
        """Say what was decided."""
        return f"Sign-in by email link: {self.new or 'follows the setting'}"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the decision before and after."""
        return {"email_link": (self.old, self.new)}
