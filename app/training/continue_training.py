"""Going on with confirmed training in a new row: after a stop, or with another schedule (API-13.8, API-13.12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch_one
from app.events.record import record
from app.terms import ConfirmationSource, ScheduleIdentifier, SchoolPartnershipId, TrainingPeriodId, Year
from app.training.events import (
    TeacherScheduleAssignedToTrainingPeriod,
    TeacherStartsTrainingPeriod,
    TrainingPeriodAssignedToSchoolPartnership,
)
from app.training.trained_person import names_around

if TYPE_CHECKING:
    from datetime import date

    from app.events.record import About
    from app.terms import Actor, TeacherId
    from app.training.rules import Training
    from app.training.trained_person import Named


@dataclass(frozen=True)
class Continuation:
    """Which training goes on in a new row, from when to when, and under which partnership and schedule.

    `confirmed_anew`: it counts as confirmed from now on; otherwise since the earlier row was.
    """

    of: Training
    started_on: date
    finished_on: date | None
    partnership_id: SchoolPartnershipId
    year: Year
    schedule: ScheduleIdentifier
    confirmed_anew: bool


async def continue_training(command: Continuation, teacher_id: TeacherId, actor: Actor) -> TrainingPeriodId:
    """Insert the new row with the ordinary events; returns its internal id (API-23.5)."""
    row = await fetch_one(
        """INSERT INTO training_period (created_at, updated_at, teacher_id, role, school_id, ect_at_school_period_id,
            mentor_at_school_period_id, training_programme, lead_provider_id, contract_period_year,
            school_partnership_id, schedule_id, confirmed_at, confirmation_source, self_funded, started_on,
            finished_on)
        SELECT $2, $2, teacher_id, role, school_id, ect_at_school_period_id, mentor_at_school_period_id,
            training_programme, lead_provider_id, $3, $4,
            (SELECT id FROM schedule WHERE contract_period_year = $3 AND identifier = $5),
            CASE WHEN $6 THEN $2 ELSE confirmed_at END, CASE WHEN $6 THEN $7 ELSE confirmation_source END,
            self_funded, $8, $9
        FROM training_period WHERE id = $1 RETURNING id""",
        command.of.id,
        clock.now(),
        command.year,
        command.partnership_id,
        command.schedule,
        command.confirmed_anew,
        ConfirmationSource.EXISTING_PARTNERSHIP.value,
        command.started_on,
        command.finished_on,
    )
    if row is None:
        raise LookupError("the training to go on with is gone")
    new_id = TrainingPeriodId(row["id"])
    await _record(command, new_id, teacher_id, actor)
    return new_id


async def _record(command: Continuation, new_id: TrainingPeriodId, teacher_id: TeacherId, actor: Actor) -> None:
    around = await names_around(new_id)
    about = around.about(teacher_id, new_id)
    if command.confirmed_anew:
        record(attached(around, about, ConfirmationSource.EXISTING_PARTNERSHIP), actor)
    record(TeacherScheduleAssignedToTrainingPeriod(about, command.schedule, command.year), actor)
    record(
        TeacherStartsTrainingPeriod(
            about,
            command.of.programme.value,
            command.started_on,
            command.finished_on,
            around.lead_provider,
            around.delivery_partner,
            command.year,
        ),
        actor,
    )


def attached(around: Named, about: About, source: ConfirmationSource) -> TrainingPeriodAssignedToSchoolPartnership:
    """Return the event of a training row that counts as confirmed from now on."""
    return TrainingPeriodAssignedToSchoolPartnership(about, around.lead_provider, around.delivery_partner, source.value)
