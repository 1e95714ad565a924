"""A user's calendar feed of a school: making, replacing and ending its secret address (NOT-7.1)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.events.record import About, record
from app.registration.dates.entries import Names
from app.registration.dates.events import CalendarFeedCreated, CalendarFeedReplaced, CalendarFeedSwitchedOff

if TYPE_CHECKING:
    from datetime import datetime

    from app.terms import Actor, SchoolId, UserId

BYTES = 32


@dataclass(frozen=True)
class Feed:
    """The feed that a user has for a school; its address is not known any more."""

    names: Names
    made_at: datetime
    fetched_at: datetime | None = None


@dataclass(frozen=True)
class MakeFeed:
    """Whose feed of which school, and how people are named in it."""

    user_id: UserId
    school_id: SchoolId
    names: Names


@dataclass(frozen=True)
class EndFeed:
    """Whose feed of which school."""

    user_id: UserId
    school_id: SchoolId


async def feed_of(user_id: UserId, school_id: SchoolId) -> Feed | None:
    """Return the feed that a user has for a school."""
    row = await fetch_one(
        """SELECT names, created_at, fetched_at FROM calendar_feed
        WHERE user_id = $1 AND school_id = $2 AND ended_at IS NULL""",
        user_id,
        school_id,
    )
    return Feed(Names(row["names"]), row["created_at"], row["fetched_at"]) if row else None


async def make_feed(command: MakeFeed, actor: Actor) -> str:
    """Make a feed, in place of the one there may be; returns its token, which is stored as a hash alone.

    What the former feed said goes on, so that a calendar that is given the new address shows nothing twice.
    """
    token, now = secrets.token_urlsafe(BYTES), clock.now()
    async with transaction():
        former = await _end(command.user_id, command.school_id)
        row = await fetch_one(
            """INSERT INTO calendar_feed (created_at, updated_at, user_id, school_id, token_hash, names)
            VALUES ($1, $1, $2, $3, $4, $5) RETURNING id""",
            now,
            command.user_id,
            command.school_id,
            hash_of(token),
            command.names.value,
        )
        if former is not None and row is not None:
            await fetch("UPDATE calendar_entry SET feed_id = $2 WHERE feed_id = $1", former, row["id"])
        kind = CalendarFeedCreated if former is None else CalendarFeedReplaced
        record(kind(About(school_id=command.school_id), command.names.value), actor)
    return token


async def end_feed(command: EndFeed, actor: Actor) -> None:
    """Switch a feed off; nothing happens when there is none."""
    async with transaction():
        if await _end(command.user_id, command.school_id) is not None:
            record(CalendarFeedSwitchedOff(About(school_id=command.school_id)), actor)


def hash_of(token: str) -> bytes:
    """Return what is stored of a token; it has 256 random bits, so that nothing is gained by stretching."""
    return hashlib.sha256(token.encode()).digest()


async def _end(user_id: UserId, school_id: SchoolId) -> int | None:
    row = await fetch_one(
        """UPDATE calendar_feed SET ended_at = $3, updated_at = $3
        WHERE user_id = $1 AND school_id = $2 AND ended_at IS NULL RETURNING id""",
        user_id,
        school_id,
        clock.now(),
    )
    return row["id"] if row else None
