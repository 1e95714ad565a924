"""Giving an ECT a mentor for days that are past too, or other days to a mentorship there is, by support (FIX-10)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.db.transaction import transaction
from app.registration.close_stay import both_people
from app.registration.mentorships.end_mentorship import cancel_mentorship
from app.registration.mentorships.first_training import start_first_training
from app.registration.mentorships.mentorship_rules import MentoredECT, PossibleMentor
from app.registration.mentorships.placing import NewMentorship, place_mentorship
from app.registration.registering.start_dates import day_in_words
from app.registration.rules import ECTStay, InductionRecord, MentorStay
from app.registration.whole_stay import whole_stay
from app.teachers.locks import lock_people
from app.terms import CancellationReason, ECTAtSchoolId, MentorAtSchoolId, Period, Refused, Role

if TYPE_CHECKING:
    from datetime import date

    from app.policy import Policy
    from app.registration.whole_stay import MentorshipInStay, WholeStay
    from app.terms import Actor, MentorshipPeriodId

NOT_POSSIBLE = "not_assignable"


@dataclass(frozen=True)
class SetMentorship:
    """Which mentor an ECT has from when; instead_of: the mentorship that gets other days or another mentor.

    until: its last day, None for as long as both are there. train: start the mentor's first training too (MFT-03).
    """

    ect_stay_id: int
    mentor_stay_id: int
    started_on: date
    until: date | None = None
    instead_of: MentorshipPeriodId | None = None
    train: bool = False


async def set_mentorship(command: SetMentorship, actor: Actor, today: date, policy: Policy) -> None:
    """Make a mentorship on the days given, others giving way; nothing for one that is as it was.

    Raises Refused `not_assignable` with the sentence that says which registration does not cover the days,
    `no_training`. Implements FIX-10, PER-60, PER-63, PER-65; the one it stands instead of is cancelled with the reason
    `support`.
    """
    async with transaction():
        stays = [await whole_stay(Role.ECT, command.ect_stay_id), await whole_stay(Role.MENTOR, command.mentor_stay_id)]
        await lock_people(stay.trn for stay in stays)
        ect, mentor = (
            await whole_stay(Role.ECT, command.ect_stay_id),
            await whole_stay(Role.MENTOR, command.mentor_stay_id),
        )
        _check(command, ect, mentor)
        former = next((row for row in ect.mentorships if row.id == command.instead_of and not row.cancelled), None)
        if command.instead_of is not None and former is None:
            raise Refused(NOT_POSSIBLE, "mentorship", "This mentorship is none any more")
        new = _new(command, ect, mentor)
        if command.train:
            await start_first_training(ect.school_id, ect.public_id, mentor.public_id, actor, today, policy)
        if any(_same(row, new) for row in ([former] if former else ect.mentorships)):
            return
        if former is not None:
            await cancel_mentorship(former, CancellationReason.SUPPORT, both_people(ect, former), actor)
            kept = tuple(row for row in new.ect.mentorships if row.id != former.id)
            new = replace(new, ect=replace(new.ect, mentorships=kept))
        await place_mentorship(new, actor)


def _check(command: SetMentorship, ect: WholeStay, mentor: WholeStay) -> None:
    if ect.teacher_id == mentor.teacher_id:
        raise Refused(NOT_POSSIBLE, "mentor", "Nobody mentors themself")
    if ect.school_id != mentor.school_id:
        raise Refused(NOT_POSSIBLE, "mentor", "The mentor must be registered at the school of the ECT")
    if command.until is not None and command.until < command.started_on:
        raise Refused(NOT_POSSIBLE, "mentor_until", "Last day must be on or after the first day")
    for stay in (ect, mentor):
        if stay.removed_at is not None:
            raise Refused(NOT_POSSIBLE, "mentor", f"The registration of {stay.name} was removed")
        for field, day in (("mentor_from", command.started_on), ("mentor_until", command.until)):
            if day is not None and not stay.period.contains(day):
                until = day_in_words(stay.finished_on) if stay.finished_on else "no last day"
                days = f"{day_in_words(stay.started_on)} to {until}"
                raise Refused(NOT_POSSIBLE, field, f"{stay.name} is registered at {stay.school} from {days} only")


def _new(command: SetMentorship, ect: WholeStay, mentor: WholeStay) -> NewMentorship:
    of_ect = ECTStay(ECTAtSchoolId(ect.id), ect.school_id, ect.started_on, ect.finished_on)
    of_mentor = MentorStay(MentorAtSchoolId(mentor.id), mentor.school_id, mentor.started_on, mentor.finished_on)
    return NewMentorship(
        MentoredECT(of_ect, ect.teacher_id, InductionRecord(), ect.mentorships),
        ect.name,
        PossibleMentor(of_mentor, mentor.teacher_id),
        mentor.name,
        command.started_on,
        command.until,
    )


def _same(row: MentorshipInStay, new: NewMentorship) -> bool:
    return (
        not row.cancelled
        and row.mentor_stay_id == new.mentor.stay.id
        and row.period == Period(new.plan.started_on, new.plan.finished_on)
    )
