"""What a new day changes by itself: statuses, mentors, counts, transfers, lists (API-18.5)."""

from __future__ import annotations

from app import clock
from app.db.engine import fetch
from app.db.transaction import LONGEST_SECONDS, stamp, transaction

MOST = 500
"""So many people or schools are worked out in one transaction, so that nobody waits long for it."""


async def turn_day() -> int:
    """Bring records that the day has overtaken up to it, with stamps and entries; returns how many subjects.

    Doing it again changes nothing. After days without, one run catches up with all of them.
    """
    done = 0
    while (some := await _turn_some()) > 0:
        done += some
    return done


async def _turn_some() -> int:
    async with transaction():
        rows = await fetch(
            "SELECT turn_provider_records($1, $2, $3) AS done", stamp(), clock.today(), MOST, seconds=LONGEST_SECONDS
        )
        return int(rows[0]["done"])
