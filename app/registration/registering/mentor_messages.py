"""The emails that registering a mentor causes (rules section 20: M-03, M-04, M-06)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.engine import fetch_one
from app.notices.catalogue import (
    MentorRegisteredElsewhere,
    RegisteredAsMentor,
    TransferredAsMentorAlsoElsewhere,
    TransferredAsMentorOnlyHere,
)
from app.notices.outbox import Subjects, queue_copy, queue_to_school, queue_with_copy
from app.registration.leaving.last_days import left_without_mentor
from app.registration.rules import ONE_DAY

if TYPE_CHECKING:
    from app.notices.catalogue import Message
    from app.registration.queries import KnownPerson
    from app.registration.registering.register_mentor import RegisteredMentor, RegisterMentor
    from app.registration.whole_stay import WholeStay
    from app.terms import Actor


def joins(command: RegisterMentor, known: KnownPerson) -> bool:
    """Tell whether the person has been a mentor at another school (M-04)."""
    return any(not stay.removed and stay.school_id != command.school_id for stay in known.mentor_stays)


async def mentor_registered(
    command: RegisterMentor, known: KnownPerson, registered: RegisteredMentor, actor: Actor
) -> bool:
    """Queue what the person, the author and the earlier schools are told; tell if the person is (GEN-07, NOT-3.7)."""
    about = Subjects(school_id=command.school_id, mentor_at_school_period_id=registered.stay_id)
    row = await fetch_one(
        """SELECT school.name, EXISTS (SELECT FROM induction_tutor t WHERE t.school_id = school.id
            AND t.ended_at IS NULL AND lower(t.email) = lower($2)) AS is_tutor FROM school WHERE id = $1""",
        command.school_id,
        command.email,
    )
    school, is_tutor = (str(row["name"]), bool(row["is_tutor"])) if row else ("", False)
    message, cause = _message(command, known, registered.name, school), f"stay {registered.stay_id}"
    if is_tutor:
        await queue_copy(message, of=command.email, actor=actor, cause=cause, about=about, unsent=True)
    else:
        await queue_with_copy(message, to=command.email, actor=actor, cause=cause, about=about)
    for stay in registered.closed:
        await _tell_earlier_school(stay, command, registered)
    return not is_tutor


def _message(command: RegisterMentor, known: KnownPerson, name: str, school: str) -> Message:
    if not joins(command, known):
        return RegisteredAsMentor(name, school, command.training_amount)
    goes_on = not command.only_here and any(
        not stay.removed and stay.school_id != command.school_id and not stay.period.is_ended(command.started_on)
        for stay in known.mentor_stays
    )
    kind = TransferredAsMentorAlsoElsewhere if goes_on else TransferredAsMentorOnlyHere
    return kind(name, school, command.started_on, command.training_amount)


async def _tell_earlier_school(stay: WholeStay, command: RegisterMentor, registered: RegisteredMentor) -> None:
    last_day = command.started_on - ONE_DAY
    ects = len(left_without_mentor(stay.mentorships, last_day))
    await queue_to_school(
        MentorRegisteredElsewhere(registered.name, last_day, ects, f"/school/mentors/{stay.public_id}"),
        school_id=stay.school_id,
        cause=f"stay {stay.id} ended by {registered.stay_id}",
        about=Subjects(school_id=stay.school_id, mentor_at_school_period_id=stay.id),
        registered_by=stay.registered_by_user_id,
    )
