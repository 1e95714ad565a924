"""One partnership of a school as a challenge sees it, read under its lock (rules §12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.db.engine import fetch_one
from app.events.record import About
from app.terms import ChallengeReason, LeadProviderId, SchoolId, SchoolPartnershipId, Year
from app.training.challenges import Challengeable
from app.training.locks import lock_partnerships

if TYPE_CHECKING:
    from datetime import datetime

    from app.terms import DeliveryPartnerId


@dataclass(frozen=True)
class HeldPartnership:
    """A partnership with its names; `reason` says why it is challenged, if it is."""

    id: SchoolPartnershipId
    public_id: str
    school_id: SchoolId
    lead_provider_id: LeadProviderId
    delivery_partner_id: DeliveryPartnerId
    year: Year
    reported_at: datetime
    school: str
    urn: str
    lead_provider: str
    delivery_partner: str
    reason: ChallengeReason | None
    declared: bool
    reported_again: bool

    @property
    def facts(self) -> Challengeable:
        """What decides about a challenge and its undoing."""
        challenged = self.reason is not None
        return Challengeable(self.year, self.reported_at, challenged, self.declared, self.reported_again)

    @property
    def names(self) -> tuple[str, str, Year]:
        """Lead provider, delivery partner and year, as events name them."""
        return self.lead_provider, self.delivery_partner, self.year

    def about(self) -> About:
        """Return what an event about it is about."""
        return About(
            school_id=self.school_id,
            school_partnership_id=self.id,
            lead_provider_id=self.lead_provider_id,
            delivery_partner_id=self.delivery_partner_id,
        )


async def lock_partnership(school_id: SchoolId, partnership_id: SchoolPartnershipId) -> HeldPartnership:
    """Lock a school's partnership and return it as it is now; raises LookupError for another school's."""
    found = await _read(school_id, partnership_id)
    await lock_partnerships(found.lead_provider_id, school_id, found.year)
    return await _read(school_id, partnership_id)


async def _read(school_id: SchoolId, partnership_id: SchoolPartnershipId) -> HeldPartnership:
    row = await fetch_one(
        """SELECT sp.id, sp.public_id::text, sp.school_id, sp.lead_provider_id, sp.delivery_partner_id,
            sp.contract_period_year AS year, sp.reported_at, s.name AS school, s.urn, lp.name AS lead_provider,
            dp.name AS delivery_partner, sp.challenge_reason AS reason,
            EXISTS (SELECT FROM training_period t JOIN declaration d ON d.training_period_id = t.id
                WHERE t.school_partnership_id = sp.id AND d.voided_at IS NULL) AS declared,
            EXISTS (SELECT FROM school_partnership later WHERE later.school_id = sp.school_id
                AND later.lead_provider_id = sp.lead_provider_id AND later.id <> sp.id
                AND later.contract_period_year = sp.contract_period_year AND later.origin = 'reported'
                AND later.reported_at >= sp.challenged_at) AS reported_again
        FROM school_partnership sp JOIN school s ON s.id = sp.school_id
            JOIN lead_provider lp ON lp.id = sp.lead_provider_id
            JOIN delivery_partner dp ON dp.id = sp.delivery_partner_id
        WHERE sp.id = $1 AND sp.school_id = $2""",
        partnership_id,
        school_id,
    )
    if row is None:
        raise LookupError("no such partnership of this school")
    reason = ChallengeReason(row["reason"]) if row["reason"] else None
    return HeldPartnership(**{**dict(row), "reason": reason})
