"""The end of access to a school that nobody used for long (ACC-3.6)."""

from __future__ import annotations

from app import clock
from app.access.open_access import PERSONAS
from app.access.rules import UNUSED_FOR
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.catalogue import SchoolAccessEnded
from app.events.record import About, record
from app.terms import SYSTEM

UNUSED = "unused"
AT_ONCE = 500
"""So many in one transaction."""
# What the test sign-in gave it would give again; nobody is to wonder at a demonstration set to a later year.
END = """WITH ended AS (
        UPDATE school_access SET ended_at = $1, end_reason = $3, updated_at = $1 WHERE id IN (
            SELECT id FROM school_access WHERE ended_at IS NULL AND source <> $4
                AND coalesce(last_used_at, granted_at) <= $2
            ORDER BY id LIMIT $5 FOR UPDATE SKIP LOCKED)
        RETURNING id, user_id, school_id)
    SELECT e.school_id, u.name FROM ended e JOIN app_user u ON u.id = e.user_id ORDER BY e.id"""


async def end_unused_access() -> int:
    """End every access to a school that was not used for 400 days, with an event each; returns how many."""
    total = 0
    while ended := await _end_some():
        total += ended
    return total


async def _end_some() -> int:
    now = clock.now()
    async with transaction():
        rows = await fetch(END, now, now - UNUSED_FOR, UNUSED, PERSONAS, AT_ONCE)
        for row in rows:
            record(SchoolAccessEnded(About(school_id=row["school_id"]), UNUSED, row["name"]), SYSTEM)
    return len(rows)
