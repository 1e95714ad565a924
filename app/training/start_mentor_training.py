"""Starting the training of a mentor, with the stamp of their first eligibility (MFT-09, MFT-10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.events.record import About, record
from app.teachers.eligibility import stamp_mentor_eligibility
from app.terms import Role, TrainingProgramme
from app.training.attach import attach
from app.training.events import TeacherFundingEligibilitySet
from app.training.start_training import NewTraining, start_training

if TYPE_CHECKING:
    from datetime import date

    from app.terms import Actor, MentorAtSchoolId, SchoolId, TeacherId
    from app.training.mentor_training import MentorTraining


@dataclass(frozen=True)
class MentorHere:
    """The mentor's stay that training lies in; finished_on: its last day, if it has one."""

    teacher_id: TeacherId
    school_id: SchoolId
    stay_id: MentorAtSchoolId
    finished_on: date | None = None


async def start_mentor_training(training: MentorTraining, mentor: MentorHere, actor: Actor, today: date) -> None:
    """Start provider-led training of a mentor, inside the caller's transaction (ARR-11, MFT-09, MFT-10)."""
    year = training.registration.year
    attachment = await attach(training.arrangement, mentor.school_id, year, actor, today)
    await start_training(
        NewTraining(
            Role.MENTOR,
            mentor.stay_id,
            mentor.teacher_id,
            mentor.school_id,
            TrainingProgramme.PROVIDER_LED,
            training.starts_on,
            training.arrangement,
            attachment,
            year,
            training.schedule,
            finished_on=mentor.finished_on,
        ),
        actor,
    )
    await _note_eligibility(mentor, actor)


async def _note_eligibility(mentor: MentorHere, actor: Actor) -> None:
    if await stamp_mentor_eligibility(mentor.teacher_id):
        about = About(
            school_id=mentor.school_id, teacher_id=mentor.teacher_id, mentor_at_school_period_id=mentor.stay_id
        )
        record(TeacherFundingEligibilitySet(about, Role.MENTOR.value), actor)
