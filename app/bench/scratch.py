"""Scratch databases of a chosen size, made once and used again (PRF-20)."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
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
    scratch = Scratch(size, named(base, f"register_bench_{size}"))
    mark = str(SIZES[size])
    conn = await asyncpg.connect(named(base, "postgres"))
    try:
        name = f"register_bench_{size}"
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
    finally:
        await conn.close()
    return scratch


@asynccontextmanager
async def beside(scratch: Scratch, purpose: str, *, copied: bool) -> AsyncIterator[Scratch]:
    """Give a database on the same server, empty or a copy, dropped afterwards."""
    name = f"register_bench_{purpose}"
    drop = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
    conn = await asyncpg.connect(named(scratch.url, "postgres"))
    try:
        await conn.execute(drop)
        copy = f' TEMPLATE "register_bench_{scratch.name}" STRATEGY FILE_COPY' if copied else ""
        await conn.execute(f'CREATE DATABASE "{name}"{copy}')
        yield Scratch(scratch.name, named(scratch.url, name))
        await conn.execute(drop)
    finally:
        await conn.close()


async def _bring_up_to_date(scratch: Scratch) -> None:
    async with opened(scratch):
        if not await at_head():
            await migrate()


async def _fill(scratch: Scratch, tell: Callable[[str], None]) -> None:
    async with opened(scratch):
        await migrate()
        broken = await load(country(SIZES[scratch.name]), tell)
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
