"""What the ids mean that a lead provider's programs send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.engine import fetch_one
from app.terms import DeliveryPartnerId, SchoolId, SchoolPartnershipId, TeacherId

if TYPE_CHECKING:
    from uuid import UUID

    from app.terms import LeadProviderId


async def school_named(public_id: UUID) -> SchoolId | None:
    """Return the school with a public id."""
    row = await fetch_one("SELECT id FROM school WHERE public_id = $1", public_id)
    return SchoolId(row["id"]) if row else None


async def delivery_partner_named(public_id: UUID) -> DeliveryPartnerId | None:
    """Return the delivery partner with a public id, whoever it works with."""
    row = await fetch_one("SELECT id FROM delivery_partner WHERE public_id = $1", public_id)
    return DeliveryPartnerId(row["id"]) if row else None


async def partnership_named(public_id: UUID, lead_provider_id: LeadProviderId) -> SchoolPartnershipId | None:
    """Return the lead provider's unchallenged partnership with a public id (API-11.1)."""
    row = await fetch_one(
        "SELECT id FROM school_partnership WHERE public_id = $1 AND lead_provider_id = $2 AND challenged_at IS NULL",
        public_id,
        lead_provider_id,
    )
    return SchoolPartnershipId(row["id"]) if row else None


async def participant_named(public_id: UUID, lead_provider_id: LeadProviderId) -> TeacherId | None:
    """Return the person with a public id whom the lead provider has confirmed training with, ever (API-12.1)."""
    row = await fetch_one(
        """SELECT t.id FROM teacher t WHERE t.public_id = $1 AND t.merged_into_teacher_id IS NULL
            AND t.anonymised_at IS NULL AND EXISTS (SELECT FROM training_period tp
                JOIN school_partnership sp ON sp.id = tp.school_partnership_id
                LEFT JOIN ect_at_school_period e ON e.id = tp.ect_at_school_period_id
                LEFT JOIN mentor_at_school_period m ON m.id = tp.mentor_at_school_period_id
                WHERE tp.teacher_id = t.id AND tp.lead_provider_id = $2 AND tp.cancelled_at IS NULL
                    AND sp.challenged_at IS NULL AND coalesce(e.removed_at, m.removed_at) IS NULL)""",
        public_id,
        lead_provider_id,
    )
    return TeacherId(row["id"]) if row else None
