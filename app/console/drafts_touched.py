"""How many unfinished registrations a change of what may be registered when concerns (ADM-10.2)."""

from __future__ import annotations

from app.db.engine import fetch_one
from app.terms import DraftKind


async def open_registrations() -> int:
    """Return the number of unfinished registrations of all schools."""
    row = await fetch_one(
        "SELECT count(*) AS number FROM draft WHERE state = 'open' AND kind = ANY($1::text[])",
        [DraftKind.REGISTER_ECT.value, DraftKind.REGISTER_MENTOR.value],
    )
    return int(row["number"]) if row else 0
