"""How long the school register takes: first, again, all changed, and beside schools at work (PRF-18, REF-2.11)."""

from __future__ import annotations

import asyncio
import csv
import os
import sys
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING

import asyncpg

from app.bench.client import Unexpected
from app.bench.metrics import Metric, percentile
from app.bench.process import peak, processor
from app.bench.remote import Pace, Remote
from app.bench.scratch import AS_OF, beside, opened
from app.bench.walks import register
from app.bench.world import in_use, served
from app.db.engine import fetch
from app.db.migrate import migrate
from app.events.record import CHAIN_LOCK

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from app.bench.world import World

FIRST_BAR, AGAIN_BAR, MEMORY_BAR, LOCK_BAR = 90, 30, 300, 1
SCHOOLS = 27_660
"""Generated schools, which with those that closed long ago make the 52,000 of REF-2.11."""
TEACHERS = 2_500
"""Few: only the files of schools are used."""
VISITORS, RATE = 6, 10.0
PAGES = ("/school/home", "/school/ects", "/school/mentors", "/school/partnerships")


@dataclass(frozen=True)
class Ran:
    """What one run of the command took: seconds of clock and processor, bytes at most."""

    wall: float
    processor: float
    peak: float


async def register_import(world: World) -> list[Metric]:
    """Import files of the country's size: into an empty database, again, all changed, and beside schools at work."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        sizes = ("--schools", str(SCHOOLS), "--teachers", str(TEACHERS), "--history", "none")
        day = ("--as-of", AS_OF.isoformat())
        await _run("generate", "national", *sizes, *day, "--out", str(folder), url=world.scratch.url)
        async with beside(world.scratch, "import", copied=False) as empty:
            async with opened(empty):
                await migrate()
            idle = await _run("check-config", url=empty.url)
            first, again = [await _import(folder, empty.url, days=days) for days in (0, 1)]
            changed, later = await _all_changed(folder, empty.url)
        beside_work = await _while_used(world, folder)
    grown = (max(first.peak, again.peak, changed.peak) - idle.peak) / 1_000_000
    return [
        Metric("import first", first.wall, "s", FIRST_BAR, note="52,000 establishments, 37,600 links"),
        Metric("import first, processor time", first.processor, "s"),
        Metric("import again, nothing changed", again.wall, "s", AGAIN_BAR),
        Metric("import again, processor time", again.processor, "s"),
        Metric("import memory above idle", grown, "MB", MEMORY_BAR, note=f"idle {idle.peak / 1_000_000:.0f} MB"),
        *later,
        *beside_work,
    ]


async def _all_changed(folder: Path, url: str) -> tuple[Ran, list[Metric]]:
    """Import a later file that renames every stored school, and see how long others wait meanwhile."""
    _rename(folder / "establishments.csv")
    schools, writers = [0.0], [0.0]
    async with _asked_for(url, schools), _to_be_written(url, writers):
        ran = await _import(folder, url, days=2)
    return ran, [
        Metric("import later, every school changed", ran.wall, "s"),
        Metric("import later, processor time", ran.processor, "s"),
        Metric("import later, longest wait for a school", max(schools), "s", LOCK_BAR, note=_asked(schools)),
        Metric("import later, longest wait to write an event", max(writers), "s", LOCK_BAR, note=_asked(writers)),
    ]


def _asked(waits: list[float]) -> str:
    return f"{len(waits)} asked for"


def _rename(path: Path) -> None:
    """Give every school of the file another name."""
    with path.open(encoding="cp1252", newline="") as file:
        header, *rows = csv.reader(file)
    name = header.index("EstablishmentName")
    for row in rows:
        row[name] = f"{row[name]} (renamed)"
    with path.open("w", encoding="cp1252", newline="") as file:
        csv.writer(file).writerows([header, *rows])


async def _import(folder: Path, url: str, *, days: int) -> Ran:
    day = (AS_OF + timedelta(days=days)).isoformat()
    files = ("--establishments", str(folder / "establishments.csv"), "--links", str(folder / "links.csv"))
    return await _run("schools", "import", *files, "--as-of", day, url=url)


async def _run(*words: str, url: str) -> Ran:
    """Run `register …` in a process of its own to its end; raises ConnectionError when it fails."""
    started = perf_counter()
    environment = os.environ | {"DATABASE_URL": url, "ENVIRONMENT": "test"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app.cli", *words),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )
    most, used = 0.0, 0.0
    while process.returncode is None:
        # Looked at while it runs: afterwards only the largest of all children is known.
        with suppress(OSError, ValueError, IndexError):
            most, used = max(most, peak(process.pid)), processor(process.pid)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 0.05)
    if process.returncode:
        said = (await process.stderr.read()).decode() if process.stderr else ""
        last = (said.strip().splitlines() or ["without a word"])[-1]
        raise ConnectionError(f"register {words[0]} ended with {process.returncode}: {last}")
    return Ran(perf_counter() - started, used, most)


async def _while_used(world: World, folder: Path) -> list[Metric]:
    """Import beside visitors, and see how long the row of a school cannot be had."""
    async with in_use(world):
        rows = await fetch(
            "SELECT urn FROM school s WHERE EXISTS (SELECT FROM induction_tutor WHERE school_id = s.id) LIMIT $1",
            VISITORS,
        )
    async with served(world) as web:
        pace, waits = Pace(RATE), [0.0]
        async with _visited(world, web.port, pace, [row["urn"] for row in rows]), _asked_for(world.scratch.url, waits):
            ran = await _import(folder, world.scratch.url, days=2)
    note = f"{len(pace.seconds)} answers in {ran.wall:.0f} s"
    return [
        Metric("import while used, pages p95", percentile(pace.seconds, 0.95) * 1_000, "ms", note=note),
        Metric("import while used, slowest answer", max(pace.seconds, default=0), "s"),
        Metric(
            "import while used, faults", len(pace.faults), "faults", 0, note=", ".join(sorted(set(pace.faults))[:3])
        ),
        Metric("import while used, longest wait for a school", max(waits), "s", LOCK_BAR, note=_asked(waits)),
    ]


@asynccontextmanager
async def _visited(world: World, port: int, pace: Pace, urns: list[str]) -> AsyncIterator[None]:
    """Let visitors look at their school's pages and register people for as long as the body takes."""

    async def visit(urn: str) -> None:
        visitor = Remote(port, pace)
        try:
            await visitor.sign_in(urn, f"office1@s{urn}.example")
            while True:
                for path in PAGES:
                    await visitor.get(path)
                await register(visitor, world.new_trn())
        except (Unexpected, OSError, asyncio.IncompleteReadError) as fault:
            pace.faults.append(f"{type(fault).__name__}: {fault}")
        finally:
            await visitor.close()

    async with asyncio.TaskGroup() as group:
        visits = [group.create_task(visit(urn)) for urn in urns]
        yield
        for one in visits:
            one.cancel()


