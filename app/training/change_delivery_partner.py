"""A lead provider names another delivery partner for a partnership (API-11.6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch_one
from app.db.transaction import transaction
from app.events.record import record
from app.training.provider_acts import Refusal, Unreadable, refuse, unreadable
from app.training.provider_events import SchoolPartnershipUpdated
from app.training.school_partnership import lock_partnership

if TYPE_CHECKING:
    from app.terms import Actor, DeliveryPartnerId, LeadProviderId, SchoolPartnershipId
    from app.training.school_partnership import HeldPartnership

FIELD = "delivery_partner_id"


@dataclass(frozen=True)
class ChangeDeliveryPartner:
    """Which partnership of the lead provider gets which partner; Unreadable where what was sent named nothing."""

    lead_provider_id: LeadProviderId
    partnership_id: SchoolPartnershipId
    delivery_partner_id: DeliveryPartnerId | Unreadable


async def change_delivery_partner(command: ChangeDeliveryPartner, actor: Actor) -> bool:
    """Give a partnership another partner, with its id and challenge window; tell whether anything changed (API-11.6).

    The present partner writes nothing. Raises LookupError unless it is an unchallenged partnership of the lead
    provider, and Refused for `delivery_partner_id`: `blank`, `unknown`, `not_paired`, `pair_exists`, `pair_challenged`.
    """
    async with transaction():
        held = await _lock(command)
        if command.delivery_partner_id == held.delivery_partner_id:
            return False
        refuse([unreadable(FIELD, command.delivery_partner_id) or await _cannot_use(command, held)])
        row = await fetch_one(
            """UPDATE school_partnership sp SET delivery_partner_id = $2, updated_at = $3 FROM delivery_partner dp
            WHERE sp.id = $1 AND dp.id = $2 RETURNING dp.id AS partner_id, dp.name""",
            held.id,
            command.delivery_partner_id,
            clock.now(),
        )
        if row is None:
            raise LookupError("the partnership is gone")
        about = replace(held.about(), delivery_partner_id=row["partner_id"])
        record(
            SchoolPartnershipUpdated(about, held.lead_provider, held.year, held.delivery_partner, row["name"]), actor
        )
        return True


async def _lock(command: ChangeDeliveryPartner) -> HeldPartnership:
    row = await fetch_one(
        "SELECT school_id, contract_period_year FROM school_partnership WHERE id = $1 AND lead_provider_id = $2",
        command.partnership_id,
        command.lead_provider_id,
    )
    if row is None:
        raise LookupError("no such partnership of this lead provider")
    held = await lock_partnership(row["school_id"], command.partnership_id)
    if held.reason is not None:
        raise LookupError("the partnership is challenged")
    return held


async def _cannot_use(command: ChangeDeliveryPartner, held: HeldPartnership) -> Refusal | None:
    row = await fetch_one(
        """SELECT EXISTS (SELECT FROM delivery_partner WHERE id = $1) AS known,
            EXISTS (SELECT FROM provider_pairing WHERE lead_provider_id = $2 AND delivery_partner_id = $1
                AND contract_period_year = $3) AS paired,
            (SELECT challenged_at IS NOT NULL FROM school_partnership WHERE school_id = $4 AND lead_provider_id = $2
                AND delivery_partner_id = $1 AND contract_period_year = $3) AS challenged""",
        command.delivery_partner_id,
        held.lead_provider_id,
        held.year,
        held.school_id,
    )
    if row is None or not row["known"]:
        return Refusal(FIELD, "unknown")
    if not row["paired"]:
        return Refusal(FIELD, "not_paired")
    codes = {True: "pair_challenged", False: "pair_exists"}
    return Refusal(FIELD, codes[row["challenged"]]) if row["challenged"] is not None else None
