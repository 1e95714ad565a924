"""Starting one training row of an ECT or a mentor, with its events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch_one
from app.events.record import About, record
from app.terms import Role, TrainingPeriodId
from app.training.attach import NOT_ATTACHED, Attachment, assigned
from app.training.events import TeacherScheduleAssignedToTrainingPeriod, TeacherStartsTrainingPeriod

if TYPE_CHECKING:
    from datetime import date

    from app.terms import Actor, ScheduleIdentifier, SchoolId, TeacherId, TrainingProgramme, Year
    from app.training.arrangements import Arrangement


@dataclass(frozen=True)
class NewTraining:
    """One training row to be: school-led without an arrangement, provider-led with arrangement, year and schedule.

    stay_id: the ECT's or mentor's stay it lies in, as the role says; finished_on: the stay's last day, if it has one.
    """

    role: Role
    stay_id: int
    teacher_id: TeacherId
    school_id: SchoolId
    programme: TrainingProgramme
    started_on: date
    arrangement: Arrangement | None = None
    attachment: Attachment = NOT_ATTACHED
    year: Year | None = None
    schedule: ScheduleIdentifier | None = None
    self_funded: bool = False
    finished_on: date | None = None

    @property
    def ect_stay_id(self) -> int | None:
        """The ECT's stay; None for a mentor."""
        return self.stay_id if self.role is Role.ECT else None

    @property
    def mentor_stay_id(self) -> int | None:
        """The mentor's stay; None for an ECT."""
        return self.stay_id if self.role is Role.MENTOR else None


async def start_training(training: NewTraining, actor: Actor) -> TrainingPeriodId:
    """Insert one training row with its events, and return its id: schedule, start, attachment (PER-04)."""
    row = await fetch_one(
        """INSERT INTO training_period (created_at, updated_at, teacher_id, role, school_id, ect_at_school_period_id,
            mentor_at_school_period_id, training_programme, lead_provider_id, contract_period_year,
            school_partnership_id, schedule_id, requested_at, confirmed_at, confirmation_source, self_funded,
            started_on, finished_on)
        VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
            (SELECT id FROM schedule WHERE contract_period_year = $9 AND identifier = $11),
            $12, $13, $14, $15, $16, $17)
        RETURNING id""",
        clock.now(),
        training.teacher_id,
        training.role.value,
        training.school_id,
        training.ect_stay_id,
        training.mentor_stay_id,
        training.programme.value,
        training.arrangement.lead_provider.id if training.arrangement else None,
        training.year,
        training.attachment.partnership_id,
        training.schedule,
        None if training.attachment.partnership_id or not training.arrangement else clock.now(),
        clock.now() if training.attachment.partnership_id else None,
        training.attachment.source.value if training.attachment.source else None,
        training.self_funded,
        training.started_on,
        training.finished_on,
    )
    if row is None:
        raise LookupError("an insert returned no row")
    _record(training, row["id"], actor)
    return TrainingPeriodId(row["id"])


def _record(training: NewTraining, training_period_id: int, actor: Actor) -> None:
    arrangement, attachment = training.arrangement, training.attachment
    partner = arrangement.delivery_partner if arrangement else None
    about = About(
        school_id=training.school_id,
        teacher_id=training.teacher_id,
        ect_at_school_period_id=training.ect_stay_id,
        mentor_at_school_period_id=training.mentor_stay_id,
        training_period_id=training_period_id,
        school_partnership_id=attachment.partnership_id,
        lead_provider_id=arrangement.lead_provider.id if arrangement else None,
        delivery_partner_id=partner.id if partner else None,
    )
    if arrangement is not None and attachment.source is not None:
        record(assigned(arrangement, about, attachment.source), actor)
    if training.schedule is not None and training.year is not None:
        record(TeacherScheduleAssignedToTrainingPeriod(about, training.schedule.value, training.year), actor)
    record(
        TeacherStartsTrainingPeriod(
            about,
            training.programme.value,
            training.started_on,
            training.finished_on,
            lead_provider=arrangement.lead_provider.name if arrangement else None,
            delivery_partner=partner.name if partner and attachment.partnership_id else None,
            year=training.year,
        ),
        actor,
    )
