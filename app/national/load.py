"""Loading a generated country into an empty database by bulk copy (REF-7.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app import clock
from app.db.engine import connection, fetch
from app.db.sight import OWNER, seen_by
from app.national.happenings import COLUMNS, event_rows
from app.national.invariants import broken_invariants
from app.national.tables import TABLES, TIMES
from app.provider_records.fill import fill

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.national.country import Country

ROW_BY_ROW = {
    "ect_at_school_period": ("ect_stay_continues", "mentorship_inside_ect", "training_inside_ect"),
    "mentor_at_school_period": ("mentor_stay_continues", "mentorship_inside_mentor", "training_inside_mentor"),
    "mentorship_period": ("mentorship_inside",),
    "training_period": ("training_schedule_fits", "training_inside"),
}
"""Triggers that would ask for each of a million rows what the invariants ask once of all."""
LATER = "SET register.provider_records = 'later'"
"""Nothing is noted for lead providers while rows are copied: what they are shown is filled once at the end."""


async def is_empty() -> bool:
    """Tell whether no school and no academic year is stored."""
    found = await fetch("SELECT EXISTS (SELECT FROM school) OR EXISTS (SELECT FROM contract_period) AS any")
    return not found[0]["any"]


async def load(country: Country, tell: Callable[[str], None]) -> dict[str, int]:
    """Copy every row, refresh the statistics, and return the broken invariants: none.

    As the owner of the tables: PostgreSQL copies into no table whose rows it hides, and lets nobody else analyse it.
    """
    with seen_by(OWNER):
        return await _load(country, tell)


async def _load(country: Country, tell: Callable[[str], None]) -> dict[str, int]:
    await _triggers("DISABLE")
    for table in TABLES:
        count = await _copy(table.name, (*TIMES, *table.columns), table.stamped(country))
        tell(f"{table.name}: {count:,} rows")
    await _triggers("ENABLE")
    tell(f"event: {await _copy('event', COLUMNS, event_rows(country)):,} rows")
    await _set_sequences()
    async with connection() as conn:
        await conn.execute("ANALYZE", timeout=600)
    tell("what lead providers are shown")
    with clock.at(clock.at_noon(country.size.as_of)):
        await fill()
    return await broken_invariants()


async def _copy(table: str, columns: tuple[str, ...], rows: Any) -> int:
    async with connection() as conn:
        await conn.execute(LATER)
        status = await conn.copy_records_to_table(table, records=rows, columns=columns, timeout=1800)
        await conn.execute("RESET register.provider_records")
    return int(status.rpartition(" ")[2])


async def _triggers(action: str) -> None:
    for table, names in ROW_BY_ROW.items():
        for name in names:
            await fetch(f"ALTER TABLE {table} {action} TRIGGER {name}")


async def _set_sequences() -> None:
    """Let new rows be numbered after those that came with a number."""
    for table in TABLES:
        if "id" in table.columns:
            await fetch(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), (SELECT max(id) FROM {table.name}))"  # noqa: S608
            )
