"""What a registered person of the demo is made of; `registered` says who they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.terms import InductionOutcome, Role, StayEndReason, WorkingPattern

if TYPE_CHECKING:
    from datetime import date

    from app.terms import Year

AMBERLEY, CALDER, DUNMORE = "9000001", "9000003", "9000004"

NORTHSTAR, BRIGHTPATH, KEYSTONE = "northstar-training", "brightpath-learning", "keystone-development"
MERIDIAN, SUMMIT = "meridian-education", "summit-professional"
GRAIN, RIVERMOUTH = "grain-hub", "rivermouth-alliance"
COPPERFIELD, WILLOW = "copperfield-partnership", "willow-learning-trust"


@dataclass(frozen=True)
class Train:
    """Training of a stay: confirmed (with partner), requested (without) or school-led (no provider).

    from_day, until: when it is not as long as the stay.
    """

    provider: str = ""
    partner: str = ""
    year: Year | None = None
    from_day: date | None = None
    until: date | None = None
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
    """One person in one role at one school; without body or pattern: a row of earlier days that never had them."""

    trn: str
    school: str
    started_on: date
    finished_on: date | None = None
    end_reason: StayEndReason | None = None
    role: Role = Role.ECT
    training: Train | None = SCHOOL_LED
    body: str = "aldermoor-hub"
    pattern: WorkingPattern | None = WorkingPattern.FULL_TIME
    email: str = ""
    mentor: str = ""
    corrected_name: str = ""
    migrated: bool = False
    induction: Induction | None = None


def mentor(trn: str, school: str, since: date, training: Train | None = None, until: date | None = None) -> DemoStay:
    """Return the stay of a mentor, who has left if there is a last day."""
    reason = StayEndReason.LEFT if until else None
    return DemoStay(trn, school, since, until, reason, Role.MENTOR, training)


@dataclass(frozen=True)
class DemoPartnership:
    """A school, a lead provider and a delivery partner in a year, reported by the provider or carried forward."""

    school: str
    provider: str
    partner: str
    year: Year
    carried_from: Year | None = None


@dataclass(frozen=True)
class LastChoices:
    """What a school chose for its last ECT; no provider = school-led."""

    body: str
    provider: str = ""
