"""Facts that come by the thousand: stored now, settled soon after, some at a time (API-17.3, REF-2.11)."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch
from app.db.sight import OWNER, seen_by
from app.db.transaction import LONGEST_SECONDS, stamp, transaction

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

MOST = 200
"""So many schools are settled in one transaction, so that nobody waits long for it."""
PLANNED_ANEW = frozenset({0, 1, 2, 4, 8, 16, 32})
"""After so many of a long row of transactions, the tables have outgrown what was planned for them."""
SAY = "SELECT set_config('register.provider_records', $1, true)"


@asynccontextmanager
async def postponed() -> AsyncIterator[None]:
    """Let what the body touches, in the transaction in force, be settled after it has committed.

    It is noted in a table that survives a stop of the program and of the server; `settle_postponed` clears it.
    """
    await fetch(SAY, "postponed")
    yield
    # After a failure there is nothing to undo: what is set in a transaction goes with it.
    await fetch(SAY, "")


async def settle_postponed(tell: Callable[[int, float], None] | None = None) -> int:
    """Settle what was put off, in transactions of a few hundred schools; returns how many things were settled.

    Records, stamps and entries come together, as ever; until then records are what they were. tell: is called with how
    many are done, and what share that is (0 to 1).
    """
    done = turns = 0
    some = waiting = await _waiting()
    while some:
        if waiting > len(PLANNED_ANEW) * MOST and turns in PLANNED_ANEW:
            await _plan_anew()
        some = await _settle_some()
        done, turns = done + some, turns + 1
        if tell and some:
            tell(done, min(1.0, done / waiting))
    return done


async def _plan_anew() -> None:
    """Let what is settled next be planned for tables as large as they are by now.

    A plan for an empty table reads the whole of it for each school, and is kept. Only whoever owns the tables may.
    """
    with seen_by(OWNER):
        await fetch("ANALYZE school, provider_record", seconds=LONGEST_SECONDS)


async def _waiting() -> int:
    (row,) = await fetch("SELECT count(*) AS n FROM provider_postponed")
    return int(row["n"])


async def _settle_some() -> int:
    async with transaction():
        rows = await fetch(
            "SELECT settle_postponed_records($1, $2, $3) AS done", stamp(), clock.today(), MOST, seconds=LONGEST_SECONDS
        )
        return int(rows[0]["done"])
