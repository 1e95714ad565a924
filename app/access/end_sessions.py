"""End every session of a person, other browsers included (ACC-9.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.access.acting_events import StaffActingEnded
from app.access.acting_rules import ActingEnd
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.catalogue import SessionsEnded
from app.events.record import About, record

if TYPE_CHECKING:
    from app.terms import Actor, UserId


async def end_sessions(user: UserId, actor: Actor) -> int:
    """End all sessions of the user; returns how many there were."""
    async with transaction():
        ended = await fetch("DELETE FROM session WHERE user_id = $1 RETURNING school_id, acting_until", user)
        for row in ended:
            if row["acting_until"] is not None:
                record(StaffActingEnded(About(school_id=row["school_id"]), ActingEnd.SESSION_ENDED.value), actor)
        if ended:
            record(SessionsEnded(About(), sessions=len(ended), account=user), actor)
        return len(ended)
