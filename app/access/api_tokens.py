"""Tokens that lead providers' programs sign their requests with (API-3)."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from app.db.engine import fetch, fetch_one
from app.terms import LeadProviderId, Refused, Word

if TYPE_CHECKING:
    from app.settings import Settings

FORM = re.compile(r"ect_(?:live|test)_[A-Za-z0-9_-]{43}")
SHOWN = 8
"""How many characters of the random part tell tokens apart (API-3.2)."""
LONGEST_DAYS, USUAL_DAYS, LONGEST_OVERLAP = 400, 365, 30
SHOWN_DAYS = 30
"""So many days of use are listed."""


class Scope(Word):
    """What a token may do (API-3.5)."""

    READ = "read"
    READ_AND_WRITE = "read+write"


@dataclass(frozen=True)
class Secret:
    """A token as it is shown once, and what is stored of it."""

    token: str = field(repr=False)
    hash: bytes = field(repr=False)
    first_characters: str


@dataclass(frozen=True)
class Caller:
    """Whose program asks, by which token."""

    token_id: int
    first_characters: str
    scope: Scope
    lead_provider_id: LeadProviderId
    lead_provider: str


@dataclass(frozen=True)
class Token:
    """A token as lists show it; `revoked_at` lies ahead while a later one takes its place."""

    public_id: UUID
    lead_provider: str
    first_characters: str
    description: str
    scope: Scope
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    def has_ended(self, now: datetime) -> bool:
        """Tell whether it is refused at a moment (API-3.3, API-3.4)."""
        return any(end is not None and end <= now for end in (self.expires_at, self.revoked_at))


def new_secret(settings: Settings) -> Secret:
    """Make a token of the form of API-3.2."""
    random = secrets.token_urlsafe(32)
    token = f"ect_{'live' if settings.production else 'test'}_{random}"
    return Secret(token, hash_of(token, settings), random[:SHOWN])


def hash_of(token: str, settings: Settings) -> bytes:
    """Return what is stored of a token: a hash under a key that is not in the database (API-3.2)."""
    return hmac.digest(settings.secret(), f"api token:{token}".encode(), hashlib.sha256)


def expiry(now: datetime, days: int | None) -> datetime | None:
    """Return when a token made now ends; None for never. Raises Refused outside 1 to 400 days (API-3.3)."""
    if days is None:
        return None
    if not 1 <= days <= LONGEST_DAYS:
        raise Refused("expiry_out_of_range", "expires_in_days", f"Give 1 to {LONGEST_DAYS} days, or never")
    return now + timedelta(days=days)


async def caller_of(token: str, now: datetime, settings: Settings) -> Caller | None:
    """Find whose program sent a token that is valid at the machine's time; None for any other (API-3.3, API-3.7)."""
    if not FORM.fullmatch(token):
        return None
    row = await fetch_one(
        """SELECT t.id, t.first_characters, t.scope, t.lead_provider_id, lp.name
        FROM api_token t JOIN lead_provider lp ON lp.id = t.lead_provider_id
        WHERE t.token_hash = $1 AND $2 < coalesce(t.expires_at, 'infinity')
            AND $2 < coalesce(t.revoked_at, 'infinity')""",
        hash_of(token, settings),
        now,
    )
    if row is None:
        return None
    return Caller(row["id"], row["first_characters"], Scope(row["scope"]), row["lead_provider_id"], row["name"])


async def tokens() -> list[Token]:
    """List every token, of each lead provider the newest first."""
    rows = await fetch(
        """SELECT t.public_id, lp.name AS lead_provider, t.first_characters, t.description, t.scope,
            t.created_at, t.expires_at, t.revoked_at, t.last_used_at
        FROM api_token t JOIN lead_provider lp ON lp.id = t.lead_provider_id ORDER BY lp.name, t.id DESC"""
    )
    return [Token(**{**row, "scope": Scope(row["scope"])}) for row in rows]


@dataclass(frozen=True)
class Provider:
    """A lead provider that may get a token."""

    id: LeadProviderId
    public_id: UUID
    name: str


@dataclass(frozen=True)
class Day:
    """How often a token was used on a day, and how often it was refused (API-3.6)."""

    day: date
    calls: int
    refusals: int


async def days_of(token: UUID) -> tuple[Day, ...]:
    """Return the last days on which a token was used, the newest first."""
    rows = await fetch(
        """SELECT d.day, d.calls, d.refusals FROM api_token_day d JOIN api_token t ON t.id = d.token_id
        WHERE t.public_id = $1 ORDER BY d.day DESC LIMIT $2""",
        token,
        SHOWN_DAYS,
    )
    return tuple(Day(**row) for row in rows)


async def token_providers() -> tuple[Provider, ...]:
    """Return every lead provider, by name."""
    rows = await fetch("SELECT id, public_id, name FROM lead_provider ORDER BY lower(name), id")
    return tuple(Provider(**row) for row in rows)


@dataclass(frozen=True)
class Counted:
    """What the limit says about a request: seconds to wait, 0 when it may pass; how many are left; until when."""

    wait: int
    remaining: int
    reset: int


async def count_request(token_id: int, weight: int = 1) -> Counted:
    """Count a request of a token, for all processes together: 1,000 in any 300 s by the machine's clock (API-21.1).

    weight: as how many it counts. Notes the use of the token too, at most once a minute (API-3.6).
    """
    row = await fetch_one("SELECT * FROM count_api_request($1, $2)", token_id, weight)
    if row is None:
        raise LookupError("a function returns a row")
    return Counted(row["wait"], row["remaining"], row["reset"])


async def count_refusal(token_id: int) -> None:
    """Add one to the refusals of the token's day, which its call has begun (API-3.6)."""
    await fetch(
        """UPDATE api_token_day SET refusals = refusals + 1
        WHERE token_id = $1 AND day = (clock_timestamp() AT TIME ZONE 'Europe/London')::date""",
        token_id,
    )
