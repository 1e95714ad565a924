"""What a registered person of the demo is made of; `registered` says who they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.terms import DeferralReason, InductionOutcome, Role, StayEndReason, WithdrawalReason, WorkingPattern

if TYPE_CHECKING:
    from datetime import date

    from app.terms import Year


@dataclass(frozen=True)
class Train:
    """Training as long as its stay: confirmed (with partner), requested (without) or school-led (no provider)."""

    provider: str = ""
    partner: str = ""
    year: Year | None = None
    from_day: date | None = None
    withdrawn: WithdrawalReason | None = None
    deferred: DeferralReason | None = None
    stopped_on: date | None = None
    declared_on: date | None = None


SCHOOL_LED = Train()


@dataclass(frozen=True)
class Induction:
    """An induction as an appropriate body recorded it."""

    body: str
    started_on: date
    finished_on: date | None = None
    outcome: InductionOutcome | None = None


@dataclass(frozen=True)
class DemoStay:
    """One person in one role at one school."""

    trn: str
    school: str
    started_on: date
    finished_on: date | None = None
    end_reason: StayEndReason | None = None
    role: Role = Role.ECT
    training: Train | None = SCHOOL_LED
    body: str = "aldermoor-hub"
    pattern: WorkingPattern = WorkingPattern.FULL_TIME
    email: str = ""
    mentor: str = ""
    leaving_reported: bool = False
    removed_on: date | None = None
    corrected_name: str = ""
    induction: Induction | None = None


@dataclass(frozen=True)
class DemoPartnership:
    """A school, a lead provider and a delivery partner in a year, reported by the provider."""

    school: str
    provider: str
    partner: str
    year: Year


@dataclass(frozen=True)
class LastChoices:
    """What a school chose for its last ECT; no provider = school-led."""

    body: str
    provider: str = ""
