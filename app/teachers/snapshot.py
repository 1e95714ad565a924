"""What a draft keeps of a teaching record, and nothing more (DM-01)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.teachers.prohibition import active_prohibition
from app.terms import TRSAnswer, TRSInductionStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from app.teachers.trs import TeachingRecord

_DATES = ("induction_start_date", "induction_completed_date", "qts_awarded_on")


@dataclass(frozen=True)
class Snapshot:
    """The facts of a record at one reading; `prohibited` stands for all its alerts (EXT-2.16)."""

    first_name: str
    last_name: str
    induction_status: TRSInductionStatus
    induction_start_date: date | None
    induction_completed_date: date | None
    qts_awarded_on: date | None
    prohibited: bool
    answer: TRSAnswer = TRSAnswer.FOUND


def take(record: TeachingRecord, today: date, categories: Collection[UUID]) -> Snapshot:
    """Reduce a record to its snapshot, deciding today whether the person is prohibited (DM-01)."""
    return Snapshot(
        first_name=record.first_name,
        last_name=record.last_name,
        induction_status=record.induction_status,
        induction_start_date=record.induction_start_date,
        induction_completed_date=record.induction_completed_date,
        qts_awarded_on=record.qts_awarded_on,
        prohibited=active_prohibition(record.alerts, today, categories),
    )


def to_dict(snapshot: Snapshot) -> dict[str, object]:
    """Return the snapshot in the plain form that a draft stores: dates as `YYYY-MM-DD`."""
    return {
        "answer": snapshot.answer.value,
        "first_name": snapshot.first_name,
        "last_name": snapshot.last_name,
        "induction_status": snapshot.induction_status.value,
        "prohibited": snapshot.prohibited,
        **{name: _text(getattr(snapshot, name)) for name in _DATES},
    }


def from_dict(stored: Mapping[str, object]) -> Snapshot:
    """Read back what `to_dict` made; raises KeyError or ValueError for anything else."""
    return Snapshot(
        first_name=str(stored["first_name"]),
        last_name=str(stored["last_name"]),
        induction_status=TRSInductionStatus(str(stored["induction_status"])),
        prohibited=stored["prohibited"] is not False,
        answer=TRSAnswer(str(stored["answer"])),
        **{name: _date(stored[name]) for name in _DATES},
    )


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _date(text: object) -> date | None:
    return date.fromisoformat(str(text)) if text is not None else None
