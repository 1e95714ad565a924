"""How large the web process and the worker are after real work (PRF-9)."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING

from app.adapters.trs import TRSClient
from app.bench.client import Unexpected
from app.bench.metrics import Metric
from app.bench.process import peak, resident
from app.bench.remote import Pace, Remote
from app.bench.runs import come, offices, schools_at_work
from app.bench.walks import register
from app.bench.world import KEY, environment, in_use, running, served
from app.db.engine import fetch
from app.jobs.queue import make_queue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.bench.world import World

EARLY, JOURNEYS = 100, 10_000
"""Journeys before memory is looked at first, when the pages are warm, and last, unless minutes run out (PRF-9)."""
ATTEMPTS_IN_VAIN = 20
MILLION = 1_000_000
GROWN_BAR, WEB_BAR, WORKER_BAR = 5, 150, 120
"""Megabytes."""
NIGHTLY = """SELECT count(*) FILTER (WHERE status IN ('todo', 'doing')) AS waiting,
    count(*) FILTER (WHERE status = 'failed') AS failed FROM procrastinate_jobs"""


async def memory(world: World) -> list[Metric]:
    """Look at the web process after few and after many journeys, and at the worker that sent their mail (PRF-9)."""
    urns = await schools_at_work(world)
    until = perf_counter() + world.minutes * 60
    with _worker(world) as worker:
        async with served(world) as web:
            pace = Pace(MILLION)
            early = await journeys(world, web.port, pace, urns, count=EARLY, until=until)
            before = resident(web.pid)
            done = early + await journeys(world, web.port, pace, urns, count=JOURNEYS - early, until=until)
            after = resident(web.pid)
        jobs, left = await _every_job(world, min(world.minutes, 5) * 60)
        size, most = resident(worker), peak(worker)
    grown = f"after {done:,} journeys against {early}"
    worked = f"at most {most / MILLION:.0f} MB, mail of {done:,} journeys, {jobs} kinds of job, {left} still waiting"
    return [
        Metric("memory grown (R9)", (after - before) / MILLION, "MB", GROWN_BAR, note=grown),
        Metric("memory resident, web process", after / MILLION, "MB", WEB_BAR, note=f"{len(pace.seconds):,} requests"),
        Metric("memory resident, worker", size / MILLION, "MB", WORKER_BAR, note=worked),
    ]


async def journeys(world: World, port: int, pace: Pace, urns: list[str], *, count: int, until: float) -> int:
    """Let visitors register people, so many unless the time runs out; returns how many did.

    Raises Unexpected when nobody gets through.
    """
    begun, done, in_vain, visits = 0, 0, 0, offices(urns)

    async def visit() -> None:
        nonlocal begun, done, in_vain
        while begun < count and perf_counter() < until:
            begun += 1
            visitor = Remote(port, pace)
            try:
                await come(visitor, *next(visits))
                await register(visitor, world.new_trn())
                done, in_vain = done + 1, 0
            except (Unexpected, OSError, asyncio.IncompleteReadError) as fault:
                begun, in_vain = begun - 1, in_vain + 1
                if in_vain > ATTEMPTS_IN_VAIN:
                    raise Unexpected(f"nobody gets registered: {fault}") from fault
            finally:
                await visitor.close()

    async with asyncio.TaskGroup() as group:
        for _ in range(min(12, max(1, count // 8))):
            group.create_task(visit())
    return done


@contextmanager
def _worker(world: World) -> Iterator[int]:
    """Run `register worker` on the scratch database; gives the number of the process."""
    with running("worker", environment=environment(world)) as process:
        yield process.pid
        if process.poll() is not None:
            raise ConnectionError("the worker ended by itself")


async def _every_job(world: World, seconds: float) -> tuple[int, int]:
    """Queue every job that the worker does by the clock, wait until it has, and return how many and what is left."""
    trs = TRSClient(world.records, KEY)
    queue = make_queue(world.scratch.url, periodic=False, trs=trs)
    await trs.close()
    names = [name for name, task in queue.tasks.items() if task.queueing_lock is not None]
    async with queue.open_async():
        for name in names:
            await queue.configure_task(name).defer_async(timestamp=0)
    until = perf_counter() + seconds
    async with in_use(world):
        while perf_counter() < until:
            (row,) = await fetch(NIGHTLY)
            if not row["waiting"]:
                break
            await asyncio.sleep(1)
        (row,) = await fetch(NIGHTLY)
    if row["failed"]:
        raise Unexpected(f"{row['failed']} jobs failed")
    return len(names), int(row["waiting"])
