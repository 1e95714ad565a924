"""Make a token for a lead provider's programs (API-3.1 to API-3.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from app import clock
from app.access.api_token_events import APITokenCreated
from app.access.api_tokens import Scope, Secret, expiry, new_secret
from app.db.engine import fetch_one
from app.db.transaction import transaction
from app.events.record import About, record
from app.settings import settings
from app.terms import LeadProviderId, Refused

if TYPE_CHECKING:
    from datetime import datetime

    from app.terms import Actor


@dataclass(frozen=True)
class CreateAPIToken:
    """For whom, to be told apart by what, to do what, for how many days; None for no end."""

    lead_provider_id: LeadProviderId
    description: str = ""
    scope: Scope = Scope.READ_AND_WRITE
    expires_in_days: int | None = None


@dataclass(frozen=True)
class MadeToken:
    """The token, to be shown once, with the id that revokes it."""

    id: int
    public_id: UUID
    lead_provider: str
    first_characters: str
    expires_at: datetime | None
    token: str = field(repr=False)


async def create_api_token(command: CreateAPIToken, actor: Actor) -> MadeToken:
    """Make a token; only its hash is stored. Raises Refused for an unknown lead provider or 0 or over 400 days."""
    made, now = new_secret(settings()), clock.machine_now()
    ends = expiry(now, command.expires_in_days)
    async with transaction():
        stored = await store_token(command, made, ends, actor)
        about = About(lead_provider_id=command.lead_provider_id)
        event = APITokenCreated(about, stored.lead_provider, stored.first_characters, command.scope.value, ends)
        record(event, actor)
        return stored


async def store_token(command: CreateAPIToken, made: Secret, ends: datetime | None, actor: Actor) -> MadeToken:
    """Store a token in the transaction in force; raises Refused for an unknown lead provider."""
    row = await fetch_one(
        """INSERT INTO api_token (created_at, updated_at, lead_provider_id, token_hash, first_characters, description,
            scope, created_by, created_by_user_id, expires_at)
        SELECT $1, $1, id, $3, $4, $5, $6, $7, $8, $9 FROM lead_provider WHERE id = $2
        RETURNING id, public_id, (SELECT name FROM lead_provider WHERE id = $2) AS name""",
        clock.machine_now(),
        command.lead_provider_id,
        made.hash,
        made.first_characters,
        command.description,
        command.scope.value,
        actor.name,
        actor.user_id,
        ends,
    )
    if row is None:
        raise Refused("unknown", "lead_provider", "There is no such lead provider")
    return MadeToken(row["id"], row["public_id"], row["name"], made.first_characters, ends, made.token)
