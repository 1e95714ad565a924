"""Training that goes on at the school which follows a closed one, under the same lead provider (REF-3.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.db.documents import document
from app.db.engine import fetch, fetch_one
from app.terms import LeadProviderId, Period, TrainingPeriodId, Year
from app.training.arrangements import Arrangement, ArrangementKind, DeliveryPartner, LeadProvider, Partnership
from app.training.attach import NOT_ATTACHED, attach
from app.training.locks import lock_partnerships
from app.training.rules import ONE_DAY
from app.training.start_training import NewTraining, start_training

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from app.terms import Actor, SchoolId, TeacherId
    from app.training.attach import Attachment
    from app.training.rules import Training

NAMED = """
    SELECT json_build_object(
        'lead_provider', json_build_object('id', lp.id, 'public_id', lp.public_id, 'name', lp.name),
        'delivery_partner', CASE WHEN dp.id IS NOT NULL THEN json_build_object('id', dp.id, 'name', dp.name) END,
        'partnership', CASE WHEN sp.id IS NOT NULL THEN json_build_object('id', sp.id, 'public_id', sp.public_id,
            'lead_provider_id', sp.lead_provider_id, 'delivery_partner_id', sp.delivery_partner_id,
            'year', sp.contract_period_year, 'reported_at', sp.reported_at, 'origin', sp.origin,
            'challenged', sp.challenged_at IS NOT NULL) END)
    FROM lead_provider lp LEFT JOIN school_partnership sp ON sp.id = $2
        LEFT JOIN delivery_partner dp ON dp.id = sp.delivery_partner_id WHERE lp.id = $1"""
SAME_THERE = """SELECT id FROM school_partnership WHERE school_id = $1 AND lead_provider_id = $2
    AND delivery_partner_id = $3 AND contract_period_year = $4"""
OTHERS = """SELECT min(started_on) AS start FROM training_period WHERE teacher_id = $1 AND role = $2
    AND cancelled_at IS NULL AND coalesce(finished_on, 'infinity') >= $3"""


@dataclass(frozen=True)
class CarryOver:
    """A training as it was at the closed school, and the stay at the successor in which it goes on."""

    of: Training
    teacher_id: TeacherId
    successor_id: SchoolId
    stay_id: int
    stay: Period

    @property
    def started_on(self) -> date:
        """The first day at the successor; training that had not begun keeps its own."""
        return max(self.of.started_on, self.stay.started_on)

    @property
    def finished_on(self) -> date | None:
        """Its own last day, or that of the stay."""
        return min((day for day in (self.of.finished_on, self.stay.finished_on) if day is not None), default=None)


@dataclass(frozen=True)
class _Named:
    lead_provider: LeadProvider
    delivery_partner: DeliveryPartner | None = None
    partnership: Partnership | None = None


def goes_on(training: Training, last_day: date) -> bool:
    """Tell whether training that runs beyond a school's last day goes on at its successor (REF-3.5).

    What was withdrawn, paused or disputed does not.
    """
    reaches = training.finished_on is None or training.finished_on > last_day
    return reaches and not (training.cancelled or training.stopped or training.disputed)


async def lock_successor(trainings: Iterable[Training], successor_id: SchoolId) -> None:
    """Hold the successor's partnerships with the lead providers of these trainings; to be called before people."""
    wanted = {(one.lead_provider_id, one.year) for one in trainings if one.lead_provider_id and one.year}
    for provider, year in sorted(wanted):
        await lock_partnerships(LeadProviderId(provider), successor_id, Year(year))


async def carry_over(command: CarryOver, actor: Actor, today: date) -> TrainingPeriodId | None:
    """Start the training anew at the successor; None when there is no day left for it.

    Confirmed training is attached to the successor's partnership of the same lead provider, delivery partner and
    year, which is made where there is none; where the successor has challenged it the training is only requested.
    """
    finished_on = await _free_until(command)
    if finished_on is not None and finished_on < command.started_on:
        return None
    training = command.of
    arrangement, attachment = await _arranged(command, actor, today)
    return await start_training(
        NewTraining(
            training.role,
            command.stay_id,
            command.teacher_id,
            command.successor_id,
            training.programme,
            command.started_on,
            arrangement,
            attachment,
            training.year,
            training.schedule,
            training.self_funded,
            finished_on,
        ),
        actor,
    )


async def _free_until(command: CarryOver) -> date | None:
    """Return the last day that other training of the person leaves free."""
    row = await fetch_one(OTHERS, command.teacher_id, command.of.role.value, command.started_on)
    start = row["start"] if row else None
    days = (command.finished_on, start - ONE_DAY if start else None)
    return min((day for day in days if day is not None), default=None)


async def _arranged(command: CarryOver, actor: Actor, today: date) -> tuple[Arrangement | None, Attachment]:
    training = command.of
    if training.lead_provider_id is None or training.year is None:
        return None, NOT_ATTACHED
    named = await document(_Named, NAMED, training.lead_provider_id, training.partnership_id)
    if named is None:
        raise LookupError("a lead provider vanished although rows are never deleted")
    requested = Arrangement(ArrangementKind.REQUESTED, named.lead_provider)
    if named.partnership is None:
        return requested, NOT_ATTACHED
    there = await _there(command, named.partnership)
    if there is not None and there.challenged:
        return requested, NOT_ATTACHED
    kind = ArrangementKind.CONFIRMED if there else ArrangementKind.CARRY_FORWARD
    chosen = Arrangement(kind, named.lead_provider, named.delivery_partner, there or named.partnership)
    return chosen, await attach(chosen, command.successor_id, training.year, actor, today)


async def _there(command: CarryOver, earlier: Partnership) -> Partnership | None:
    pair = (earlier.lead_provider_id, earlier.delivery_partner_id, earlier.year)
    rows = await fetch(SAME_THERE, command.successor_id, *pair)
    if not rows:
        return None
    named = await document(_Named, NAMED, earlier.lead_provider_id, rows[0]["id"])
    return named.partnership if named else None
