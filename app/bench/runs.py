"""Measurements of a web process of its own: rate, processor time and load (PRF-7, PRF-8, PRF-18)."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from itertools import cycle
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

from app.bench.client import Unexpected
from app.bench.metrics import Metric, percentile
from app.bench.pages import Ear
from app.bench.process import resident, running
from app.bench.remote import Pace, Remote, rate_of
from app.bench.scratch import MOMENT
from app.bench.walks import PutOff, measured_urn, record_of_first, register, tutor
from app.bench.world import free_port, in_use, served, teaching_records
from app.db.engine import fetch

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from app.bench.client import Client
    from app.bench.world import World

VISITORS, CORES = 60, 2
REGISTRATIONS = 15
MILLION = 1_000_000
ALL_HERE = 5.0
"""Seconds until every visitor has come: who comes one after the other does not confirm at one moment."""
BETWEEN_VISITS = timedelta(seconds=20)
WARM = 0.1
"""The share of a soak after which nothing is new any more."""


async def asgi(world: World) -> list[Metric]:
    """Compare the health endpoint with the bare answer of the machine (PRF-7)."""
    async with served(world) as web:
        with bare_answers() as bare:
            pairs = [
                (await rate_of(web.port, "/health/live", seconds=2), await rate_of(bare, "/", seconds=2))
                for _ in range(3)
            ]
    return [
        Metric("asgi bare answers", median(bare for _, bare in pairs), "a second", better="higher"),
        Metric("asgi health (R7)", median(ours / bare for ours, bare in pairs), "ratio", 0.4, "higher"),
    ]


@contextmanager
def bare_answers() -> Iterator[int]:
    """Serve the least that there is, in a process of its own; gives its port."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "app.bench.bare:application", "--port", str(port)]
    process = subprocess.Popen([*command, "--log-level", "critical", "--no-access-log"])  # noqa: S603 - our own
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    import socket  # noqa: PLC0415
    import time  # noqa: PLC0415

    for _ in range(100):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise ConnectionError("the bare application did not start")


async def registration(world: World) -> list[Metric]:
    """Add up the processor time of every request of a registration (PRF-8)."""
    async with in_use(world):
        client = await tutor(world.app, measured_urn(1))
        await register(client, world.new_trn())
        heard = Ear()
        with heard.listening():
            for _ in range(REGISTRATIONS):
                await register(client, world.new_trn())
    return cost_of(heard.lines, REGISTRATIONS)


def cost_of(lines: Sequence[Mapping[str, Any]], registrations: int) -> list[Metric]:
    """Return what the requests of so many registrations cost together, for each of them."""
    cpu = sum(line["request_cpu_time"] for line in lines) / registrations
    sql = sum(line["db_count"] for line in lines) / registrations
    asked = len(lines) / registrations
    return [
        Metric("registration processor time (R8)", cpu * 1_000, "ms", 20, note=f"{asked:.0f} requests"),
        Metric("registration statements", sql, "statements"),
    ]


async def process(world: World) -> list[Metric]:
    """Tell what a registration costs a web process altogether: with its server, its loop and what the driver reads."""
    async with served(world) as web:
        visitor = Remote(web.port, Pace(MILLION))
        await come(visitor, measured_urn(1), MOMENT)
        await register(visitor, world.new_trn())
        before = running(web.pid)
        for _ in range(REGISTRATIONS):
            await register(visitor, world.new_trn())
        spent = running(web.pid) - before
        await visitor.close()
    return [Metric("registration, the whole web process", spent / REGISTRATIONS * 1_000, "ms")]


async def schools_at_work(world: World) -> list[str]:
    """Return schools whose offices can register."""
    async with in_use(world):
        rows = await fetch(
            "SELECT urn FROM school s WHERE last_lead_provider_id IS NOT NULL"
            " AND EXISTS (SELECT FROM induction_tutor WHERE school_id = s.id) ORDER BY urn LIMIT 10000"
        )
    return [row["urn"] for row in rows]


async def _driven(world: World, port: int, pace: Pace, seconds: float, urns: list[str]) -> int:
    """Let visitors look and register at a pace; returns how many registrations were confirmed."""
    started = perf_counter()
    pace.begun_at = pace.begun_at or started
    until, confirmed, visits = started + seconds, 0, offices(urns)

    async def visit(number: int) -> None:
        nonlocal confirmed
        visitor = Remote(port, pace)
        await asyncio.sleep(number / VISITORS * ALL_HERE)
        while perf_counter() < until:
            try:
                await come(visitor, *next(visits))
                await _look(visitor)
                await register(visitor, world.new_trn())
                confirmed += 1
            except PutOff:
                pace.put_off += 1
                await asyncio.sleep(1)
            except Unexpected as fault:
                confirmed += visitor.address.endswith("/confirmation")  # whether that page came or not
                if not str(fault).startswith("503 "):  # noted when it came
                    pace.faults.append(str(fault))
            except (OSError, asyncio.IncompleteReadError) as fault:
                pace.faults.append(type(fault).__name__)
                await visitor.close()
        await visitor.close()

    await asyncio.gather(*(visit(number) for number in range(VISITORS)))
    return confirmed


def offices(urns: Sequence[str]) -> Iterator[tuple[str, datetime]]:
    """Give the school of each visit and its time, one school after the other: each is within its limits of look-ups."""
    return ((urn, MOMENT + number * BETWEEN_VISITS) for number, urn in enumerate(cycle(urns)))


