"""Let somebody who acts for a school make changes for it (ADM-7.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.access import sessions
from app.access.acting_events import StaffActingElevated
from app.access.acting_rules import elevation_ends_at
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.events.record import About, record
from app.terms import Refused

if TYPE_CHECKING:
    from app.access.sessions import NewSession
    from app.terms import Actor


@dataclass(frozen=True)
class ElevateActing:
    """In which session changes may be made, and why."""

    session: bytes
    note: str
    ticket: str
    """At least one of the two is there (ADM-1.2)."""


async def elevate_acting(command: ElevateActing, actor: Actor) -> NewSession:
    """Allow changes for a quarter of an hour under another session id (ACC-9.2).

    Raises Refused `not_acting` when the spell is over. That the school may use the service is for the caller to know
    (ADM-7.8).
    """
    now = clock.now()
    async with transaction():
        spell = await fetch_one(
            "SELECT school_id, acting_until FROM session WHERE id_hash = $1 AND acting_until > $2 FOR UPDATE",
            command.session,
            now,
        )
        if spell is None:
            raise Refused("not_acting", "note", "You do not act for a school any more")
        until = elevation_ends_at(now, spell["acting_until"])
        made = await sessions.rotate(command.session)
        await fetch("UPDATE session SET elevated_until = $2 WHERE id_hash = $1", made.id_hash, until)
        about = About(school_id=spell["school_id"])
        record(StaffActingElevated(about, command.note, command.ticket, until), actor)
    return made
