"""Support adds a partnership of a school (FIX-16)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch_one
from app.db.transaction import transaction
from app.events.record import record
from app.terms import ConfirmationSource, PartnershipOrigin, Refused
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

if TYPE_CHECKING:
    from datetime import date

    from app.terms import Actor, DeliveryPartnerId, LeadProviderId, SchoolId, Year


@dataclass(frozen=True)
class AddPartnership:
    """Who works with which school in which year."""

    school_id: SchoolId
    lead_provider_id: LeadProviderId
    delivery_partner_id: DeliveryPartnerId
    year: Year


async def add_partnership(command: AddPartnership, actor: Actor, today: date) -> PartnershipRow:
    """Create the partnership and confirm whoever asked for it, or was trained in one that is challenged (ARR-10).

    Raises Refused with code `not_contracted`, `not_paired`, `partnership_challenged` or `partnership_exists`.
    """
    async with transaction():
        await lock_partnerships(command.lead_provider_id, command.school_id, command.year)
        pair = await _pair(command)
        asking = await hold_asking(pair, today)
        row = await create_partnership(pair, PartnershipOrigin.SUPPORT, clock.now())
        names = (pair.lead_provider, pair.delivery_partner, pair.year)
        record(SchoolPartnershipCreated(about_partnership(pair, row), *names, added=True), actor)
        await attach_asking(pair, row, asking, ConfirmationSource.SUPPORT, actor)
        return row


async def _pair(command: AddPartnership) -> Pair:
    row = await fetch_one(
        """SELECT lp.name AS lead_provider, dp.name AS delivery_partner,
            EXISTS (SELECT FROM lead_provider_contract c WHERE c.lead_provider_id = $2
                AND c.contract_period_year = $4) AS contracted,
            EXISTS (SELECT FROM provider_pairing p WHERE p.lead_provider_id = $2 AND p.delivery_partner_id = $3
                AND p.contract_period_year = $4) AS paired,
            (SELECT challenged_at IS NOT NULL FROM school_partnership WHERE school_id = $1 AND lead_provider_id = $2
                AND delivery_partner_id = $3 AND contract_period_year = $4) AS challenged
        FROM lead_provider lp, delivery_partner dp WHERE lp.id = $2 AND dp.id = $3""",
        command.school_id,
        command.lead_provider_id,
        command.delivery_partner_id,
        command.year,
    )
    if row is None:
        raise LookupError("no such lead provider or delivery partner")
    if row["challenged"] is not None:
        raise Refused("partnership_challenged" if row["challenged"] else "partnership_exists", "delivery_partner")
    if not row["contracted"]:
        raise Refused("not_contracted", "lead_provider")
    if not row["paired"]:
        raise Refused("not_paired", "delivery_partner")
    return Pair(
        command.lead_provider_id,
        command.year,
        command.school_id,
        command.delivery_partner_id,
        row["lead_provider"],
        row["delivery_partner"],
    )
