"""Begin to act for a school: look at the service as its people see it (ADM-7.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.access import sessions
from app.access.acting_events import StaffActingStarted
from app.access.acting_rules import spell_ends_at
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.record import About, record

if TYPE_CHECKING:
    from app.access.acting_rules import ActingReason
    from app.access.sessions import NewSession
    from app.terms import Actor, SchoolId


@dataclass(frozen=True)
class ActAsSchool:
    """In which session somebody of support acts for which school, and why."""

    session: bytes
    school_id: SchoolId
    reason: ActingReason
    note: str
    ticket: str
    """At least one of the two is there (ADM-1.2)."""


async def act_as_school(command: ActAsSchool, actor: Actor) -> NewSession:
    """Begin the spell under another session id (ACC-9.2); it is read-only until it is elevated (ADM-7.4)."""
    until = spell_ends_at(clock.now())
    async with transaction():
        made = await sessions.rotate(command.session)
        await fetch(
            "UPDATE session SET school_id = $2, acting_until = $3, elevated_until = NULL WHERE id_hash = $1",
            made.id_hash,
            command.school_id,
            until,
        )
        about = About(school_id=command.school_id)
        record(StaffActingStarted(about, command.reason.value, command.note, command.ticket, until), actor)
    return made
