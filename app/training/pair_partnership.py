"""Making a partnership of a school, and confirming everybody who asked for it (ARR-10)."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from app import clock
from app.db.documents import document
from app.db.engine import fetch, fetch_one
from app.events.record import About, record
from app.teachers.locks import lock_teachers
from app.terms import Role, SchoolPartnershipId, TeacherId
from app.training.events import TrainingPeriodAssignedToSchoolPartnership
from app.training.queries import TRAINING, TRAINING_JOINS
from app.training.rules import Training, attached_by_report

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from app.terms import (
        Actor,
        ConfirmationSource,
        DeliveryPartnerId,
        LeadProviderId,
        PartnershipOrigin,
        SchoolId,
        Year,
    )

NAMING = f"""SELECT coalesce(json_agg(json_build_object('teacher_id', tp.teacher_id, 'training', {TRAINING})
        ORDER BY tp.id), '[]')
    FROM training_period tp {TRAINING_JOINS}
    LEFT JOIN ect_at_school_period e ON e.id = tp.ect_at_school_period_id
    LEFT JOIN mentor_at_school_period m ON m.id = tp.mentor_at_school_period_id
    WHERE tp.school_id = $1 AND tp.lead_provider_id = $2 AND tp.contract_period_year = $3
        AND coalesce(e.removed_at, m.removed_at) IS NULL"""  # noqa: S608 - constants


@dataclass(frozen=True)
class Pair:
    """Who is to work with which school in which year, with their names."""

    lead_provider_id: LeadProviderId
    year: Year
    school_id: SchoolId
    delivery_partner_id: DeliveryPartnerId
    lead_provider: str
    delivery_partner: str


@dataclass(frozen=True)
class PartnershipRow:
    """The partnership as stored, why it had been challenged, if it had, and how often it was reported again."""

    id: SchoolPartnershipId
    public_id: UUID
    challenge_reason: str | None = None
    again: int = 0


@dataclass(frozen=True)
class Asking:
    """Whose training names the lead provider for the school and year."""

    teacher_id: TeacherId
    training: Training


async def asking_for(pair: Pair, today: date) -> list[Asking]:
    """List the trainings that a partnership of the pair confirms (ARR-10)."""
    found = await document(tuple[Asking, ...], NAMING, pair.school_id, pair.lead_provider_id, pair.year)
    asking = found or ()
    return [a for a in asking if attached_by_report(a.training, pair.lead_provider_id, pair.year, today)]


async def hold_asking(pair: Pair, today: date) -> list[Asking]:
    """Lock everybody whose training the partnership confirms, and list the trainings as they are now (CON-03)."""
    await lock_teachers([one.teacher_id for one in await asking_for(pair, today)])
    return await asking_for(pair, today)


async def create_partnership(pair: Pair, origin: PartnershipOrigin, now: datetime) -> PartnershipRow:
    """Insert the partnership."""
    row = await fetch_one(
        """INSERT INTO school_partnership (created_at, updated_at, school_id, lead_provider_id, delivery_partner_id,
            contract_period_year, origin, reported_at)
        VALUES ($6, $6, $1, $2, $3, $4, $5, $6) RETURNING id, public_id""",
        pair.school_id,
        pair.lead_provider_id,
        pair.delivery_partner_id,
        pair.year,
        origin.value,
        now,
    )
    if row is None:
        raise LookupError("an insert returned no row")
    return PartnershipRow(**dict(row))


def about_partnership(pair: Pair, row: PartnershipRow) -> About:
    """Return what an event about the partnership is about."""
    return About(
        school_id=pair.school_id,
        school_partnership_id=row.id,
        lead_provider_id=pair.lead_provider_id,
        delivery_partner_id=pair.delivery_partner_id,
    )


async def attach_asking(
    pair: Pair, row: PartnershipRow, asking: Sequence[Asking], source: ConfirmationSource, actor: Actor
) -> None:
    """Attach trainings to the partnership, with one event each (ARR-10)."""
    await fetch(
        """UPDATE training_period SET school_partnership_id = $2, confirmed_at = $3, confirmation_source = $4,
            updated_at = $3 WHERE id = ANY($1)""",
        [one.training.id for one in asking],
        row.id,
        clock.now(),
        source.value,
    )
    for one in asking:
        training = one.training
        about = dataclasses.replace(
            about_partnership(pair, row),
            teacher_id=one.teacher_id,
            ect_at_school_period_id=training.stay_id if training.role is Role.ECT else None,
            mentor_at_school_period_id=training.stay_id if training.role is Role.MENTOR else None,
            training_period_id=training.id,
        )
        names = (pair.lead_provider, pair.delivery_partner)
        record(TrainingPeriodAssignedToSchoolPartnership(about, *names, source.value), actor)
