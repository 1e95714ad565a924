"""End every session of a person, other browsers included (ACC-9.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.catalogue import SessionsEnded
from app.events.record import About, record

if TYPE_CHECKING:
    from app.terms import Actor, UserId


async def end_sessions(user: UserId, actor: Actor) -> int:
    """End all sessions of the user; returns how many there were."""
    async with transaction():
        ended = await fetch("DELETE FROM session WHERE user_id = $1 RETURNING id", user)
        if ended:
            record(SessionsEnded(About(), sessions=len(ended)), actor)
        return len(ended)
