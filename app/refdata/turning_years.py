"""Academic years open and freeze by the calendar alone; each has its event (REF-4.6, CP-01, CP-03)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.record import About, record
from app.refdata.events import ContractPeriodFrozen, ContractPeriodOpened
from app.refdata.runs import take_lock
from app.terms import SYSTEM

if TYPE_CHECKING:
    from datetime import date

    from app.refdata.events import ContractPeriodTurned

# Once for each day: a date that was moved after it had come has its event again when it comes again.
UNTOLD = """
    WITH turned AS (
        SELECT year, registration_opens_on AS on, 'contract_period_opened' AS kind FROM contract_period
        UNION ALL SELECT year, payments_frozen_on, 'contract_period_frozen' FROM contract_period)
    SELECT t.year, t.on, t.kind FROM turned t WHERE t.on <= $1 AND NOT EXISTS (
        SELECT FROM event e WHERE e.school_id IS NULL AND e.teacher_id IS NULL AND e.kind = t.kind
            AND e.metadata ->> 'year' = t.year::text AND e.metadata ->> 'on' = t.on::text)
    ORDER BY t.on, t.year, t.kind DESC"""
EVENTS: dict[str, type[ContractPeriodTurned]] = {
    made.kind: made for made in (ContractPeriodOpened, ContractPeriodFrozen)
}


async def note_turned_years(today: date) -> int:
    """Record that years have opened or frozen by today (a London day), once each; returns how many.

    Raises AnotherRun while reference data is being loaded.
    """
    async with transaction():
        await take_lock()
        rows = await fetch(UNTOLD, today)
        for row in rows:
            record(EVENTS[row["kind"]](About(), row["year"], row["on"]), SYSTEM)
    return len(rows)
