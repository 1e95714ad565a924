"""How long a lead provider takes to copy everything, and to stay in step by the feed (API-17.8, PRF-18)."""

from __future__ import annotations

import asyncio
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import cycle, islice
from multiprocessing import get_context
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

import msgspec

from app.bench.caller import LISTS, YEAR, Caller, biggest, caller, expected, rename, token_of
from app.bench.client import Unexpected
from app.bench.metrics import Metric, percentile
from app.bench.pages import LISTS as PAGES
from app.bench.pages import Ear
from app.bench.programs import NO_PACE, PROGRAMS
from app.bench.remote import Pace, Remote
from app.bench.runs import schools_at_work
from app.bench.scratch import opened
from app.bench.world import in_use, served
from app.provider_records.asked import ResourceType

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from app.bench.client import Answer, Client
    from app.bench.world import World

CHANGED = 200
SIZE, PEOPLE, TURNS = 3_000, 20_000, 3
VISITORS, RATE = 4, 5.0
MOST_SECONDS = 30
PEOPLE_BAR, TOGETHER_BAR, WEB_BAR = 2, 5, 200
"""Seconds for one, for each of seven, and milliseconds for a page of a school meanwhile."""


class Links(msgspec.Struct):
    """The way to the next page."""

    next: str | None


class Page(msgspec.Struct):
    """A page of people, counted and not read: what programs make of it, their own machines do."""

    data: list[msgspec.Raw]
    links: Links


PAGE = msgspec.json.Decoder(Page)
Copied = tuple[float, int]
"""In how many seconds how many people were copied."""


async def sync(world: World) -> list[Metric]:
    """Copy one lead provider in full by cursor, then follow a few hundred changes one by one."""
    async with in_use(world):
        who = await caller(world)
        position = (await who.get("/changes?page[after]=latest"))["links"]["next"].removeprefix("/api/v3")
        started = perf_counter()
        requests, copy = await _copied(who)
        copying = perf_counter() - started
        changed = await rename(who, CHANGED)
        started = perf_counter()
        followed = await _followed(who, position, copy)
        following = perf_counter() - started
        walked = await _people(who)
    if followed != changed:
        raise Unexpected(f"{followed} of {changed} changed participants came by the feed")
    return [
        *walked,
        Metric("sync full copy", copying, "s", note=f"{len(copy):,} records of one lead provider"),
        Metric("sync full copy, requests", requests, "requests"),
        Metric("sync records a second", len(copy) / copying, "a second", better="higher"),
        Metric("sync following 200 changes", following, "s", note=f"{changed} changed, each fetched by itself"),
        *await seven_at_once(world),
    ]


async def _people(who: Caller) -> list[Metric]:
    """Walk the participants at 3,000 a page several times, and add up the server's time for them (PRF-18)."""
    whole, last_to_first, people = [], [], 0
    for _ in range(TURNS):
        heard, people = Ear(), 0
        with heard.listening():
            async for rows in _pages(who.ask):
                people += rows
        took = [float(line["request_time"]) for line in heard.lines]
        whole.append(sum(took))
        # The very last page may hold a handful of people.
        last_to_first.append(took[-2] / took[0] if len(took) > 1 else 1.0)
    full = f"{len(took)} pages of {SIZE:,}, the last full one"
    return [
        Metric("sync people, server time", median(whole), "s", PEOPLE_BAR, note=f"{people:,} people"),
        Metric("sync people, last page against first", median(last_to_first), "ratio", 1.2, note=full),
    ]


async def _pages(ask: Callable[[str], Awaitable[Answer]]) -> AsyncIterator[int]:
    """Follow the links from page to page until so many people have come; gives how many each holds."""
    following, people = f"/participants?page[per_page]={SIZE}&page[after]=", 0
    while following and people < PEOPLE:
        page = PAGE.decode((await ask(following)).body)
        following = (page.links.next or "").removeprefix("/api/v3")
        people += len(page.data)
        yield len(page.data)


async def seven_at_once(world: World) -> list[Metric]:
    """Let seven lead providers copy their people at the same time from a web process that schools use too (PRF-18).

    They read in a process of their own: what comes for one of them keeps no visitor waiting on this side.
    """
    urns = await schools_at_work(world)
    async with opened(world.scratch), served(world) as web:
        tokens = [await token_of(one) for one in islice(cycle(await biggest(PROGRAMS)), PROGRAMS)]
        with ProcessPoolExecutor(1, get_context("spawn")) as apart:
            run = partial(asyncio.get_running_loop().run_in_executor, apart)
            await run(copy_from, web.port, ())  # starts the process
            visitors = [Remote(web.port, NO_PACE) for _ in range(VISITORS)]
            return await copied_beside(partial(run, copy_from, web.port, tokens), visitors, urns)


