"""A lead provider reports that it works with a school (API-11.2 to API-11.5, ARR-10, CHL-05)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from app import clock
from app.db.engine import fetch_one
from app.db.transaction import transaction
from app.events.record import record
from app.notices.catalogue import PartnershipReported
from app.notices.outbox import Subjects, queue_to_school
from app.schools.queries import school_facts
from app.schools.rules import school_access
from app.terms import ConfirmationSource, PartnershipOrigin, SchoolPartnershipId
from app.training.challenges import last_challenge_day
from app.training.events import SchoolPartnershipCreated
from app.training.locks import lock_partnerships
from app.training.pair_partnership import (
    Pair,
    PartnershipRow,
    about_partnership,
    attach_asking,
    create_partnership,
    hold_asking,
)
from app.training.provider_acts import Unreadable, refuse
from app.training.provider_events import SchoolPartnershipReportedAgain
from app.training.queries import calendar
from app.training.report_refusals import ReportFacts, report_refusals

if TYPE_CHECKING:
    from datetime import date, datetime

    from app.policy import Policy
    from app.schools.rules import SchoolLevel
    from app.terms import Actor, DeliveryPartnerId, LeadProviderId, SchoolId, Year

TRAINING_THERE = """FROM training_period tp
    LEFT JOIN ect_at_school_period e ON e.id = tp.ect_at_school_period_id
    LEFT JOIN mentor_at_school_period m ON m.id = tp.mentor_at_school_period_id
    WHERE tp.school_id = $2 AND tp.cancelled_at IS NULL AND coalesce(e.removed_at, m.removed_at) IS NULL"""


@dataclass(frozen=True)
class ReportPartnership:
    """Who works with which school in which year; Unreadable where what was sent named nothing."""

    lead_provider_id: LeadProviderId
    year: Year | Unreadable
    school_id: SchoolId | Unreadable
    delivery_partner_id: DeliveryPartnerId | Unreadable


@dataclass(frozen=True)
class Reported:
    """The partnership, and how many trainings it confirmed."""

    id: SchoolPartnershipId
    public_id: UUID
    attached: int


async def report_partnership(command: ReportPartnership, actor: Actor, today: date, policy: Policy) -> Reported:
    """Create the partnership, or take back the challenged one, and confirm whoever asked for it (API-11.4).

    Of parallel reports one wins (API-11.5). Raises Refused with every refusal in its details (API-6.2): `cohort`,
    `school_id` and `delivery_partner_id` with the codes of API-11.2. Message M-20.
    """
    async with transaction():
        if not isinstance(command.year, Unreadable) and not isinstance(command.school_id, Unreadable):
            await lock_partnerships(command.lead_provider_id, command.school_id, command.year)
        facts = await _facts(command, today, policy)
        refuse(report_refusals(command.year, command.school_id, command.delivery_partner_id, facts, today))
        pair = await _pair(command)
        asking, now = await hold_asking(pair, today), clock.now()
        row = await _take_back(pair, now) or await create_partnership(pair, PartnershipOrigin.REPORTED, now)
        _record_report(pair, row, actor)
        await attach_asking(pair, row, asking, ConfirmationSource.LEAD_PROVIDER_REPORT, actor)
        await _tell_school(pair, row, now, policy)
        return Reported(row.id, row.public_id, len(asking))


async def _facts(command: ReportPartnership, today: date, policy: Policy) -> ReportFacts:
    year = None if isinstance(command.year, Unreadable) else command.year
    school_id = None if isinstance(command.school_id, Unreadable) else command.school_id
    partner_id = None if isinstance(command.delivery_partner_id, Unreadable) else command.delivery_partner_id
    row = await fetch_one(
        f"""SELECT
            EXISTS (SELECT {TRAINING_THERE} AND tp.lead_provider_id = $1 AND tp.contract_period_year = $3) AS asked_for,
            EXISTS (SELECT FROM school_partnership WHERE school_id = $2 AND lead_provider_id = $1
                AND contract_period_year = $3 AND challenged_at IS NULL) AS reported_already,
            NOT EXISTS (SELECT {TRAINING_THERE} AND tp.contract_period_year = $3)
                AND EXISTS (SELECT {TRAINING_THERE} AND tp.training_programme = 'school_led' AND tp.started_on BETWEEN
                    (SELECT started_on FROM contract_period WHERE year = $3)
                    AND (SELECT finished_on FROM contract_period WHERE year = $3)) AS school_led,
            EXISTS (SELECT FROM delivery_partner WHERE id = $4) AS partner_known,
            EXISTS (SELECT FROM provider_pairing WHERE lead_provider_id = $1 AND delivery_partner_id = $4
                AND contract_period_year = $3) AS paired""",  # noqa: S608 - a constant
        command.lead_provider_id,
        school_id,
        year,
        partner_id,
    )
    level = await _level(school_id, today, policy) if school_id is not None else None
    return ReportFacts((await calendar()).of_year(year), level, **dict(row or {}))


async def _level(school_id: SchoolId, today: date, policy: Policy) -> SchoolLevel | None:
    facts = await school_facts(school_id, today)
    return school_access(facts, today, policy).level if facts.known else None


async def _pair(command: ReportPartnership) -> Pair:
    year, school_id, partner_id = command.year, command.school_id, command.delivery_partner_id
    assert not isinstance(year, Unreadable) and not isinstance(school_id, Unreadable)  # noqa: S101, PT018 - refused
    assert not isinstance(partner_id, Unreadable)  # noqa: S101 - as above
    names = await fetch_one(
        "SELECT lp.name, dp.name AS partner FROM lead_provider lp, delivery_partner dp WHERE lp.id = $1 AND dp.id = $2",
        command.lead_provider_id,
        partner_id,
    )
    if names is None:
        raise LookupError("no such lead provider")
    return Pair(command.lead_provider_id, year, school_id, partner_id, names["name"], names["partner"])


async def _take_back(pair: Pair, now: datetime) -> PartnershipRow | None:
    """Clear the challenge of this very pair, whose row comes back with its id (CHL-05)."""
    row = await fetch_one(
        """UPDATE school_partnership sp SET challenged_at = NULL, challenge_reason = NULL,
            challenged_by_user_id = NULL, checked_at = NULL, checked_by_user_id = NULL, origin = $5,
            reported_at = $6, updated_at = $6
        FROM school_partnership old WHERE old.id = sp.id AND sp.school_id = $1 AND sp.lead_provider_id = $2
            AND sp.delivery_partner_id = $3 AND sp.contract_period_year = $4 AND sp.challenged_at IS NOT NULL
        RETURNING sp.id, sp.public_id, old.challenge_reason, 1 + (SELECT count(*) FROM event e
            WHERE e.school_id = sp.school_id AND e.teacher_id IS NULL AND e.school_partnership_id = sp.id
            AND e.kind = 'school_partnership_reported_again')::int AS again""",
        pair.school_id,
        pair.lead_provider_id,
        pair.delivery_partner_id,
        pair.year,
        PartnershipOrigin.REPORTED.value,
        now,
    )
    return PartnershipRow(**dict(row)) if row else None


def _record_report(pair: Pair, row: PartnershipRow, actor: Actor) -> None:
    about, names = about_partnership(pair, row), (pair.lead_provider, pair.delivery_partner, pair.year)
    if row.challenge_reason is None:
        record(SchoolPartnershipCreated(about, *names), actor)
    else:
        record(SchoolPartnershipReportedAgain(about, *names, row.challenge_reason), actor)


async def _tell_school(pair: Pair, row: PartnershipRow, reported_at: datetime, policy: Policy) -> None:
    last_day = last_challenge_day(reported_at, pair.year, policy)
    link = f"/school/partnerships/{row.public_id}"
    await queue_to_school(
        PartnershipReported(pair.lead_provider, pair.delivery_partner, pair.year, last_day, link),
        school_id=pair.school_id,
        cause=report_cause(row.id, row.again),
        about=Subjects(school_id=pair.school_id),
    )


def report_cause(partnership_id: SchoolPartnershipId, again: int) -> str:
    """Name one report of a partnership, to tell each once and to remind of it once (NOT-1.3).

    again: how often it had been reported again by then, this time included.
    """
    return f"partnership {partnership_id} report {again}"
