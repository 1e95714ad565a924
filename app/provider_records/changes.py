"""The feed of everything that changed for a lead provider (API-17)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch, fetch_one

if TYPE_CHECKING:
    from collections.abc import Collection

    from app.provider_records.asked import ResourceType
    from app.terms import LeadProviderId

DAYS_KEPT = 400
"""Entries are kept at least so long (API-17.8)."""


@dataclass(frozen=True)
class Changes:
    """A page of the feed: complete JSON of each entry in UTF-8, with ids only (API-17.7).

    next_number: where the next page starts; more: whether entries are waiting there already.
    """

    entries: list[bytes]
    next_number: int
    more: bool


class Expired(Exception):
    """Entries after this position are kept no longer (API-17.8)."""


# Numbers have no gaps: where the next one is missing although there are later ones, it is kept no longer.
FEED = """
    WITH latest AS (SELECT coalesce(max(number), 0) AS number FROM change_counter WHERE lead_provider_id = $1),
    entry AS (SELECT * FROM change c WHERE c.lead_provider_id = $1 AND c.number > $2 {types} ORDER BY c.number LIMIT $3)
    SELECT l.number AS latest, $2 < l.number AND NOT EXISTS (
        SELECT FROM change c WHERE c.lead_provider_id = $1 AND c.number = $2 + 1) AS gone, e.number,
        convert_to('{{"id":"' || e.number || '","type":"change","attributes":' || (SELECT row_to_json(shown)::text
            FROM (SELECT e.action, e.resource_type, e.resource_id, e.cohort::text AS cohort, e.reason, e.moved_to,
                shown_time(e.created_at) AS occurred_at) shown) || '}}', 'UTF8') AS body
    FROM latest l LEFT JOIN entry e ON true ORDER BY e.number"""


async def changes_page(
    lead_provider_id: LeadProviderId, after: int | None, limit: int, types: Collection[ResourceType] | None = None
) -> Changes:
    """Return the entries that follow a number, oldest first; None starts with the oldest kept (API-17.1).

    types: leaves others out without moving positions (API-17.2). Nothing is ever added before what was returned
    (API-17.4). Raises Expired when what comes next is kept no longer.
    """
    narrowed = "" if types is None else "AND c.resource_type = ANY ($4)"
    values = () if types is None else ([kind.value for kind in types],)
    rows = await fetch(FEED.format(types=narrowed), lead_provider_id, after or 0, limit + 1, *values)
    if after is not None and rows[0]["gone"]:
        raise Expired
    found = [row for row in rows if row["number"] is not None]
    more = len(found) > limit
    next_number = found[limit - 1]["number"] if more else rows[0]["latest"]
    return Changes([row["body"] for row in found[:limit]], next_number, more)


async def latest_change_number(lead_provider_id: LeadProviderId, types: Collection[ResourceType] | None = None) -> int:
    """Return the number of the newest entry, of some types or of all; 0 when there is none (API-20.1)."""
    kinds = None if types is None else [kind.value for kind in types]
    row = await fetch_one(
        """SELECT coalesce(max(number), 0) AS number FROM change_counter
        WHERE lead_provider_id = $1 AND ($2::text[] IS NULL OR resource_type = ANY ($2))""",
        lead_provider_id,
        kinds,
    )
    return int(row["number"]) if row else 0


async def forget_old_changes() -> int:
    """Delete entries older than they are kept, oldest first so that numbers stay without gaps; returns how many."""
    rows = await fetch(
        """DELETE FROM change c WHERE c.created_at < $1 AND NOT EXISTS (SELECT FROM change e
            WHERE e.lead_provider_id = c.lead_provider_id AND e.number < c.number AND e.created_at >= $1)
        RETURNING id""",
        clock.now() - timedelta(days=DAYS_KEPT),
    )
    return len(rows)
