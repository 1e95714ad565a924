"""End a token at once (API-3.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from app import clock
from app.access.api_token_events import APITokenRevoked
from app.db.engine import fetch_one
from app.db.transaction import transaction
from app.events.record import About, record
from app.terms import Refused

if TYPE_CHECKING:
    from app.terms import Actor


@dataclass(frozen=True)
class RevokeAPIToken:
    """Which token ends, by its public id."""

    token: UUID


async def revoke_api_token(command: RevokeAPIToken, actor: Actor) -> bool:
    """Refuse a token from now on; tells whether anything changed. Raises Refused when there is no such token."""
    async with transaction():
        held = await fetch_one(
            """SELECT t.id, t.revoked_at, t.first_characters, t.lead_provider_id, lp.name FROM api_token t
            JOIN lead_provider lp ON lp.id = t.lead_provider_id WHERE t.public_id = $1 FOR UPDATE OF t""",
            command.token,
        )
        now = clock.machine_now()
        if held is None:
            raise Refused("unknown", "token", "There is no such token")
        if held["revoked_at"] is not None and held["revoked_at"] <= now:
            return False
        await fetch_one("UPDATE api_token SET revoked_at = $2, updated_at = $2 WHERE id = $1", held["id"], now)
        about = About(lead_provider_id=held["lead_provider_id"])
        record(APITokenRevoked(about, held["name"], held["first_characters"]), actor)
        return True
