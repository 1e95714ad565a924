"""Proving that a backup can be restored: `register drill` (OPS-10, REL-9)."""

from __future__ import annotations

import asyncio
import os
import tempfile
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import asyncpg
import click
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from app import clock
from app.db import server
from app.db.address import named
from app.db.console import Exit, run_on_database, stop, valid_settings
from app.db.engine import DatabaseUnavailable, engine, fetch_one
from app.db.migrations import LockHeld, at_head
from app.db.sight import OWNER, seen_by
from app.events.verify import verify
from app.national.invariants import broken_invariants

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

LOCK = 7_203_433
MARK = "Made by register drill"
LONGEST_NAME = 40
TABLES = "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
DIGEST = "SELECT count(*) AS rows, coalesce(sum(hashtextextended(r::text, 0)::numeric), 0) AS sum FROM {} AS r"
"""How many rows a table has, and a sum that differs when one of them does, in whatever order they lie."""
NEWEST = "SELECT id, recorded_at FROM event ORDER BY id DESC LIMIT 1"


class DrillFailed(Exception):
    """The database cannot be dumped or restored; says why."""


@dataclass
class Drill:
    """What a drill found."""

    rows: int = 0
    size: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    newest: tuple[int, datetime] | None = None
    faults: list[str] = field(default_factory=list)

    def lines(self, now: datetime) -> list[str]:
        """Return how old the data is that came back, how long it took, and what came back."""
        age = "there is no event"
        if self.newest:
            number, moment = self.newest
            age = f"{max((now - moment).total_seconds(), 0):.0f} s (event {number} of {moment:%Y-%m-%d %H:%M:%S} UTC)"
        took = ", ".join(f"{what} {seconds:.1f} s" for what, seconds in self.seconds.items())
        return [
            f"Data age: {age}",
            f"Duration: {sum(self.seconds.values()):.1f} s ({took})",
            f"Restored: {self.rows:,} rows from a dump of {self.size:,} bytes",
        ]


@click.command("drill")
def drill_command() -> None:
    """Dump the database, restore it into an empty one beside it, and check the copy, which is removed afterwards."""
    chosen = valid_settings()
    url, made_up = server.database_url(chosen), not chosen.production
    try:
        found = run_on_database(lambda: drill(url, made_up=made_up))
    except DrillFailed as fault:
        stop(Exit.INPUT_HAS_ERRORS, str(fault))
    except asyncpg.InsufficientPrivilegeError as refused:
        stop(Exit.REFUSED, f"The database user may not do this: {refused}. It must own the tables and make databases.")
    for line in found.lines(clock.now()):
        click.echo(line)
    if found.faults:
        stop(Exit.INPUT_HAS_ERRORS, *found.faults)
    click.echo("The copy is whole.")


async def drill(url: str, *, made_up: bool) -> Drill:
    """Dump the database of the address, restore it into an empty one and check that; the engine is left closed.

    made_up: whether everybody in it is invented. Raises LockHeld, DrillFailed, DatabaseUnavailable.
    """
    found = Drill()
    await engine.close()
    conn = await _connect(url)
    try:
        if not await conn.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
            raise LockHeld
        programs = server.programs(conn.get_server_version().major)
        async with _empty_database(conn, url) as copy:
            with tempfile.TemporaryDirectory() as folder:
                dump = Path(folder) / "register.dump"
                expected = await _dump(conn, programs, url, dump, found)
                started = perf_counter()
                restore = ("pg_restore", "--exit-on-error", "--no-owner")
                await _run(programs, copy, *restore, dump=str(dump))
                found.seconds["restore"] = perf_counter() - started
            started = perf_counter()
            await _check(copy, expected, found, made_up=made_up)
            found.seconds["checks"] = perf_counter() - started
    finally:
        await conn.close()
    return found


async def _connect(url: str) -> Any:
    try:
        return await asyncpg.connect(url, server_settings={"timezone": "UTC"})
    except (TimeoutError, OSError, asyncpg.PostgresError) as fault:
        raise DatabaseUnavailable(type(fault).__name__) from fault


@asynccontextmanager
async def _empty_database(conn: Any, url: str) -> AsyncIterator[str]:
    """Give the address of an empty database on the same server, dropped afterwards.

    What a killed drill left is dropped before; a database of that name which no drill made is left alone.
    """
    name = f"{str(conninfo_to_dict(url)['dbname'])[:LONGEST_NAME]}_drill"
    quoted = '"' + name.replace('"', '""') + '"'
    drop = f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)"
    there = await conn.fetch(
        "SELECT shobj_description(oid, 'pg_database') AS mark FROM pg_database WHERE datname = $1", name
    )
    if there and there[0]["mark"] != MARK:
        raise DrillFailed(f"There is a database {name} already that no drill made.")
    await conn.execute(drop)
    await conn.execute(f"CREATE DATABASE {quoted} TEMPLATE template0")
    await conn.execute(f"COMMENT ON DATABASE {quoted} IS '{MARK}'")
    try:
        yield named(url, name)
    finally:
        await engine.close()
        await conn.execute(drop)


async def _dump(conn: Any, programs: Path, url: str, dump: Path, found: Drill) -> dict[str, tuple[int, int]]:
    """Dump one moment of the database; returns what each table held at that moment."""
    started = perf_counter()
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        snapshot = await conn.fetchval("SELECT pg_export_snapshot()")
        await _run(programs, url, "pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={dump}")
        found.seconds["dump"] = perf_counter() - started
        found.size = (await asyncio.to_thread(dump.stat)).st_size
        return await _contents(conn)


async def _contents(conn: Any) -> dict[str, tuple[int, int]]:
    tables = [row[0] for row in await conn.fetch(TABLES)]
    return {table: tuple(await conn.fetchrow(DIGEST.format(table))) for table in tables}


async def _check(copy: str, expected: dict[str, tuple[int, int]], found: Drill, *, made_up: bool) -> None:
    conn = await _connect(copy)
    try:
        held = await _contents(conn)
    finally:
        await conn.close()
    found.rows = sum(rows for rows, _ in held.values())
    for table in sorted(expected.keys() | held.keys()):
        if expected.get(table) != held.get(table):
            found.faults.append(f"{table} is not as it was")
    engine.point_at(copy)
    await engine.open(size=2)
    with seen_by(OWNER):
        if not await at_head():
            found.faults.append("migrations are outstanding, or the wall between schools does not stand")
            return
        found.faults += await verify()
        broken = await broken_invariants(made_up=made_up)
        found.faults += [f"{count} rows break: {name}" for name, count in broken.items()]
        newest = await fetch_one(NEWEST)
    found.newest = (newest["id"], newest["recorded_at"]) if newest else None


async def _run(programs: Path, url: str, program: str, *options: str, dump: str = "") -> None:
    """Run a program of PostgreSQL on the database; the password stands in no list of processes. Raises DrillFailed."""
    address = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    password = address.pop("password", "")
    process = await asyncio.create_subprocess_exec(
        programs / program,
        *options,
        f"--dbname={make_conninfo(**address)}",
        *([dump] if dump else []),
        env={**os.environ, "PGPASSWORD": password},
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    if process.returncode:
        raise DrillFailed(f"{program}: {said.decode(errors='replace').strip()}")
