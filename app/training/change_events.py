"""Events of changing somebody's lead provider or training programme (EVT-03)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.events.record import Event, catalogued
from app.terms import TrainingProgramme
from app.training.periods import academic_year

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from app.terms import Year


@dataclass(frozen=True)
class Providers:
    """Lead provider and delivery partner by name; no partner while it is not confirmed."""

    lead_provider: str | None = None
    delivery_partner: str | None = None


@catalogued
@dataclass(frozen=True)
class TeacherTrainingLeadProviderUpdated(Event):
    """Another lead provider trains somebody; the former names are kept (PER-31, MFT-11)."""

    kind = "teacher_training_lead_provider_updated"
    old: Providers
    new: Providers
    year: Year
    from_day: date

    def sentence(self) -> str:
        """Say from whom to whom."""
        return f"Lead provider changed from {self.old.lead_provider} to {self.new.lead_provider}"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return lead provider and delivery partner, old and new."""
        found = {"lead_provider": (self.old.lead_provider, self.new.lead_provider)}
        if self.old.delivery_partner != self.new.delivery_partner:
            found["delivery_partner"] = (self.old.delivery_partner, self.new.delivery_partner)
        return found

    def metadata(self) -> dict[str, Any]:
        """Return the academic year and the first day."""
        return {"year": self.year, "from_day": self.from_day}


@catalogued
@dataclass(frozen=True)
class TeacherTrainingProgrammeUpdated(Event):
    """An ECT follows another programme (PER-32, PER-33)."""

    kind = "teacher_training_programme_updated"
    old: TrainingProgramme | None
    new: TrainingProgramme
    from_day: date
    lead_provider: str | None = None

    def sentence(self) -> str:
        """Say from what to what."""
        to = self.new.words.lower()
        with_provider = f" with {self.lead_provider}" if self.new is TrainingProgramme.PROVIDER_LED else ""
        if self.old is None:
            return f"Training programme set to {to}{with_provider}"
        return f"Training programme changed from {self.old.words.lower()} to {to}{with_provider}"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the old and the new programme."""
        return {"training_programme": (self.old.value if self.old else None, self.new.value)}

    def metadata(self) -> dict[str, Any]:
        """Return the first day and the lead provider concerned."""
        return {"from_day": self.from_day, "lead_provider": self.lead_provider}


@catalogued
@dataclass(frozen=True)
class TeacherTrainingPeriodContractPeriodChanged(Event):
    """Support filed training in another academic year (FIX-08, ADM-16.1)."""

    kind = "teacher_training_period_contract_period_changed"
    old_year: Year
    new_year: Year
    schedule: str
    lead_provider: str
    from_day: date

    def sentence(self) -> str:
        """Say from which year to which."""
        return (
            f"Academic year of training changed from {academic_year(self.old_year)} to {academic_year(self.new_year)}"
        )

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the old and the new academic year."""
        return {"academic_year": (academic_year(self.old_year), academic_year(self.new_year))}