async def come(visitor: Client, urn: str, moment: datetime) -> None:
    """Sign in as the office of a school at a time. Raises Unexpected."""
    visitor.at(moment)
    visitor.address = ""
    await visitor.sign_in(urn, f"office1@s{urn}.example")


async def _look(visitor: Remote) -> None:
    for path in ("/school/home", "/school/ects", "/school/mentors", "/school/partnerships"):
        await visitor.get(path)
    with suppress(Unexpected):
        await visitor.get(await record_of_first(visitor))


def told(name: str, pace: Pace, bars: dict[float, float]) -> list[Metric]:
    """Return the percentiles of a run beside their bars, and how many answers were none (PRF-18)."""
    note = f"{pace.reached:.0f} answers a second of {pace.rate:g} wanted"
    made = [
        Metric(f"{name} p{share * 100:g}", percentile(pace.seconds, share) * 1_000, "ms", bar, note=note)
        for share, bar in bars.items()
    ]
    kinds = ", ".join(f"{count} × {kind}" for kind, count in Counter(pace.faults).most_common(3))
    later = Metric(f"{name} asked to come back later", pace.put_off, "people")
    return [*made, Metric(f"{name} faults", len(pace.faults), "faults", 0, note=kinds), later]


def at_rate(
    name: str, rate: float, minutes: float, bars: dict[float, float], *, processes: int = 1
) -> Callable[[World], Awaitable[list[Metric]]]:
    """Return a run at one rate for so many minutes, unless fewer are asked for (PRF-18)."""

    async def run(world: World) -> list[Metric]:
        urns, pace = await schools_at_work(world), Pace(rate)
        seconds = min(minutes, world.minutes) * 60
        async with served(world, processes=processes) as web:
            before = await _registered(world)
            confirmed = await _driven(world, web.port, pace, seconds, urns)
            stored = await _registered(world) - before
        note = f"{confirmed:,} confirmed"
        lost = Metric(f"{name} registrations lost or made twice", abs(stored - confirmed), "people", 0, note=note)
        return [*told(name, pace, bars), lost]

    return run


async def year(world: World) -> list[Metric]:
    """Register a year's people in an hour: two processes, teaching records as slow and as often as in life (PRF-18)."""
    with teaching_records(as_in_life=True) as records:
        lived = replace(world, records=records)
        lived_in = at_rate("year", 180, 60, {0.95: 300}, processes=CORES)
        return await lived_in(lived)


async def soak(world: World) -> list[Metric]:
    """Go on at 20 a second for two hours; memory stays what it was once everything is warm (PRF-18)."""
    urns, pace = await schools_at_work(world), Pace(20)
    seconds = min(120, world.minutes) * 60
    async with served(world) as web:
        before = await _registered(world)
        confirmed = await _driven(world, web.port, pace, seconds * WARM, urns)
        size = resident(web.pid)
        confirmed += await _driven(world, web.port, pace, seconds * (1 - WARM), urns)
        grown = resident(web.pid) - size
        stored = await _registered(world) - before
    note = f"{confirmed:,} registrations in {seconds / 60:.0f} minutes"
    return [
        *told("soak", pace, {0.95: 100}),
        Metric("soak registrations lost or made twice", abs(stored - confirmed), "people", 0),
        Metric("soak memory grown", grown / MILLION, "MB", 5, note=note),
    ]


async def _registered(world: World) -> int:
    async with in_use(world):
        return int((await fetch("SELECT count(*) FROM ect_at_school_period"))[0][0])


async def spike(world: World) -> list[Metric]:
    """Go from nothing to 200 a second at once, then see how soon pages are quick again (PRF-18)."""
    urns = await schools_at_work(world)
    async with served(world) as web:
        pace, after = Pace(200), Pace(20)
        await _driven(world, web.port, pace, 15, urns)
        started = perf_counter()
        visitor = Remote(web.port, after)
        await visitor.sign_in(urns[0], f"office1@s{urns[0]}.example")
        while perf_counter() - started < 30:  # noqa: PLR2004 - three times the bar
            await visitor.get("/school/home")
            if after.seconds[-1] < 0.25:  # noqa: PLR2004 - quick again
                break
        await visitor.close()
    crashed = [fault for fault in pace.faults if fault != "busy"]
    return [
        Metric("spike answers other than 503", len(crashed), "faults", 0, note=", ".join(sorted(set(crashed))[:3])),
        Metric("spike recovered after", perf_counter() - started, "s", 10),
    ]


async def breaking(world: World) -> list[Metric]:
    """Raise the rate until pages fail or take a second, and write down where that was (PRF-18)."""
    urns, rate, manner = await schools_at_work(world), 20.0, "not reached"
    best = 0.0
    async with served(world) as web:
        while rate <= 640:  # noqa: PLR2004 - more than this machine can ask
            pace = Pace(rate)
            await _driven(world, web.port, pace, 8, urns)
            best = max(best, pace.reached)
            slow = percentile(pace.seconds, 0.95)
            if pace.faults or slow > 1:
                manner = f"p95 {slow:.1f} s, {len(pace.faults)} faults at {rate:g} a second wanted"
                break
            rate *= 1.5
    return [Metric("break, most answers a second", best, "a second", better="higher", note=manner)]
