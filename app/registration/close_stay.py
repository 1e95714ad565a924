"""Closing a stay on its last day, with everything inside it (PER-40)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch
from app.events.record import record
from app.registration.events import TeacherLeftSchoolAsECT, TeacherLeftSchoolAsMentor
from app.registration.leaving.last_days import RowBefore, RowKind
from app.registration.mentorships.end_mentorship import BothPeople, cancel_mentorship, finish_mentorship
from app.registration.rules import plan_close
from app.registration.whole_stay import whole_stay
from app.terms import CancellationReason, Role
from app.training.end_training import cancel_training, finish_training

if TYPE_CHECKING:
    from datetime import date

    from app.events.record import About
    from app.registration.rules import ClosePlan
    from app.registration.whole_stay import MentorshipInStay, TrainingInStay, WholeStay
    from app.terms import Actor, StayEndReason

    Plan = ClosePlan[TrainingInStay, MentorshipInStay]

CLOSE = {
    Role.ECT: """UPDATE ect_at_school_period SET finished_on = $2, end_reason = $3, updated_at = $4,
        version = version + 1 WHERE id = $1""",
    Role.MENTOR: """UPDATE mentor_at_school_period SET finished_on = $2, end_reason = $3, updated_at = $4,
        version = version + 1 WHERE id = $1""",
}
LEFT = {Role.ECT: TeacherLeftSchoolAsECT, Role.MENTOR: TeacherLeftSchoolAsMentor}


@dataclass(frozen=True)
class CloseStay:
    """Which stay, by its internal id, ends on which day, and why."""

    stay_id: int
    last_day: date
    reason: StayEndReason


async def close_ect_stay(command: CloseStay, actor: Actor) -> WholeStay:
    """Close an ECT's stay with its training and mentorships, inside the caller's transaction (PER-40).

    Events: each row finished or cancelled, then the leaving itself, all belonging to the stay's school. Returns the
    stay as it was.
    """
    return await _close(await whole_stay(Role.ECT, command.stay_id), command, actor)


async def close_mentor_stay(command: CloseStay, actor: Actor) -> WholeStay:
    """Close a mentor's stay like an ECT's: each mentorship ends by then, other schools are untouched (PER-40, W12)."""
    return await _close(await whole_stay(Role.MENTOR, command.stay_id), command, actor)


async def _close(stay: WholeStay, command: CloseStay, actor: Actor) -> WholeStay:
    rows = await close_rows(stay, command, actor)
    await fetch(CLOSE[stay.role], stay.id, command.last_day, command.reason.value, clock.now())
    former = stay.end_reason.value if stay.end_reason else None
    left = LEFT[stay.role]
    record(
        left(stay.about, stay.name, command.last_day, stay.finished_on, command.reason.value, former, rows),
        actor,
    )
    return stay


async def close_rows(stay: WholeStay, command: CloseStay, actor: Actor) -> tuple[RowBefore, ...]:
    """Finish or cancel what runs beyond the last day, with an event each; returns the rows as they were (PER-40).

    Among them are those that end on that day anyway, so that they do when the stay goes on after all (PER-43).
    """
    plan = plan_close(stay.trainings, stay.mentorships, command.last_day)
    await _close_trainings(stay, plan, command.reason, actor)
    await _close_mentorships(stay, plan, actor)
    return (*rows_before(plan), *_ending_anyway(stay, command.last_day))


def rows_before(plan: Plan) -> tuple[RowBefore, ...]:
    """Return every row of a plan as it was before (PER-43)."""
    trainings = [
        RowBefore(RowKind.TRAINING, row.id, row.started_on, row.finished_on, cancelled, row.stopped)
        for rows, cancelled in ((plan.trainings.finish, False), (plan.trainings.cancel, True))
        for row in rows
    ]
    mentorships = [
        RowBefore(RowKind.MENTORSHIP, row.id, row.started_on, row.finished_on, cancelled)
        for rows, cancelled in ((plan.mentorships.finish, False), (plan.mentorships.cancel, True))
        for row in rows
    ]
    return (*trainings, *mentorships)


def _ending_anyway(stay: WholeStay, last_day: date) -> tuple[RowBefore, ...]:
    """Return the rows that end on a day for a reason of their own, not because the other person leaves then."""
    trainings = [
        RowBefore(RowKind.TRAINING, row.id, row.started_on, last_day, cancelled=False, stopped=row.stopped)
        for row in stay.trainings
        if not row.cancelled and row.finished_on == last_day
    ]
    mentorships = [
        RowBefore(RowKind.MENTORSHIP, row.id, row.started_on, last_day, cancelled=False)
        for row in stay.mentorships
        if not row.cancelled and row.finished_on == last_day and row.other_until(stay.role) != last_day
    ]
    return (*trainings, *mentorships)


async def _close_trainings(stay: WholeStay, plan: Plan, reason: StayEndReason, actor: Actor) -> None:
    for row in plan.trainings.finish:
        await finish_training(row, plan.last_day, reason.value, about_training(stay, row), actor)
    for row in plan.trainings.cancel:
        await cancel_training(row, CancellationReason.STAY_ENDED_FIRST, about_training(stay, row), actor)


async def _close_mentorships(stay: WholeStay, plan: Plan, actor: Actor) -> None:
    for row in plan.mentorships.finish:
        await finish_mentorship(row, plan.last_day, both_people(stay, row), actor)
    for row in plan.mentorships.cancel:
        await cancel_mentorship(row, CancellationReason.STAY_ENDED_FIRST, both_people(stay, row), actor)


def both_people(stay: WholeStay, row: MentorshipInStay) -> BothPeople:
    """Return the two people of a mentorship in a stay, as events of the stay's school name them."""
    of_ect, of_mentor = (replace(about, school_id=stay.school_id) for about in (row.of_ect, row.of_mentor))
    return BothPeople(row.ect.displayed, row.mentor.displayed, of_ect, of_mentor)


def about_training(stay: WholeStay, row: TrainingInStay) -> About:
    """Return the ids of an event about a training of a stay."""
    return replace(stay.about, training_period_id=row.id, lead_provider_id=row.lead_provider_id)
