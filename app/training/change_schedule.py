"""A lead provider changes somebody's schedule, the year it is filed in, or both (API-13.10 to API-13.12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.events.record import record
from app.terms import ConfirmationSource, ScheduleIdentifier, SchoolPartnershipId, TrainingPeriodId, Year
from app.training.continue_training import Continuation, attached, continue_training
from app.training.end_training import finish_training
from app.training.events import TeacherScheduleAssignedToTrainingPeriod
from app.training.frozen_years import Refiled, remember_frozen_year
from app.training.provider_acts import (
    Target,
    Unreadable,
    earliest,
    moves_to_reduced,
    refuse,
    schedule_refusals,
    unreadable,
)
from app.training.provider_events import TeacherScheduleChanged
from app.training.queries import calendar
from app.training.trained_person import act_on, names_around

if TYPE_CHECKING:
    from datetime import date

    from app.terms import Actor, LeadProviderId, Role, TeacherId
    from app.training.rules import Training
    from app.training.trained_person import ActOn

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ChangeSchedule:
    """Whose schedule in which role becomes which; no year leaves the one it is filed in."""

    lead_provider_id: LeadProviderId
    teacher_id: TeacherId
    role: Role | Unreadable
    schedule: ScheduleIdentifier | Unreadable
    year: Year | Unreadable | None = None


@dataclass(frozen=True)
class _Filed:
    """Where the training goes on."""

    partnership_id: SchoolPartnershipId
    year: Year
    schedule: ScheduleIdentifier


def _filed(target: Target) -> _Filed:
    """Return where training goes on, of a target that was not refused."""
    assert not isinstance(target.year, Unreadable) and not isinstance(target.schedule, Unreadable)  # noqa: S101, PT018
    assert target.partnership_id is not None  # noqa: S101 - refused otherwise, as above
    return _Filed(target.partnership_id, target.year, target.schedule)


async def change_schedule(command: ChangeSchedule, actor: Actor, today: date) -> None:
    """Split the training at today, or change it in place when it has not begun or is over (API-13.12).

    Raises Refused with every refusal in its details (API-6.2): `course_identifier` `blank` or `no_training`;
    `schedule_identifier`, `cohort` and `participant_id` with the codes of API-13.10.
    """
    async with transaction():
        unread = [unreadable("schedule_identifier", command.schedule), unreadable("cohort", command.year)]
        act = await act_on(command.teacher_id, command.role, command.lead_provider_id, unread)
        training = act.held.training
        target = await _target(command, training, today)
        trainings, standing = act.person.trainings, act.person.standing
        refuse(schedule_refusals(act.held, trainings, target, standing, today))
        filed = _filed(target)
        if training.started_on >= today or moves_to_reduced(filed.schedule, standing):
            await _in_place(act, filed, actor)
        else:
            await _split(act, filed, actor, today)
        person = act.person
        move = Refiled(person.teacher_id, person.role, training.year, filed.year, person.frozen_year)
        await remember_frozen_year(move, today)


async def _target(command: ChangeSchedule, training: Training, today: date) -> Target:
    """Look up what there is in the year asked for; an unknown year has nothing."""
    year = training.year if command.year is None else command.year
    period = None if isinstance(year, Unreadable) else (await calendar()).of_year(year)
    if period is None:
        return Target(command.schedule, Unreadable.UNKNOWN)
    rows = await fetch("SELECT identifier FROM schedule WHERE contract_period_year = $1", period.year)
    schedules = frozenset(ScheduleIdentifier(row["identifier"]) for row in rows)
    partnership_id = await _partnership(training, period.year)
    return Target(command.schedule, period.year, schedules, partnership_id, period.is_frozen(today))


async def _partnership(training: Training, year: Year) -> SchoolPartnershipId | None:
    """Find the partnership of the year: the present one, the one with the same partner, or the newest (API-13.11)."""
    if year == training.year:
        return training.partnership_id
    row = await fetch_one(
        """SELECT id FROM school_partnership
        WHERE school_id = $1 AND lead_provider_id = $2 AND contract_period_year = $3 AND challenged_at IS NULL
        ORDER BY delivery_partner_id = $4 DESC, reported_at DESC, id DESC LIMIT 1""",
        training.school_id,
        training.lead_provider_id,
        year,
        training.delivery_partner_id,
    )
    return SchoolPartnershipId(row["id"]) if row else None


async def _split(act: ActOn, filed: _Filed, actor: Actor, today: date) -> None:
    training, yesterday = act.held.training, today - ONE_DAY
    about = (await names_around(training.id)).about(act.person.teacher_id, training.id)
    await finish_training(training, yesterday, "schedule_changed", about, actor)
    new_id = await continue_training(
        Continuation(
            training,
            today,
            earliest(training.finished_on, act.held.stay.finished_on),
            filed.partnership_id,
            filed.year,
            filed.schedule,
            confirmed_anew=filed.partnership_id != training.partnership_id,
        ),
        act.person.teacher_id,
        actor,
    )
    await _record_change(act, filed, new_id, actor)


async def _in_place(act: ActOn, filed: _Filed, actor: Actor) -> None:
    training = act.held.training
    await fetch(
        """UPDATE training_period SET school_partnership_id = $2, contract_period_year = $3, updated_at = $5,
            schedule_id = (SELECT id FROM schedule WHERE contract_period_year = $3 AND identifier = $4),
            confirmed_at = CASE WHEN school_partnership_id = $2 THEN confirmed_at ELSE $5 END,
            confirmation_source = CASE WHEN school_partnership_id = $2 THEN confirmation_source ELSE $6 END
        WHERE id = $1""",
        training.id,
        filed.partnership_id,
        filed.year,
        filed.schedule,
        clock.now(),
        ConfirmationSource.EXISTING_PARTNERSHIP.value,
    )
    around = await names_around(training.id)
    about = around.about(act.person.teacher_id, training.id)
    if filed.partnership_id != training.partnership_id:
        record(attached(around, about, ConfirmationSource.EXISTING_PARTNERSHIP), actor)
    record(TeacherScheduleAssignedToTrainingPeriod(about, filed.schedule, filed.year), actor)
    await _record_change(act, filed, training.id, actor)


async def _record_change(act: ActOn, filed: _Filed, new_id: TrainingPeriodId, actor: Actor) -> None:
    training = act.held.training
    if training.schedule is None or training.year is None:
        raise LookupError("confirmed training has a schedule")
    about = (await names_around(new_id)).about(act.person.teacher_id, new_id)
    change = TeacherScheduleChanged(about, training.schedule, training.year, filed.schedule, filed.year, training.id)
    record(change, actor)
