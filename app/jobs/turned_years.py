"""The nightly look at academic years that opened or froze (REF-4.6)."""

from __future__ import annotations

from app import clock
from app.refdata.findings import AnotherRun
from app.refdata.turning_years import note_turned_years


async def note_turned() -> int:
    """Record what has turned by today; returns how many, 0 while reference data is loaded: the next run does it."""
    try:
        return await note_turned_years(clock.today())
    except AnotherRun:
        return 0
