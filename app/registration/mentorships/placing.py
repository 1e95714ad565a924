"""Placing a mentorship: what gives way to it, and the events of everybody concerned (PER-62, PER-63, EVT-03)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.db.engine import fetch
from app.db.tables.registration import MentorshipPeriod
from app.events.record import About, record
from app.registration.mentorships.end_mentorship import BothPeople, cancel_mentorship, finish_mentorship
from app.registration.mentorships.mentorship_events import TeacherStartsBeingMentored, TeacherStartsMentoring
from app.registration.mentorships.mentorship_rules import mentorship_finish, plan_mentorship
from app.terms import CancellationReason, MentorshipPeriodId, Period

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from app.registration.mentorships.mentorship_rules import MentoredECT, MentorshipPlan, PossibleMentor
    from app.registration.rules import Mentorship
    from app.terms import Actor

WHY = CancellationReason.REPLACED_BEFORE_START


@dataclass(frozen=True)
class NewMentorship:
    """A mentorship to be, of two people of the same school whom the caller has locked and read."""

    ect: MentoredECT
    ect_name: str
    mentor: PossibleMentor
    mentor_name: str
    started_on: date
    until: date | None = None
    """Its last day, where it is to end before both stays do (FIX-10)."""

    @property
    def plan(self) -> MentorshipPlan:
        """What is written: the new mentorship, and what gives way (PER-63)."""
        period = Period(self.started_on, self.until or mentorship_finish(self.ect.stay, self.mentor.stay))
        return plan_mentorship(self.ect.mentorships, period)


async def place_mentorship(new: NewMentorship, actor: Actor) -> MentorshipPeriodId:
    """Make a mentorship inside the caller's transaction and return its id (PER-62, PER-63).

    Events: the outgoing mentor's finish pair or cancellation, then the incoming start pair, each in the history of
    the ECT and of the mentor. Raises Refused for what the database guards, such as two mentors on one day.
    """
    plan = new.plan
    names = await _mentor_names(plan.replaced)
    for former in plan.finish:
        await finish_mentorship(former, plan.former_ends_on, _both(new, former, names[former.id]), actor)
    for former in plan.cancel:
        await cancel_mentorship(former, WHY, _both(new, former, names[former.id]), actor)
    made = await _insert(new, plan)
    _record_start(new, plan, made, actor)
    return made


async def _mentor_names(mentorships: Sequence[Mentorship]) -> dict[int, str]:
    if not mentorships:
        return {}
    rows = await fetch(
        """SELECT m.id, coalesce(t.corrected_name, btrim(concat_ws(' ', nullif(t.trs_first_name, '.'),
            nullif(t.trs_last_name, '.')))) AS name
        FROM mentorship_period m JOIN teacher t ON t.id = m.mentor_teacher_id WHERE m.id = ANY($1)""",
        [mentorship.id for mentorship in mentorships],
    )
    return {row["id"]: row["name"] for row in rows}


async def _insert(new: NewMentorship, plan: MentorshipPlan) -> MentorshipPeriodId:
    row = MentorshipPeriod(
        ect_at_school_period_id=new.ect.stay.id,
        ect_teacher_id=new.ect.teacher_id,
        mentor_at_school_period_id=new.mentor.stay.id,
        mentor_teacher_id=new.mentor.teacher_id,
        school_id=new.ect.stay.school_id,
        started_on=plan.started_on,
        finished_on=plan.finished_on,
    )
    (made,) = await MentorshipPeriod.insert(row).returning(MentorshipPeriod.id)
    return MentorshipPeriodId(made["id"])


def _both(new: NewMentorship, former: Mentorship, mentor: str) -> BothPeople:
    return BothPeople(new.ect_name, mentor, _of_ect(new, former), _of_former_mentor(new, former))


def _record_start(new: NewMentorship, plan: MentorshipPlan, made: MentorshipPeriodId, actor: Actor) -> None:
    both = {
        "school_id": new.ect.stay.school_id,
        "ect_at_school_period_id": new.ect.stay.id,
        "mentor_at_school_period_id": new.mentor.stay.id,
        "mentorship_period_id": made,
    }
    of_mentor, of_ect = About(teacher_id=new.mentor.teacher_id, **both), About(teacher_id=new.ect.teacher_id, **both)
    facts = (new.ect_name, new.mentor_name, plan.started_on, plan.finished_on)
    record(TeacherStartsMentoring(of_mentor, *facts), actor)
    record(TeacherStartsBeingMentored(of_ect, *facts), actor)


def _of_ect(new: NewMentorship, former: Mentorship) -> About:
    return About(
        school_id=new.ect.stay.school_id,
        teacher_id=new.ect.teacher_id,
        ect_at_school_period_id=new.ect.stay.id,
        mentor_at_school_period_id=former.mentor_stay_id,
        mentorship_period_id=former.id,
    )


def _of_former_mentor(new: NewMentorship, former: Mentorship) -> About:
    return About(
        school_id=new.ect.stay.school_id,
        teacher_id=former.mentor_teacher_id,
        ect_at_school_period_id=new.ect.stay.id,
        mentor_at_school_period_id=former.mentor_stay_id,
        mentorship_period_id=former.id,
    )
