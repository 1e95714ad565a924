"""Scratch databases of a chosen size, made once and used again (PRF-20)."""

from __future__ import annotations

from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from secrets import token_hex
from typing import TYPE_CHECKING

import asyncpg

from app.db.address import named
from app.db.engine import engine
from app.db.migrate import migrate
from app.db.migrations import at_head
from app.national.country import country
from app.national.load import load
from app.national.size import Size

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

AS_OF = date(2025, 11, 10)
"""All scratch data is built around one day, and every request is made on it."""
MOMENT = datetime(2025, 11, 10, 12, tzinfo=UTC)
CHILDREN = (1, 10, 100)
"""Current ECTs of the measured schools, which are the same at every size."""
SIZES = {
    "small": Size(AS_OF, 250, 2_500, exact=CHILDREN),
    "tenth": Size(AS_OF, 2_500, 25_000, exact=CHILDREN),
    "national": Size(AS_OF, exact=CHILDREN),
    "double": Size(AS_OF, 50_000, 500_000, exact=CHILDREN),
    "tenfold": Size(AS_OF, 250_000, 2_500_000, exact=CHILDREN),
}
TENTH = {"small": None, "tenth": "small", "national": "tenth", "double": None, "tenfold": "national"}
"""What a size is compared with: a tenth of it."""
NOT_SHOWN = {"tenfold"}
"""Sizes at which it is not worked out what lead providers are shown: only pages of schools are measured (PRF-5)."""
PREFIX = "register_bench"


class BrokenData(Exception):
    """The generated data breaks an invariant."""


@dataclass(frozen=True)
class Scratch:
    """One scratch database."""

    name: str
    url: str


async def prepared(base: str, size: str, tell: Callable[[str], None]) -> Scratch:
    """Return a scratch database of a size, made now unless one of this size is there.

    base: the address of any database of the server, which is not touched. Raises BrokenData.
    """
    scratch = Scratch(size, named(base, f"{PREFIX}_{size}"))
    mark = str(SIZES[size])
    async with _alone(base) as conn:
        name = f"{PREFIX}_{size}"
        found = await conn.fetchval(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1", name
        )
        if found == mark:
            await _bring_up_to_date(scratch)
            return scratch
        tell(f"Making the database {name} ...")
        await conn.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await conn.execute(f'CREATE DATABASE "{name}"')
        await _fill(scratch, tell)
        await conn.execute(f"COMMENT ON DATABASE \"{name}\" IS '{mark.replace(chr(39), chr(39) * 2)}'")
    return scratch


@asynccontextmanager
async def beside(scratch: Scratch, purpose: str, *, copied: bool) -> AsyncIterator[Scratch]:
    """Give a database of this run alone on the same server, empty or a copy, dropped afterwards whatever happens.

    A connection is held open to it until then, so that another run doesn't take it for one that a crash left.
    """
    name = f"{PREFIX}_{purpose}_{token_hex(4)}"
    made = Scratch(scratch.name, named(scratch.url, name))
    async with _alone(scratch.url) as conn:
        await _drop_left_overs(conn)
        copy = f' TEMPLATE "{PREFIX}_{scratch.name}" STRATEGY FILE_COPY' if copied else ""
        await conn.execute(f'CREATE DATABASE "{name}"{copy}')
        holding = await asyncpg.connect(made.url)
    try:
        yield made
    finally:
        await holding.close()
        async with _alone(scratch.url) as conn:
            await conn.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@asynccontextmanager
async def _alone(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Make and drop databases one run at a time: nobody may be connected to what is copied."""
    conn = await asyncpg.connect(named(url, "postgres"))
    try:
        await conn.execute("SELECT pg_advisory_lock(hashtext($1))", PREFIX)
        yield conn
    finally:
        await conn.close()


async def _drop_left_overs(conn: asyncpg.Connection) -> None:
    """Drop databases of runs that ended without dropping them: nobody is connected."""
    rows = await conn.fetch(
        "SELECT datname FROM pg_database d WHERE datname ~ $1"
        " AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = d.datname)",
        f"^{PREFIX}_[a-z]+_[0-9a-f]{{8}}$",
    )
    for row in rows:
        with suppress(asyncpg.ObjectInUseError):
            await conn.execute(f'DROP DATABASE IF EXISTS "{row["datname"]}"')


async def _bring_up_to_date(scratch: Scratch) -> None:
    async with opened(scratch):
        if not await at_head():
            await migrate()


async def _fill(scratch: Scratch, tell: Callable[[str], None]) -> None:
    async with opened(scratch):
        await migrate()
        broken = await load(country(SIZES[scratch.name]), tell, shown=scratch.name not in NOT_SHOWN)
    if broken:
        raise BrokenData(str(broken))


@asynccontextmanager
async def opened(scratch: Scratch) -> AsyncIterator[None]:
    """Point the engine of this process at a scratch database."""
    engine.point_at(scratch.url)
    await engine.open(size=10)
    try:
        yield
    finally:
        await engine.close()
