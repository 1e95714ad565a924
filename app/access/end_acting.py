"""Stop acting for a school (ADM-7.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.access import sessions
from app.access.acting_events import StaffActingEnded
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.events.record import About, record

if TYPE_CHECKING:
    from app.access.acting_rules import ActingEnd
    from app.access.sessions import NewSession
    from app.terms import Actor


@dataclass(frozen=True)
class EndedSpell:
    """The session that goes on, and the number of the school it acted for."""

    session: NewSession
    urn: str


async def end_acting(session: bytes, cause: ActingEnd, actor: Actor) -> EndedSpell | None:
    """End the spell of a session, which goes on under another id (ACC-9.2); None when there is none."""
    async with transaction():
        spell = await fetch_one(
            "SELECT s.id, s.urn FROM session n JOIN school s ON s.id = n.school_id"
            " WHERE n.id_hash = $1 AND n.acting_until IS NOT NULL FOR UPDATE OF n",
            session,
        )
        if spell is None:
            return None
        made = await sessions.rotate(session)
        await fetch(
            "UPDATE session SET school_id = NULL, acting_until = NULL, elevated_until = NULL WHERE id_hash = $1",
            made.id_hash,
        )
        record(StaffActingEnded(About(school_id=spell["id"]), cause.value), actor)
        return EndedSpell(made, spell["urn"])
