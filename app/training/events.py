"""Events of training and partnerships (EVT-03)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.events.record import Event, catalogued
from app.training.periods import academic_year

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from app.terms import Year


def day(value: date | None) -> str:
    """Return a date as "1 September 2025", or "no end"."""
    return f"{value.day} {value:%B %Y}" if value else "no end"


@catalogued
@dataclass(frozen=True)
class SchoolPartnershipCreated(Event):
    """A partnership was reported by the lead provider, continues from an earlier year, or was added by support.

    Implements ARR-09, ARR-10, FIX-16.
    """

    kind = "school_partnership_created"
    lead_provider: str
    delivery_partner: str
    year: Year
    carried_from: Year | None = None
    added: bool = False

    def sentence(self) -> str:
        """Say what was created."""
        what = f"Partnership with {self.lead_provider} and {self.delivery_partner} for {academic_year(self.year)}"
        if self.added:
            return f"{what} added"
        if self.carried_from is None:
            return f"{what} reported by {self.lead_provider}"
        if self.carried_from > self.year:
            return f"{what} recorded, as for {academic_year(self.carried_from)}"
        return f"{what} continues from {academic_year(self.carried_from)}"


@catalogued
@dataclass(frozen=True)
class SchoolPartnershipReused(Event):
    """A registration used a partnership that exists (ARR-09)."""

    kind = "school_partnership_reused"
    lead_provider: str
    delivery_partner: str
    year: Year

    def sentence(self) -> str:
        """Say what was used again."""
        return f"Partnership with {self.lead_provider} and {self.delivery_partner} for {academic_year(self.year)} used"


@catalogued
@dataclass(frozen=True)
class TrainingPeriodAssignedToSchoolPartnership(Event):
    """Training was attached to a partnership (ARR-09, ARR-10)."""

    kind = "training_period_assigned_to_school_partnership"
    lead_provider: str
    delivery_partner: str
    source: str

    def sentence(self) -> str:
        """Say what it was attached to."""
        return f"Training confirmed with {self.lead_provider} and {self.delivery_partner}"


@catalogued
@dataclass(frozen=True)
class TeacherScheduleAssignedToTrainingPeriod(Event):
    """Provider-led training got its schedule (SCD-01)."""

    kind = "teacher_schedule_assigned_to_training_period"
    schedule: str
    year: Year

    def sentence(self) -> str:
        """Say which."""
        _, length, month = self.schedule.split("-")
        begins = f"{month.capitalize()}, {academic_year(self.year)}"
        return f"Training follows the {length} timetable that begins in {begins}"


@catalogued
@dataclass(frozen=True)
class TeacherStartsTrainingPeriod(Event):
    """A training row was created."""

    kind = "teacher_starts_training_period"
    programme: str
    started_on: date
    finished_on: date | None = None
    lead_provider: str | None = None
    delivery_partner: str | None = None
    year: Year | None = None

    def sentence(self) -> str:
        """Say what starts when."""
        what = f"with {self.lead_provider}" if self.lead_provider else "led by the school"
        return f"Training {what} starts on {day(self.started_on)}"


@catalogued
@dataclass(frozen=True)
class TeacherFinishesTrainingPeriod(Event):
    """A training row was finished."""

    kind = "teacher_finishes_training_period"
    finished_on: date
    former_finished_on: date | None
    why: str

    def sentence(self) -> str:
        """Say when it ends."""
        return f"Training ends on {day(self.finished_on)}"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the former and the new last day."""
        return {"finished_on": (self.former_finished_on, self.finished_on)}


@catalogued
@dataclass(frozen=True)
class TeacherTrainingPeriodCancelled(Event):
    """A training row never took effect."""

    kind = "teacher_training_period_cancelled"
    started_on: date
    finished_on: date | None
    why: str

    def sentence(self) -> str:
        """Say what never began."""
        return f"Training from {day(self.started_on)} cancelled"


@catalogued
@dataclass(frozen=True)
class TeacherFundingEligibilitySet(Event):
    """A first-eligible stamp was set (PER-03, MFT-10)."""

    kind = "teacher_funding_eligibility_set"
    role: str

    def sentence(self) -> str:
        """Say for what."""
        return f"Eligible for funding as {'an ECT' if self.role == 'ect' else 'a mentor'}"
