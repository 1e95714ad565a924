"""Making records for facts that were stored in bulk (API-17.8)."""

from __future__ import annotations

from app import clock
from app.db.engine import fetch
from app.db.transaction import stamp

LONGEST_SECONDS = 3_600


async def fill() -> None:
    """Make every record anew from the facts, without entries in the feeds; what was noted as touched is forgotten."""
    await fetch("DELETE FROM provider_postponed")
    await fetch("SELECT fill_provider_records($1, $2)", stamp(), clock.today(), seconds=LONGEST_SECONDS)