@asynccontextmanager
async def _asked_for(url: str, waits: list[float]) -> AsyncIterator[None]:
    """Ask for the row of one stored school after another, as who changes it does, and keep how long each took."""
    conn = await asyncpg.connect(url)
    ids = [row["id"] for row in await conn.fetch("SELECT id FROM school ORDER BY md5(id::text) LIMIT 250")]
    async with _repeated(conn, "SELECT FROM school WHERE id = $1 FOR UPDATE", ids, waits):
        yield


@asynccontextmanager
async def _to_be_written(url: str, waits: list[float]) -> AsyncIterator[None]:
    """Ask for the lock of the audit trail again and again, as who writes an event does, and keep how long it took."""
    conn = await asyncpg.connect(url)
    async with _repeated(conn, "SELECT pg_advisory_xact_lock($1)", [CHAIN_LOCK], waits):
        yield


@asynccontextmanager
async def _repeated(
    conn: asyncpg.Connection, statement: str, values: list[int], waits: list[float]
) -> AsyncIterator[None]:
    async def ask() -> None:
        while True:
            for value in values:
                started = perf_counter()
                async with conn.transaction():
                    await conn.fetch(statement, value)
                waits.append(perf_counter() - started)
                await asyncio.sleep(0.01)

    asking = asyncio.create_task(ask())
    try:
        yield
    finally:
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking
        await conn.close()
