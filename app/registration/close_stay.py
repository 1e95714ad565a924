"""Closing a stay on its last day, with everything inside it (PER-40)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch, fetch_one
from app.events.record import About, record
from app.registration.events import (
    MentorshipCancelled,
    TeacherFinishesBeingMentored,
    TeacherFinishesMentoring,
    TeacherLeftSchoolAsECT,
)
from app.registration.rules import plan_close
from app.terms import CancellationReason, StayEndReason
from app.training.events import TeacherFinishesTrainingPeriod, TeacherTrainingPeriodCancelled

if TYPE_CHECKING:
    from datetime import date

    from app.registration.queries import KnownPerson
    from app.registration.rules import ClosePlan, ECTStay, Mentorship
    from app.terms import Actor, MentorshipPeriodId, TeacherId
    from app.training.rules import Training


@dataclass(frozen=True)
class CloseECTStay:
    """Which ECT stay ends on which day, and why."""

    stay: ECTStay
    teacher_id: TeacherId
    name: str
    last_day: date
    reason: StayEndReason


async def close_ect_stay(command: CloseECTStay, known: KnownPerson, actor: Actor) -> None:
    """Close an ECT's stay with its training and mentorships, inside the caller's transaction (PER-40).

    Events: each row finished or cancelled, then the leaving itself, all belonging to the stay's school.
    """
    mentorships = [m for m in known.mentorships if m.ect_stay_id == command.stay.id]
    trainings = [t for t in known.trainings if t.stay_id == command.stay.id]
    plan = plan_close(command.stay, trainings, mentorships, command.last_day)
    await _close_trainings(plan, command, actor)
    await _close_mentorships(plan, command, actor)
    await _close(command, actor)


async def _close_trainings(plan: ClosePlan, command: CloseECTStay, actor: Actor) -> None:
    now = clock.now()
    for training in plan.trainings.finish:
        await fetch(
            "UPDATE training_period SET finished_on = $2, updated_at = $3 WHERE id = $1",
            training.id,
            plan.last_day,
            now,
        )
        record(
            TeacherFinishesTrainingPeriod(
                _about(command, training), plan.last_day, training.finished_on, command.reason.value
            ),
            actor,
        )
    for training in plan.trainings.cancel:
        await fetch(
            "UPDATE training_period SET cancelled_at = $2, cancellation_reason = $3, updated_at = $2 WHERE id = $1",
            training.id,
            now,
            CancellationReason.STAY_ENDED_FIRST.value,
        )
        record(
            TeacherTrainingPeriodCancelled(
                _about(command, training),
                training.started_on,
                training.finished_on,
                CancellationReason.STAY_ENDED_FIRST.value,
            ),
            actor,
        )


async def _close_mentorships(plan: ClosePlan, command: CloseECTStay, actor: Actor) -> None:
    now = clock.now()
    for mentorship in plan.mentorships.finish:
        await fetch(
            "UPDATE mentorship_period SET finished_on = $2, updated_at = $3 WHERE id = $1",
            mentorship.id,
            plan.last_day,
            now,
        )
        mentor = await _mentor_name(mentorship.id)
        record(TeacherFinishesMentoring(_of_mentor(command, mentorship), command.name, mentor, plan.last_day), actor)
        record(TeacherFinishesBeingMentored(_of_ect(command, mentorship), command.name, mentor, plan.last_day), actor)
    for mentorship in plan.mentorships.cancel:
        await fetch(
            "UPDATE mentorship_period SET cancelled_at = $2, cancellation_reason = $3, updated_at = $2 WHERE id = $1",
            mentorship.id,
            now,
            CancellationReason.STAY_ENDED_FIRST.value,
        )
        mentor = await _mentor_name(mentorship.id)
        record(
            MentorshipCancelled(
                _of_ect(command, mentorship),
                command.name,
                mentor,
                mentorship.started_on,
                mentorship.finished_on,
                CancellationReason.STAY_ENDED_FIRST.value,
            ),
            actor,
        )


async def _close(command: CloseECTStay, actor: Actor) -> None:
    stay = command.stay
    await fetch(
        """UPDATE ect_at_school_period SET finished_on = $2, end_reason = $3, updated_at = $4,
            version = version + 1 WHERE id = $1""",
        stay.id,
        command.last_day,
        command.reason.value,
        clock.now(),
    )
    about = About(school_id=stay.school_id, teacher_id=command.teacher_id, ect_at_school_period_id=stay.id)
    record(TeacherLeftSchoolAsECT(about, command.name, command.last_day, stay.finished_on, command.reason.value), actor)


async def _mentor_name(mentorship_id: MentorshipPeriodId) -> str:
    row = await fetch_one(
        """SELECT coalesce(t.corrected_name, btrim(concat_ws(' ', nullif(t.trs_first_name, '.'),
            nullif(t.trs_last_name, '.'))))
            AS name FROM mentorship_period m JOIN teacher t ON t.id = m.mentor_teacher_id WHERE m.id = $1""",
        mentorship_id,
    )
    return str(row["name"]) if row else ""


def _about(command: CloseECTStay, training: Training) -> About:
    return About(
        school_id=command.stay.school_id,
        teacher_id=command.teacher_id,
        ect_at_school_period_id=command.stay.id,
        training_period_id=training.id,
        lead_provider_id=training.lead_provider_id,
    )


def _of_ect(command: CloseECTStay, mentorship: Mentorship) -> About:
    return About(
        school_id=command.stay.school_id,
        teacher_id=command.teacher_id,
        ect_at_school_period_id=command.stay.id,
        mentor_at_school_period_id=mentorship.mentor_stay_id,
        mentorship_period_id=mentorship.id,
    )


def _of_mentor(command: CloseECTStay, mentorship: Mentorship) -> About:
    return About(
        school_id=command.stay.school_id,
        teacher_id=mentorship.mentor_teacher_id,
        ect_at_school_period_id=command.stay.id,
        mentor_at_school_period_id=mentorship.mentor_stay_id,
        mentorship_period_id=mentorship.id,
    )
