"""Giving a mentor to one ECT or several, with the mentor's first training (PER-60 to PER-65)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.db.engine import fetch
from app.db.transaction import transaction
from app.registration.mentorships.mentorship_queries import mentoring_at, new_mentorship
from app.registration.mentorships.mentorship_rules import MentorFrom, mentorship_start, why_not_mentor
from app.registration.mentorships.placing import place_mentorship
from app.teachers.locks import lock_people
from app.terms import TRN, Refused
from app.training.start_mentor_training import MentorHere as MentorToTrain
from app.training.start_mentor_training import start_mentor_training

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from app.registration.mentorships.mentorship_queries import ECTHere, MentorHere, Mentoring
    from app.terms import Actor, SchoolId
    from app.training.mentor_training import MentorTraining


@dataclass(frozen=True)
class AssignMentor:
    """Which mentor is given to which ECTs of a school, by public ids; training: the mentor's first, if any (MFT-03)."""

    school_id: SchoolId
    mentor: UUID
    ects: tuple[UUID, ...]
    mentor_from: MentorFrom = MentorFrom.NOW
    training: MentorTraining | None = None


async def assign_mentor(command: AssignMentor, actor: Actor, today: date) -> None:
    """Assign all or none: end or cancel what gives way, start the mentor's training and the mentorships.

    Raises Refused: `not_assignable` when one of them can't be assigned any more, `already_trained` when the mentor
    got training meanwhile, and what the database guards. Implements PER-61 to PER-65, MFT-09, AM-07.
    """
    async with transaction():
        await lock_assignment(command)
        mentor, ects = _found(command, await mentoring_at(command.school_id, today), today)
        await _train(command, mentor, actor, today)
        for ect in ects:
            start = mentorship_start(ect.mentored, mentor.mentor.stay, today, mentor_from=command.mentor_from)
            await place_mentorship(new_mentorship(ect, mentor, start), actor)


async def lock_assignment(command: AssignMentor) -> None:
    """Hold everybody concerned until the transaction ends, so that no day gets two mentors (CON-03, PER-60)."""
    rows = await fetch(
        """SELECT t.trn FROM teacher t WHERE t.id IN (
            SELECT teacher_id FROM ect_at_school_period WHERE school_id = $1 AND public_id = ANY($2)
            UNION SELECT teacher_id FROM mentor_at_school_period WHERE school_id = $1 AND public_id = $3)""",
        command.school_id,
        list(command.ects),
        command.mentor,
    )
    await lock_people(TRN(row["trn"]) for row in rows)


def _found(command: AssignMentor, here: Mentoring, today: date) -> tuple[MentorHere, list[ECTHere]]:
    mentor = here.mentor(command.mentor)
    ects = [ect for ect in map(here.ect, command.ects) if ect is not None]
    if mentor is None or len(ects) < len(command.ects):
        raise Refused("not_assignable")
    if any(why_not_mentor(ect.mentored, mentor.mentor, today) is not None for ect in ects):
        raise Refused("not_assignable")
    return mentor, ects


async def _train(command: AssignMentor, mentor: MentorHere, actor: Actor, today: date) -> None:
    if command.training is None:
        return
    if mentor.history.latest is not None or not mentor.history.fundable:
        raise Refused("already_trained")
    stay = mentor.mentor.stay
    here = MentorToTrain(mentor.mentor.teacher_id, command.school_id, stay.id, stay.finished_on)
    await start_mentor_training(command.training, here, actor, today)
