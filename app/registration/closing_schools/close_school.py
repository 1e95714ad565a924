"""Ending everybody's time at a school that closed without a successor (PER-47, REF-3.5)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.db.transaction import transaction
from app.drafts.end_of_school import end_drafts
from app.events.record import record
from app.registration.close_stay import CloseStay, close_ect_stay, close_mentor_stay
from app.registration.closing_schools.stays_beyond import Beyond, Key, stays_beyond
from app.registration.closing_schools.succession_mail import Succession, tell_closed
from app.registration.leaving.leaving_events import TeacherRegistrationRemoved
from app.registration.remove_stay import remove_stay
from app.registration.whole_stay import whole_stay
from app.terms import RemovalReason, Role, StayEndReason

if TYPE_CHECKING:
    from app.registration.whole_stay import WholeStay
    from app.terms import Actor, SchoolId

CLOSE = {Role.ECT: close_ect_stay, Role.MENTOR: close_mentor_stay}


@dataclass(frozen=True)
class CloseSchool:
    """Which school closed after which day. only: these stays alone; tell: users and tutor get M-83."""

    school_id: SchoolId
    last_day: date
    only: Collection[Key] | None = None
    tell: bool = True


@dataclass(frozen=True)
class SchoolEnded:
    """How many stays were ended or removed, and how many unfinished registrations deleted."""

    people: int
    drafts: int = 0


async def close_school(command: CloseSchool, actor: Actor) -> SchoolEnded:
    """Close every open stay on the school's last day, remove those to come, end drafts; nobody counts as told.

    People get no mail of leaving; tutors and users get M-83. Implements REF-3.5 (Close), PER-40, PER-47.
    """
    async with transaction():
        stays = await stays_beyond(command.school_id, command.last_day, command.only)
        for stay in stays:
            await end_stay(stay, command.last_day, actor)
        drafts = 0 if command.only is not None else await end_drafts(command.school_id, actor)
        if command.tell:
            await tell_closed(Succession(command.school_id, command.last_day, len(stays)))
        return SchoolEnded(len(stays), drafts)


async def end_stay(stay: Beyond, last_day: date, actor: Actor) -> None:
    """Close a stay on the last day of its school, or remove it when it would only start later."""
    if stay.future:
        await remove(await whole_stay(stay.role, stay.id), actor)
    else:
        await CLOSE[stay.role](CloseStay(stay.id, last_day, StayEndReason.SCHOOL_CLOSED), actor)


async def remove(stay: WholeStay, actor: Actor) -> None:
    """Remove a stay that had not started when its school closed."""
    reason = RemovalReason.SCHOOL_CLOSED
    rows = await remove_stay(stay, reason, actor)
    facts = (stay.name, stay.role.value, reason.value, stay.started_on, stay.finished_on)
    record(TeacherRegistrationRemoved(stay.about, *facts, rows), actor)
