"""Loading a generated country into an empty database by bulk copy (REF-7.2)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from app import clock
from app.db.engine import connection, fetch
from app.db.sight import OWNER, seen_by
from app.db.transaction import transaction
from app.national.bare import LONG_SECONDS, bare
from app.national.happenings import COLUMNS, event_rows
from app.national.invariants import broken_invariants
from app.national.tables import TABLES, TIMES
from app.provider_records.fill import fill

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.national.country import Country

PLANNED_ANEW = "SET LOCAL plan_cache_mode = force_custom_plan"
"""Each part of filling is planned for tables as large as they are by then: a plan for empty ones reads all of them."""


async def is_empty() -> bool:
    """Tell whether no school and no academic year is stored."""
    found = await fetch("SELECT EXISTS (SELECT FROM school) OR EXISTS (SELECT FROM contract_period) AS any")
    return not found[0]["any"]


async def load(country: Country, tell: Callable[[str], None], *, shown: bool = True) -> dict[str, int]:
    """Copy every row, refresh the statistics, and return the broken invariants: none.

    Rows are copied into bare tables, whose constraints are then asked of all of them at once. The audit trail is made
    while the database works out what lead providers are shown. As the owner of the tables: PostgreSQL copies into no
    table whose rows it hides, and lets nobody else analyse it. shown: whether to work that out at all.
    """
    async with bare([table.name for table in TABLES]):
        for table in TABLES:
            tell(f"{table.name}: {await _copy(table.name, (*TIMES, *table.columns), table.stamped(country)):,} rows")
        await _set_sequences()
        tell("constraints and indexes")
    await _analyse("")
    async with asyncio.TaskGroup() as both:
        both.create_task(_copy_events(country, tell))
        if shown:
            both.create_task(_fill(country, tell))
    with seen_by(OWNER):
        return await broken_invariants()


async def _copy_events(country: Country, tell: Callable[[str], None]) -> None:
    async with bare(["event"]):
        tell(f"event: {await _copy('event', COLUMNS, event_rows(country)):,} rows")
    await _analyse("event")


async def _fill(country: Country, tell: Callable[[str], None]) -> None:
    async with transaction():
        with seen_by(OWNER), clock.at(clock.at_noon(country.size.as_of)):
            await fetch(PLANNED_ANEW)
            await fill()
    tell("what lead providers are shown")


async def _analyse(table: str) -> None:
    with seen_by(OWNER):
        async with connection() as conn:
            await conn.execute(f"ANALYZE {table}", timeout=LONG_SECONDS)


async def _copy(table: str, columns: tuple[str, ...], rows: Any) -> int:
    async with connection() as conn:
        status = await conn.copy_records_to_table(table, records=rows, columns=columns, timeout=LONG_SECONDS)
    return int(status.rpartition(" ")[2])


async def _set_sequences() -> None:
    """Let new rows be numbered after those that came with a number."""
    for table in TABLES:
        if "id" in table.columns:
            await fetch(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), (SELECT max(id) FROM {table.name}))"  # noqa: S608
            )
