"""Letting everybody of a closed school go on at its successor (PER-47, REF-3.5, Continue)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.access.copy_access import copy_access
from app.db.transaction import transaction
from app.drafts.end_of_school import end_drafts
from app.events.record import About, record
from app.registration.closing_schools.close_school import SchoolEnded, end_stay
from app.registration.closing_schools.continued_stay import GoesOn, Move, carry_on
from app.registration.closing_schools.stays_beyond import Beyond, Key, read_beyond, stays_beyond
from app.registration.closing_schools.succession_mail import Succession, school_names, tell_continued
from app.registration.mentorships.carried_mentorships import carry_mentorship
from app.registration.whole_stay import whole_stay
from app.schools.hand_over import HandOver, hand_over
from app.schools.register_events import SchoolMerged
from app.terms import Role
from app.training.carry_over import CarryOver, carry_over, goes_on, lock_successor

if TYPE_CHECKING:
    from app.registration.whole_stay import MentorshipInStay, WholeStay
    from app.terms import Actor, SchoolId


@dataclass(frozen=True)
class ContinueAtSuccessor:
    """Which school closed after which day, and which school follows it. only: these stays alone, as staff decided."""

    school_id: SchoolId
    successor_id: SchoolId
    last_day: date
    only: Collection[Key] | None = None

    @property
    def move(self) -> Move:
        """The two schools and the day between them."""
        return Move(self.school_id, self.successor_id, self.last_day)


async def continue_at_successor(command: ContinueAtSuccessor, actor: Actor, today: date) -> SchoolEnded:
    """Close every open stay on the last day and carry it on at the successor, with training and mentoring.

    An ECT with a later stay elsewhere just ends. Access by email link, tutor and last choices are handed over, drafts
    end, and both schools get an event and M-83; teachers get no mail. Implements REF-3.5, PER-40, PER-47.
    """
    async with transaction():
        await _lock_partnerships(command)
        found = await stays_beyond(command.school_id, command.last_day, command.only)
        before = [(stay, await whole_stay(stay.role, stay.id)) for stay in found]
        moved = [goes for stay, whole in before if (goes := await _move(stay, whole, command.move, actor, today))]
        await _carry_mentorships(moved, command.move, actor)
        drafts = await _hand_over(command, actor)
        ended = SchoolEnded(len(found), drafts)
        await _tell(command, ended, actor)
        return ended


async def _lock_partnerships(command: ContinueAtSuccessor) -> None:
    """Take the locks of partnerships before those of people, as everybody does."""
    seen = [await whole_stay(stay.role, stay.id) for stay in await read_beyond(command.school_id, command.last_day)]
    trainings = [training for stay in seen for training in stay.trainings if goes_on(training, command.last_day)]
    await lock_successor(trainings, command.successor_id)


async def _move(stay: Beyond, before: WholeStay, move: Move, actor: Actor, today: date) -> GoesOn | None:
    await end_stay(stay, move.last_day, actor)
    if stay.later_elsewhere:
        return None
    goes = await carry_on(before, move, actor)
    for training in before.trainings:
        if goes_on(training, move.last_day):
            command = CarryOver(training, before.teacher_id, move.successor_id, goes.stay_id, goes.period)
            await carry_over(command, actor, today)
    return goes


async def _carry_mentorships(moved: list[GoesOn], move: Move, actor: Actor) -> None:
    mentors = {one.before.id: one for one in moved if one.before.role is Role.MENTOR}
    for ect in moved:
        if ect.before.role is Role.MENTOR:
            continue
        for mentorship in ect.before.mentorships:
            mentor = mentors.get(mentorship.mentor_stay_id or 0)
            if mentor is not None and _reaches(mentorship, move.last_day):
                await carry_mentorship(mentorship, ect, mentor, move, actor)


def _reaches(mentorship: MentorshipInStay, last_day: date) -> bool:
    return not mentorship.cancelled and (mentorship.finished_on is None or mentorship.finished_on > last_day)


async def _hand_over(command: ContinueAtSuccessor, actor: Actor) -> int:
    if command.only is not None:
        return 0
    await copy_access(command.school_id, command.successor_id, actor)
    await hand_over(HandOver(command.school_id, command.successor_id), actor)
    return await end_drafts(command.school_id, actor)


async def _tell(command: ContinueAtSuccessor, ended: SchoolEnded, actor: Actor) -> None:
    names = await school_names(command.school_id, command.successor_id)
    facts = (names[command.school_id], names[command.successor_id], ended.people, command.last_day)
    for school_id in (command.school_id, command.successor_id):
        record(SchoolMerged(About(school_id=school_id), *facts), actor)
    told = Succession(command.school_id, command.last_day, ended.people, command.successor_id)
    await tell_continued(told)
