"""What a feed says to a calendar that reads it, and what of it has moved or was withdrawn (NOT-7.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.service_settings import policy_in_force
from app.db.transaction import transaction
from app.registration.dates.entries import LAPSES, Names, window
from app.registration.dates.feeds import hash_of
from app.registration.dates.school_dates import school_dates
from app.training.queries import calendar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from app.registration.dates.entries import Entry

SHOWN_WITHDRAWN = timedelta(days=30)
NOTED_EVERY = timedelta(hours=1)


@dataclass(frozen=True)
class Said:
    """An entry as the feed gives it; changed_at: when it was last other than before."""

    key: str
    on: date
    summary: str
    sequence: int
    changed_at: datetime
    withdrawn_on: date | None = None


@dataclass(frozen=True)
class ReadFeed:
    """A feed: of which school, and its entries in the order of their days."""

    school: str
    entries: tuple[Said, ...]


async def read_feed(token: str) -> ReadFeed | None:
    """Return what the feed with a token says; None for any token whose owner may not read it (any more).

    What it says is kept, so that the next reading tells what has moved; reading records no event.
    """
    async with transaction():
        feed = await _feed(token)
        if feed is None:
            return None
        now, today = clock.now(), clock.today()
        found = await school_dates(feed["school_id"], now, await policy_in_force(), await calendar())
        names = Names(feed["names"])
        kept = await _kept(feed["id"])
        said = reconciled({entry.key: entry for entry in found}, kept, names, now, today)
        await _keep(feed["id"], said, kept)
        await _note_fetched(feed, now)
    return ReadFeed(feed["school"], tuple(sorted(said, key=lambda one: (one.on, one.key))))


def reconciled(
    found: Mapping[str, Entry], kept: Mapping[str, Said], names: Names, now: datetime, today: date
) -> tuple[Said, ...]:
    """Return what is said now: a moved date raises its sequence, one that is gone is told as withdrawn for a time."""
    fresh = [_said(entry, kept.get(key), names, now) for key, entry in found.items()]
    gone = [_withdrawn(one, now, today) for key, one in kept.items() if key not in found]
    return tuple(one for one in (*fresh, *gone) if one is not None)


def _said(entry: Entry, before: Said | None, names: Names, now: datetime) -> Said:
    summary = entry.words(names)
    if before is None:
        return Said(entry.key, entry.on, summary, 0, now)
    if (before.on, before.summary, before.withdrawn_on) == (entry.on, summary, None):
        return before
    return Said(entry.key, entry.on, summary, before.sequence + 1, now)


def _withdrawn(before: Said, now: datetime, today: date) -> Said | None:
    first, _ = window(today)
    if before.on < first or (before.withdrawn_on is not None and today > before.withdrawn_on + SHOWN_WITHDRAWN):
        return None
    if before.withdrawn_on is not None or (before.on < today and before.key.startswith(LAPSES)):
        return before
    return Said(before.key, before.on, before.summary, before.sequence + 1, now, today)


async def _feed(token: str) -> Mapping[str, Any] | None:
    row = await fetch_one(
        """SELECT f.id, f.school_id, f.names, f.fetched_at, s.name AS school FROM calendar_feed f
        JOIN app_user u ON u.id = f.user_id JOIN school s ON s.id = f.school_id
        WHERE f.token_hash = $1 AND f.ended_at IS NULL AND u.active AND EXISTS (SELECT FROM school_access a
            WHERE a.user_id = u.id AND a.school_id = f.school_id AND a.ended_at IS NULL) FOR UPDATE OF f""",
        hash_of(token),
    )
    return dict(row) if row else None


async def _kept(feed_id: int) -> dict[str, Said]:
    columns = "key, on_day, summary, sequence, updated_at, withdrawn_on"
    rows = await fetch(f"SELECT {columns} FROM calendar_entry WHERE feed_id = $1", feed_id)  # noqa: S608 - constant
    return {row["key"]: Said(*row.values()) for row in rows}


async def _keep(feed_id: int, said: Iterable[Said], kept: Mapping[str, Said]) -> None:
    now_said = {one.key: one for one in said}
    gone = [key for key in kept if key not in now_said]
    if gone:
        await fetch("DELETE FROM calendar_entry WHERE feed_id = $1 AND key = ANY($2)", feed_id, gone)
    changed = [one for one in now_said.values() if kept.get(one.key) != one]
    if changed:
        await fetch(
            """INSERT INTO calendar_entry (created_at, updated_at, feed_id, key, on_day, summary, sequence,
                withdrawn_on)
            SELECT x.changed_at, x.changed_at, $1, x.key, x.on_day, x.summary, x.sequence, x.withdrawn_on
            FROM unnest($2::timestamptz[], $3::text[], $4::date[], $5::text[], $6::int[], $7::date[])
                AS x (changed_at, key, on_day, summary, sequence, withdrawn_on)
            ON CONFLICT ON CONSTRAINT one_entry_of_a_kind DO UPDATE SET updated_at = excluded.updated_at,
                on_day = excluded.on_day, summary = excluded.summary, sequence = excluded.sequence,
                withdrawn_on = excluded.withdrawn_on""",
            feed_id,
            [one.changed_at for one in changed],
            [one.key for one in changed],
            [one.on for one in changed],
            [one.summary for one in changed],
            [one.sequence for one in changed],
            [one.withdrawn_on for one in changed],
        )


async def _note_fetched(feed: Mapping[str, Any], now: datetime) -> None:
    """Note that it was read, at most hourly; a time later than now counts as never (contract, section 3)."""
    last = feed["fetched_at"]
    if last is None or not now - NOTED_EVERY < last <= now:
        await fetch("UPDATE calendar_feed SET fetched_at = $2, updated_at = $2 WHERE id = $1", feed["id"], now)