def copy_from(port: int, tokens: Sequence[str]) -> list[Copied]:
    """Copy the people of the lead provider of each token at the same time."""
    programs = [Remote(port, NO_PACE) for _ in tokens]
    for program, token in zip(programs, tokens, strict=True):
        program.headers["authorization"] = token
    return asyncio.run(copy_people(programs))


async def copy_people(programs: Sequence[Client]) -> list[Copied]:
    """Let each program copy its people at the same time. Raises Unexpected."""
    return await asyncio.gather(*(_copying(program) for program in programs))


async def copied_beside(
    copy: Callable[[], Awaitable[list[Copied]]], visitors: Sequence[Remote], urns: Sequence[str]
) -> list[Metric]:
    """Time the copies of each program, and what visitors of school pages wait meanwhile.

    The first turn is told apart: in it a process and its connections do everything for the first time.
    """
    waited: list[float] = []
    seen = asyncio.Event()
    for visitor, urn in zip(visitors, cycle(urns), strict=False):
        await visitor.sign_in(urn, f"office1@s{urn}.example")
    looking = [asyncio.create_task(_looking(visitor, waited, seen)) for visitor in visitors]
    try:
        taken = [await copy()]
        async with asyncio.timeout(MOST_SECONDS):
            await seen.wait()
        first = waited.copy()
        waited.clear()
        seen.clear()
        taken += [await copy() for _ in range(TURNS)]
        async with asyncio.timeout(MOST_SECONDS):
            await seen.wait()
    finally:
        for task in looking:
            task.cancel()
        ended = await asyncio.gather(*looking, return_exceptions=True)
    if faults := [fault for fault in ended if isinstance(fault, Exception)]:
        raise faults[0]
    for each in visitors:
        await each.close()
    note = f"{len(taken[0])} programs, {sum(people for _, people in taken[0]):,} people"
    slowest = max(seconds for turn in taken for seconds, _ in turn)
    return [
        Metric("sync seven at once, the slowest", slowest, "s", TOGETHER_BAR, note=note),
        Metric("sync pages of schools meanwhile, first turn p95", percentile(first, 0.95) * 1_000, "ms", WEB_BAR,
               note=f"{len(first)} pages"),
        Metric("sync pages of schools meanwhile p95", percentile(waited, 0.95) * 1_000, "ms", WEB_BAR,
               note=f"{len(waited)} pages"),
    ]  # fmt: skip


async def _copying(program: Client) -> Copied:
    """Copy the people of one lead provider. Raises Unexpected."""

    async def ask(path: str) -> Answer:
        return expected(await program.get(f"/api/v3{path}"), 200, path)

    started = perf_counter()
    people = sum([rows async for rows in _pages(ask)])
    return perf_counter() - started, people


async def _looking(visitor: Remote, waited: list[float], seen: asyncio.Event) -> None:
    """Look at one page after another at a rate, and keep how long each took from its turn, until cancelled."""
    pace = Pace(RATE, next_at=perf_counter())
    for path in cycle(PAGES):
        started = await pace.turn()
        answer = await visitor.get(path)
        waited.append(perf_counter() - started)
        expected(answer, 200, path)
        seen.set()


async def _copied(who: Caller) -> tuple[int, dict[tuple[str, str], int]]:
    """Walk every list, of schools that of one cohort; returns the requests and a digest of each record."""
    requests, copy = 0, dict[tuple[str, str], int]()
    for kind, path in LISTS.items():
        cohort = f"&filter[cohort]={YEAR}" if kind is ResourceType.SCHOOL else ""
        following: str | None = f"{path}?page[per_page]={SIZE}&page[after]={cohort}"
        while following:
            page = await who.get(following.removeprefix("/api/v3"))
            requests, following = requests + 1, page["links"]["next"]
            copy |= {(kind.value, row["id"]): _digest(row) for row in page["data"]}
    return requests, copy


async def _followed(who: Caller, position: str, copy: dict[tuple[str, str], int]) -> int:
    """Apply what the feed says of participants; returns of how many the copy changed."""
    changed, more = 0, True
    while more:
        page = await who.get(position)
        position, more = page["links"]["next"].removeprefix("/api/v3"), page["meta"]["more"]
        for entry in (one["attributes"] for one in page["data"]):
            if entry["resource_type"] == ResourceType.PARTICIPANT:
                now = _digest((await who.get(f"/participants/{entry['resource_id']}"))["data"])
                key = (entry["resource_type"], entry["resource_id"])
                changed += copy.get(key) != now
                copy[key] = now
    return changed


def _digest(record: dict[str, Any]) -> int:
    """Stand for all that is shown: `updated_at` alone, shown to the second, may hide a change within one."""
    return hash(msgspec.json.encode(record["attributes"]))
