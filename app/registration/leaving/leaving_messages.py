"""The emails about leaving and about removed registrations (rules section 20: M-07, M-08, M-09)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import clock
from app.notices.catalogue import (
    EarlierRegistrationRestored,
    LeavingAmended,
    LeavingCancelled,
    LeavingReported,
    MentorLeavesECTs,
    RegistrationRemoved,
)
from app.notices.outbox import Subjects, cancel_pending, queue_to_school, queue_with_copy
from app.registration.leaving.last_days import left_without_mentor, tense
from app.terms import Role

if TYPE_CHECKING:
    from datetime import date

    from app.notices.catalogue import Message
    from app.registration.whole_stay import WholeStay
    from app.terms import Actor


async def leaving_reported(stay: WholeStay, last_day: date, today: date, actor: Actor) -> None:
    """Tell the person and the author, and the tutor when a mentor leaves ECTs without one (M-07)."""
    words = tense(last_day, today).words
    await _to_person(stay, LeavingReported(stay.name, stay.school, last_day, words), actor)
    ects = len(left_without_mentor(stay.mentorships, last_day)) if stay.role is Role.MENTOR else 0
    if ects:
        await queue_to_school(
            MentorLeavesECTs(stay.name, last_day, ects, f"/school/mentors/{stay.public_id}"),
            school_id=stay.school_id,
            cause=_cause(stay),
            about=_subjects(stay),
            registered_by=stay.registered_by_user_id,
        )


async def leaving_amended(stay: WholeStay, last_day: date, actor: Actor) -> None:
    """Tell the person and the author of another last day (M-08)."""
    await _to_person(stay, LeavingAmended(stay.name, stay.school, last_day), actor)


async def leaving_cancelled(stay: WholeStay, actor: Actor) -> None:
    """Tell the person and the author that nobody is leaving; earlier mail that waits is not sent (M-08, NOT-1.7)."""
    await _forget(stay, "M-07", "M-08")
    await _to_person(stay, LeavingCancelled(stay.name, stay.school), actor)


async def registration_removed(stay: WholeStay, actor: Actor) -> None:
    """Tell the person and the author; mail about the registration that has not left stays unsent (M-09, NOT-1.7)."""
    await _forget(stay, "M-07", "M-08")
    for registered in ("M-01", "M-02") if stay.role is Role.ECT else ("M-03", "M-04"):
        await cancel_pending(f"{registered}:stay {stay.id}:")
    await _to_person(stay, RegistrationRemoved(stay.name, stay.school), actor)


async def earlier_registration_restored(earlier: WholeStay) -> None:
    """Tell an earlier school that its person counts as being there again (M-09); never names the other school."""
    await queue_to_school(
        EarlierRegistrationRestored(earlier.name, earlier.school),
        school_id=earlier.school_id,
        cause=_cause(earlier),
        about=_subjects(earlier),
        registered_by=earlier.registered_by_user_id,
    )


async def _to_person(stay: WholeStay, message: Message, actor: Actor) -> None:
    await queue_with_copy(message, to=stay.email, actor=actor, cause=_cause(stay), about=_subjects(stay))


async def _forget(stay: WholeStay, *messages: str) -> None:
    for message in messages:
        await cancel_pending(f"{message}:{stay.role.value} stay {stay.id} ")


def _cause(stay: WholeStay) -> str:
    # The same person may leave, stay and leave again: each time is a cause of its own.
    return f"{stay.role.value} stay {stay.id} at {clock.now().isoformat()}"


def _subjects(stay: WholeStay) -> Subjects:
    own = "ect_at_school_period_id" if stay.role is Role.ECT else "mentor_at_school_period_id"
    return Subjects(school_id=stay.school_id, teacher_id=stay.teacher_id, **{own: stay.id})
