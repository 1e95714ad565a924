"""End a session, and with it a spell of acting for a school (ACC-9.7, ADM-7.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import clock
from app.access.acting_events import StaffActingEnded
from app.access.acting_rules import ActingEnd
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.record import About, record

if TYPE_CHECKING:
    from app.terms import Actor


async def end_session(session: bytes, actor: Actor) -> None:
    """Delete a session at once; the actor is whose it was."""
    async with transaction():
        ended = await fetch("DELETE FROM session WHERE id_hash = $1 RETURNING school_id, acting_until", session)
        for row in ended:
            if row["acting_until"] is not None:
                cause = ActingEnd.SIGNED_OUT if row["acting_until"] > clock.now() else ActingEnd.TIME
                record(StaffActingEnded(About(school_id=row["school_id"]), cause.value), actor)
