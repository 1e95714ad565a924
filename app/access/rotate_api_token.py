"""Put a new token in the place of another, which goes on working for a while (API-3.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app import clock
from app.access.api_token_events import APITokenRotated
from app.access.api_tokens import LONGEST_OVERLAP, Scope, expiry, new_secret
from app.access.create_api_token import CreateAPIToken, MadeToken, store_token
from app.db.engine import fetch_one
from app.db.transaction import transaction
from app.events.record import About, record
from app.settings import settings
from app.terms import Refused

if TYPE_CHECKING:
    from datetime import datetime

    from app.terms import Actor


@dataclass(frozen=True)
class RotateAPIToken:
    """Which token, by its public id, works for how many days more beside its successor, and when that one ends."""

    token: UUID
    overlap_days: int = 0
    expires_in_days: int | None = None


async def rotate_api_token(command: RotateAPIToken, actor: Actor) -> MadeToken:
    """Make the successor, with the scope and description of the former token, which ends after the overlap.

    Raises Refused for an unknown or ended token, an overlap over 30 days, and 0 or over 400 days of the new one.
    """
    if not 0 <= command.overlap_days <= LONGEST_OVERLAP:
        raise Refused("overlap_out_of_range", "overlap_days", f"Give 0 to {LONGEST_OVERLAP} days")
    made, now = new_secret(settings()), clock.machine_now()
    ends = expiry(now, command.expires_in_days)
    async with transaction():
        former = await _former(command, now)
        like = CreateAPIToken(former["lead_provider_id"], former["description"], Scope(former["scope"]))
        stored = await store_token(like, made, ends, actor)
        former_ends = now + timedelta(days=command.overlap_days)
        await fetch_one(
            "UPDATE api_token SET revoked_at = least(revoked_at, $2), updated_at = $3 WHERE id = $1",
            former["id"],
            former_ends,
            now,
        )
        about = About(lead_provider_id=former["lead_provider_id"])
        names = (stored.lead_provider, stored.first_characters, former["first_characters"])
        record(APITokenRotated(about, *names, former_ends, ends), actor)
        return stored


async def _former(command: RotateAPIToken, now: datetime) -> Any:
    former = await fetch_one("SELECT * FROM api_token WHERE public_id = $1 FOR UPDATE", command.token)
    if former is None:
        raise Refused("unknown", "token", "There is no such token")
    over = [former[name] for name in ("expires_at", "revoked_at") if former[name] is not None and former[name] <= now]
    if over:
        raise Refused("ended", "token", "The token has ended")
    return former
