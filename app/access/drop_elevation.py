"""Go back to reading only while acting for a school (ADM-7.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.access.acting_events import StaffActingDropped
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.record import About, record

if TYPE_CHECKING:
    from app.terms import Actor


async def drop_elevation(session: bytes, actor: Actor) -> bool:
    """Allow no more changes in this session; returns whether they were allowed."""
    async with transaction():
        dropped = await fetch(
            "UPDATE session SET elevated_until = NULL WHERE id_hash = $1 AND elevated_until IS NOT NULL"
            " RETURNING school_id",
            session,
        )
        for row in dropped:
            record(StaffActingDropped(About(school_id=row["school_id"])), actor)
        return bool(dropped)
