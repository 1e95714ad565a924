"""Events of what lead providers do to training (EVT-04, API-23.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.events.record import Event, catalogued
from app.training.events import day
from app.training.periods import academic_year

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from app.terms import TrainingPeriodId, Year


@catalogued
@dataclass(frozen=True)
class TeacherTrainingWithdrawn(Event):
    """A lead provider stopped training somebody (API-13.5)."""

    kind = "teacher_training_withdrawn"
    lead_provider: str
    withdrawal_reason: str
    former_finished_on: date | None
    finished_on: date

    def sentence(self) -> str:
        """Say who stopped."""
        return f"{self.lead_provider} stopped training them"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the former and the new last day, and the reason."""
        return {
            "finished_on": (self.former_finished_on, self.finished_on),
            "withdrawal_reason": (None, self.withdrawal_reason),
        }


@catalogued
@dataclass(frozen=True)
class TeacherTrainingDeferred(Event):
    """A lead provider paused somebody's training (API-13.5); readers of a history may not learn why (WDR-02)."""

    kind = "teacher_training_deferred"
    lead_provider: str
    deferral_reason: str
    former_finished_on: date | None
    finished_on: date

    def sentence(self) -> str:
        """Say who paused it."""
        return f"{self.lead_provider} paused their training"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the former and the new last day, and the reason."""
        return {
            "finished_on": (self.former_finished_on, self.finished_on),
            "deferral_reason": (None, self.deferral_reason),
        }


@catalogued
@dataclass(frozen=True)
class TeacherTrainingStopUndone(Event):
    """A lead provider took back what it did earlier the same day (API-13.7)."""

    kind = "teacher_training_stop_undone"
    lead_provider: str
    withdrawn_at: datetime | None
    deferred_at: datetime | None
    former_finished_on: date | None
    finished_on: date | None

    def sentence(self) -> str:
        """Say that training goes on as before."""
        return f"{self.lead_provider} took back that training had stopped; it goes on as before"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the last day that was cleared and the one that holds again."""
        return {"finished_on": (self.former_finished_on, self.finished_on)}


@catalogued
@dataclass(frozen=True)
class TeacherTrainingResumed(Event):
    """A lead provider began again to train somebody (API-13.8)."""

    kind = "teacher_training_resumed"
    lead_provider: str
    started_on: date
    from_training_period_id: TrainingPeriodId

    def sentence(self) -> str:
        """Say from when."""
        return f"{self.lead_provider} trains them again from {day(self.started_on)}"


@catalogued
@dataclass(frozen=True)
class TeacherScheduleChanged(Event):
    """A lead provider changed the schedule, the year it is filed in, or both (API-13.12)."""

    kind = "teacher_schedule_changed"
    old_schedule: str
    old_year: Year
    new_schedule: str
    new_year: Year
    from_training_period_id: TrainingPeriodId

    def sentence(self) -> str:
        """Say what it is now."""
        _, length, month = self.new_schedule.split("-")
        begins = f"{month.capitalize()}, {academic_year(self.new_year)}"
        return f"Training now follows the {length} timetable that begins in {begins}"


@catalogued
@dataclass(frozen=True)
class SchoolPartnershipReportedAgain(Event):
    """A lead provider reported a challenged partnership once more (CHL-05)."""

    kind = "school_partnership_reported_again"
    lead_provider: str
    delivery_partner: str
    year: Year
    challenge_reason: str

    def sentence(self) -> str:
        """Say what was reported."""
        what = f"Partnership with {self.lead_provider} and {self.delivery_partner} for {academic_year(self.year)}"
        return f"{what} reported again by {self.lead_provider}"


@catalogued
@dataclass(frozen=True)
class SchoolPartnershipUpdated(Event):
    """A lead provider named another delivery partner (API-11.6)."""

    kind = "school_partnership_updated"
    lead_provider: str
    year: Year
    old_delivery_partner: str
    new_delivery_partner: str

    def sentence(self) -> str:
        """Say who it is now."""
        year = academic_year(self.year)
        return f"{self.lead_provider} works with {self.new_delivery_partner} for {year}"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the old and the new delivery partner."""
        return {"delivery_partner": (self.old_delivery_partner, self.new_delivery_partner)}
