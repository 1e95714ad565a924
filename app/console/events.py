"""Events of what staff look at and try out, never shown to schools (ADM-16.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from app.events.record import Event, catalogued


@catalogued
@dataclass(frozen=True)
class StaffExplainerUsed(Event):
    """A member of staff asked why a school cannot do something (ADM-4.1)."""

    kind: ClassVar[str] = "staff_explainer_used"
    question: str
    headline: str

    def sentence(self) -> str:
        """Return what happened."""
        return f"Asked why a school cannot {self.question}: {self.headline}"


@catalogued
@dataclass(frozen=True)
class StaffViewedRecord(Event):
    """A member of staff opened the page of a person or a school's people, or took them along (ADM-1.9)."""

    kind: ClassVar[str] = "staff_viewed_record"
    what: str

    def sentence(self) -> str:
        """Return what happened."""
        return f"Looked at: {self.what}"


@catalogued
@dataclass(frozen=True)
class StaffExported(Event):
    """A member of staff took data about people along in a file (ADM-12.3)."""

    kind: ClassVar[str] = "staff_exported"
    what: str
    rows: int
    note: str
    ticket: str

    def sentence(self) -> str:
        """Return what happened."""
        return f"Took along in a file: {self.what}"


@catalogued
@dataclass(frozen=True)
class StaffFixApplied(Event):
    """A member of staff put something right; the ordinary event of the change stands beside it (ADM-16.1)."""

    kind: ClassVar[str] = "staff_fix_applied"
    fix: str
    title: str
    note: str
    ticket: str
    held_back: str
    """Emails that were held back, by message id and address."""

    def sentence(self) -> str:
        """Return what happened."""
        return f"{self.title} ({self.fix})"


@dataclass(frozen=True)
class QueueEvent(Event):
    """Something about an item of a work queue."""

    queue: str
    item: str


@catalogued
@dataclass(frozen=True)
class QueueItemAssigned(QueueEvent):
    """Somebody looks after an item, or nobody any more."""

    kind: ClassVar[str] = "queue_item_assigned"
    assignee: str

    def sentence(self) -> str:
        """Return what happened."""
        return f"{self.queue}: given to {self.assignee}" if self.assignee else f"{self.queue}: given back"


@catalogued
@dataclass(frozen=True)
class QueueItemSnoozed(QueueEvent):
    """An item is not shown up to a day."""

    kind: ClassVar[str] = "queue_item_snoozed"
    note: str
    ticket: str
    until: date

    def sentence(self) -> str:
        """Return what happened."""
        return f"{self.queue}: put off until {self.until.day} {self.until:%B %Y}"


@catalogued
@dataclass(frozen=True)
class QueueItemDismissed(QueueEvent):
    """An item is settled as it is."""

    kind: ClassVar[str] = "queue_item_dismissed"
    note: str
    ticket: str

    def sentence(self) -> str:
        """Return what happened."""
        return f"{self.queue}: dismissed"


@catalogued
@dataclass(frozen=True)
class QueueItemReopened(QueueEvent):
    """An item that was put off or dismissed is back."""

    kind: ClassVar[str] = "queue_item_reopened"

    def sentence(self) -> str:
        """Return what happened."""
        return f"{self.queue}: brought back"


@catalogued
@dataclass(frozen=True)
class JobRunByStaff(Event):
    """A member of staff had a periodic job done at once (ADM-14.3)."""

    kind: ClassVar[str] = "job_run_by_staff"
    job: str

    def sentence(self) -> str:
        """Return what happened."""
        return f"Job run by staff: {self.job.replace('_', ' ')}"
