"""What a lead provider is refused when it reports a partnership (API-11.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.schools.rules import SchoolLevel
from app.training.provider_acts import Refusal, Unreadable, unreadable

if TYPE_CHECKING:
    from datetime import date

    from app.terms import DeliveryPartnerId, SchoolId, Year
    from app.training.periods import ContractPeriod


@dataclass(frozen=True)
class ReportFacts:
    """What decides about a report: of the year, of the school, and of the pair.

    `asked_for`: a training here names the lead provider in the year. `reported_already`: it has an unchallenged
    partnership with the school in the year, of any origin and with any delivery partner.
    """

    period: ContractPeriod | None = None
    level: SchoolLevel | None = None
    asked_for: bool = False
    reported_already: bool = False
    school_led: bool = False
    partner_known: bool = False
    paired: bool = False


def report_refusals(
    year: Year | Unreadable,
    school_id: SchoolId | Unreadable,
    delivery_partner_id: DeliveryPartnerId | Unreadable,
    facts: ReportFacts,
    today: date,
) -> tuple[Refusal | None, ...]:
    """List what is wrong with a report, at most one thing for each field, in order (API-11.2)."""
    return (
        unreadable("cohort", year) or _cannot_use_year(facts.period, today),
        unreadable("school_id", school_id) or _cannot_use_school(facts),
        unreadable("delivery_partner_id", delivery_partner_id) or _cannot_use_partner(facts),
    )


def _cannot_use_year(period: ContractPeriod | None, today: date) -> Refusal | None:
    if period is None:
        return Refusal("cohort", "unknown")
    if period.started_on > today:
        return Refusal("cohort", "cohort_not_started")
    return None if period.is_enabled(today) else Refusal("cohort", "cohort_closed")


def _cannot_use_school(facts: ReportFacts) -> Refusal | None:
    code = ""
    if facts.level is None:
        code = "unknown"
    elif not _is_eligible(facts.level, asked_for=facts.asked_for):
        code = "school_not_eligible"
    elif facts.reported_already:
        code = "partnership_exists"
    elif facts.school_led:
        code = "school_led"
    return Refusal("school_id", code) if code else None


def _is_eligible(level: SchoolLevel, *, asked_for: bool) -> bool:
    """Tell whether a school is listed for reporting (API-9.1, a and c)."""
    limited = level in {SchoolLevel.FULL_NO_NEW_ECTS, SchoolLevel.SCHOOL_LED_ONLY}
    return level is SchoolLevel.FULL or (limited and asked_for)


def _cannot_use_partner(facts: ReportFacts) -> Refusal | None:
    if not facts.partner_known:
        return Refusal("delivery_partner_id", "unknown")
    return None if facts.paired else Refusal("delivery_partner_id", "not_paired")
