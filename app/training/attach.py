"""Turning a chosen arrangement into a partnership to attach training to (ARR-09)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch, fetch_one
from app.events.record import About, record
from app.terms import ConfirmationSource, PartnershipOrigin, Refused, SchoolPartnershipId
from app.training.arrangements import ArrangementKind
from app.training.events import (
    SchoolPartnershipCreated,
    SchoolPartnershipReused,
    TrainingPeriodAssignedToSchoolPartnership,
)
from app.training.locks import lock_partnerships

if TYPE_CHECKING:
    from datetime import date

    from app.terms import Actor, SchoolId, Year
    from app.training.arrangements import Arrangement


@dataclass(frozen=True)
class Attachment:
    """What a new training row gets: its partnership and where the confirmation comes from, or neither."""

    partnership_id: SchoolPartnershipId | None = None
    source: ConfirmationSource | None = None


NOT_ATTACHED = Attachment()


async def attach(arrangement: Arrangement, school_id: SchoolId, year: Year, actor: Actor, today: date) -> Attachment:
    """Give the partnership of a choice, carrying one forward where that was chosen (ARR-09).

    A carried-forward partnership also takes every open requested training of the school, lead provider and
    year. A bare request gives nothing: the lead provider confirms later. Raises Refused `changed_meanwhile` when
    the lead provider's report came first, or the school challenged the partnership (ARR-08, API-19.6).
    """
    await lock_partnerships(arrangement.lead_provider.id, school_id, year)
    await _check_unchanged(arrangement, school_id, year)
    if arrangement.partnership is None or arrangement.delivery_partner is None:
        return NOT_ATTACHED
    if arrangement.kind is ArrangementKind.CONFIRMED:
        record(_reused(arrangement, school_id, year), actor)
        return Attachment(arrangement.partnership.id, ConfirmationSource.EXISTING_PARTNERSHIP)
    partnership_id, created = await _carry_forward(arrangement, school_id, year)
    if created:
        record(_created(arrangement, school_id, year, partnership_id), actor)
        await _attach_requests(arrangement, school_id, year, partnership_id, actor, today)
    else:
        record(_reused(arrangement, school_id, year), actor)
    return Attachment(partnership_id, ConfirmationSource.CARRIED_FORWARD)


async def _check_unchanged(arrangement: Arrangement, school_id: SchoolId, year: Year) -> None:
    """Compare with what stands now: a request where nothing is confirmed, a confirmation that was not challenged."""
    rows = await fetch(
        """SELECT id FROM school_partnership WHERE school_id = $1 AND lead_provider_id = $2
            AND contract_period_year = $3 AND challenged_at IS NULL""",
        school_id,
        arrangement.lead_provider.id,
        year,
    )
    confirmed = {row["id"] for row in rows}
    shown = arrangement.partnership.id if arrangement.partnership else None
    requested, attached = (arrangement.kind is kind for kind in (ArrangementKind.REQUESTED, ArrangementKind.CONFIRMED))
    if (requested and confirmed) or (attached and shown not in confirmed):
        raise Refused("changed_meanwhile", "provider_choice")


async def _carry_forward(arrangement: Arrangement, school_id: SchoolId, year: Year) -> tuple[SchoolPartnershipId, bool]:
    partner, earlier = arrangement.delivery_partner, arrangement.partnership
    assert partner is not None and earlier is not None  # noqa: S101, PT018 - the caller has looked
    row = await fetch_one(
        """INSERT INTO school_partnership (created_at, updated_at, school_id, lead_provider_id, delivery_partner_id,
            contract_period_year, origin, carried_from_partnership_id, reported_at)
        VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $1) ON CONFLICT
        ON CONSTRAINT one_partnership DO NOTHING RETURNING id""",
        clock.now(),
        school_id,
        arrangement.lead_provider.id,
        partner.id,
        year,
        PartnershipOrigin.CARRIED_FORWARD.value,
        earlier.id,
    )
    if row is not None:
        return SchoolPartnershipId(row["id"]), True
    there = await fetch_one(
        """SELECT id FROM school_partnership WHERE school_id = $1 AND lead_provider_id = $2 AND delivery_partner_id = $3
            AND contract_period_year = $4""",
        school_id,
        arrangement.lead_provider.id,
        partner.id,
        year,
    )
    if there is None:
        raise LookupError("a partnership vanished although rows are never deleted")
    return SchoolPartnershipId(there["id"]), False


async def _attach_requests(  # noqa: PLR0917 - all of one row
    arrangement: Arrangement,
    school_id: SchoolId,
    year: Year,
    partnership_id: SchoolPartnershipId,
    actor: Actor,
    today: date,
) -> None:
    rows = await fetch(
        """UPDATE training_period SET school_partnership_id = $4, confirmed_at = $5, confirmation_source = $6,
            updated_at = $5
        WHERE school_id = $1 AND lead_provider_id = $2 AND contract_period_year = $3 AND school_partnership_id IS NULL
            AND cancelled_at IS NULL AND withdrawn_at IS NULL AND deferred_at IS NULL
            AND coalesce(finished_on, 'infinity') >= $7
        RETURNING id, teacher_id, ect_at_school_period_id, mentor_at_school_period_id""",
        school_id,
        arrangement.lead_provider.id,
        year,
        partnership_id,
        clock.now(),
        ConfirmationSource.CARRIED_FORWARD.value,
        today,
    )
    for row in rows:
        about = About(
            school_id=school_id,
            teacher_id=row["teacher_id"],
            ect_at_school_period_id=row["ect_at_school_period_id"],
            mentor_at_school_period_id=row["mentor_at_school_period_id"],
            training_period_id=row["id"],
            school_partnership_id=partnership_id,
            lead_provider_id=arrangement.lead_provider.id,
        )
        record(assigned(arrangement, about, ConfirmationSource.CARRIED_FORWARD), actor)


def assigned(
    arrangement: Arrangement, about: About, source: ConfirmationSource
) -> TrainingPeriodAssignedToSchoolPartnership:
    """Return the event of attaching one training row."""
    partner = arrangement.delivery_partner
    return TrainingPeriodAssignedToSchoolPartnership(
        about, arrangement.lead_provider.name, partner.name if partner else "", source.value
    )


def _created(
    arrangement: Arrangement, school_id: SchoolId, year: Year, partnership_id: SchoolPartnershipId
) -> SchoolPartnershipCreated:
    assert arrangement.delivery_partner is not None and arrangement.partnership is not None  # noqa: S101, PT018 - as above
    return SchoolPartnershipCreated(
        _about(arrangement, school_id, partnership_id),
        arrangement.lead_provider.name,
        arrangement.delivery_partner.name,
        year,
        arrangement.partnership.year,
    )


def _reused(arrangement: Arrangement, school_id: SchoolId, year: Year) -> SchoolPartnershipReused:
    assert arrangement.delivery_partner is not None and arrangement.partnership is not None  # noqa: S101, PT018 - as above
    return SchoolPartnershipReused(
        _about(arrangement, school_id, arrangement.partnership.id),
        arrangement.lead_provider.name,
        arrangement.delivery_partner.name,
        year,
    )


def _about(arrangement: Arrangement, school_id: SchoolId, partnership_id: SchoolPartnershipId) -> About:
    return About(
        school_id=school_id,
        school_partnership_id=partnership_id,
        lead_provider_id=arrangement.lead_provider.id,
        delivery_partner_id=arrangement.delivery_partner.id if arrangement.delivery_partner else None,
    )
