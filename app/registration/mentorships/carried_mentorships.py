"""Mentoring that goes on at the successor, where both people do (REF-3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.tables.registration import MentorshipPeriod
from app.events.record import About, record
from app.registration.mentorships.mentorship_events import TeacherStartsBeingMentored, TeacherStartsMentoring

if TYPE_CHECKING:
    from datetime import date

    from app.registration.closing_schools.continued_stay import GoesOn, Move
    from app.registration.whole_stay import MentorshipInStay
    from app.terms import Actor


async def carry_mentorship(mentorship: MentorshipInStay, ect: GoesOn, mentor: GoesOn, move: Move, actor: Actor) -> bool:
    """Let a mentorship that runs beyond the last day go on between the two new stays; returns whether it does.

    Events: a start pair, in the history of the ECT and of the mentor.
    """
    started_on = max(mentorship.started_on, move.first_day, ect.period.started_on, mentor.period.started_on)
    finished_on = _earliest(mentorship.finished_on, ect.period.finished_on, mentor.period.finished_on)
    if finished_on is not None and finished_on < started_on:
        return False
    row = MentorshipPeriod(
        ect_at_school_period_id=ect.stay_id,
        ect_teacher_id=ect.before.teacher_id,
        mentor_at_school_period_id=mentor.stay_id,
        mentor_teacher_id=mentor.before.teacher_id,
        school_id=move.successor_id,
        started_on=started_on,
        finished_on=finished_on,
    )
    (made,) = await MentorshipPeriod.insert(row).returning(MentorshipPeriod.id)
    both = {
        "school_id": move.successor_id,
        "ect_at_school_period_id": ect.stay_id,
        "mentor_at_school_period_id": mentor.stay_id,
        "mentorship_period_id": made["id"],
    }
    facts = (mentorship.ect.displayed, mentorship.mentor.displayed, started_on, finished_on)
    record(TeacherStartsMentoring(About(teacher_id=mentor.before.teacher_id, **both), *facts), actor)
    record(TeacherStartsBeingMentored(About(teacher_id=ect.before.teacher_id, **both), *facts), actor)
    return True


def _earliest(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)
