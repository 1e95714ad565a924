"""The programs of seven lead providers at once, as often as their limit lets them, while the day turns (API-26.4)."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from itertools import count, cycle, islice
from time import perf_counter
from typing import TYPE_CHECKING

from app import clock
from app.bench.caller import LISTS, YEAR, biggest, token_of
from app.bench.metrics import Metric, percentile
from app.bench.remote import Pace, Remote
from app.bench.scratch import AS_OF, MOMENT, opened
from app.bench.world import served
from app.provider_records.turn_day import turn_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.bench.client import Answer, Client
    from app.bench.world import World

PROGRAMS, RATE, MINUTES, BAR = 7, 23.0, 5, 400
"""Just within 1,000 requests of each token in five minutes (API-21.1)."""
NO_PACE = Pace(1_000_000)
TOMORROW = MOMENT + timedelta(days=1)
"""When the requests are made: what the data's day left has to be worked out until the day is turned."""
COHORT = f"filter[cohort]={YEAR}"
ONE, SAME, WRITE = "one", "same", "write"
MIX = (
    *(f"{path}?{COHORT}" for path in LISTS.values()),
    *(f"/participants?{COHORT}&page[page]={number}" for number in (2, 5)),
    f"/participants?filter[updated_since]={AS_OF}",
    "/participants?filter[training_status]=withdrawn",
    "/participants?sort=-updated_at&page[after]=",
    "/participants?page[per_page]=3000",
    "/changes?page[after]=latest",
    *(ONE, ONE, ONE, SAME, SAME),
    WRITE,
)
"""Every twentieth request writes."""
ALLOWED = {200, 304, 422}


async def calls(world: World) -> list[Metric]:
    """Ask a web process of its own."""
    async with opened(world.scratch), served(world) as web:
        clients = []
        for lead_provider_id in islice(cycle(await biggest(PROGRAMS)), PROGRAMS):
            one = Remote(web.port, NO_PACE)
            one.headers["authorization"] = await token_of(lead_provider_id)
            clients.append(one)
        found = await driven(clients, min(MINUTES, world.minutes) * 60)
        for one in clients:
            await one.close()
    return found


async def driven(clients: Sequence[Client], seconds: float) -> list[Metric]:
    """Let each client ask at its share of the rate for so long, and turn the day meanwhile."""
    paces = [Pace(RATE / len(clients)) for _ in clients]
    until = perf_counter() + seconds
    async with asyncio.TaskGroup() as group:
        turning = group.create_task(_turned(seconds / 3))
        for client, pace in zip(clients, paces, strict=True):
            group.create_task(_ask(client, pace, until))
    taken = [one for pace in paces for one in pace.seconds]
    faults = [fault for pace in paces for fault in pace.faults]
    note = f"{len(taken) / seconds:.0f} answers a second of {RATE:g} wanted"
    kinds = ", ".join(sorted(set(faults))[:3])
    return [
        Metric("calls p95", percentile(taken, 0.95) * 1_000, "ms", BAR, note=note),
        Metric("calls p50", percentile(taken, 0.5) * 1_000, "ms"),
        Metric("calls faults", len(faults), "faults", 0, note=kinds),
        Metric("calls turned by the day meanwhile", turning.result(), "people and schools", better="higher"),
    ]


async def _turned(after: float) -> int:
    await asyncio.sleep(after)
    with clock.at(TOMORROW):
        return await turn_day()


async def _ask(client: Client, pace: Pace, until: float) -> None:
    client.headers["x-with-server-date"] = TOMORROW.isoformat()
    first = await client.get("/api/v3/participants?filter[training_status]=active")
    people = [one["id"] for one in json.loads(first.body)["data"]]
    for number in count():
        started = await pace.turn()
        if perf_counter() >= until:
            return
        what = MIX[number % len(MIX)]
        answer = await _asked(client, what, people[number % len(people)], number, first.headers["etag"])
        pace.note(started, answer.status, what)
        if answer.status not in ALLOWED and answer.status < 500:  # noqa: PLR2004 - those are noted already
            pace.faults.append(f"{answer.status} {what}")


async def _asked(client: Client, what: str, person: str, number: int, tag: str) -> Answer:
    path = f"/api/v3/participants/{person}"
    if what == WRITE:
        act = "withdraw" if number // len(MIX) % 2 == 0 else "resume"
        attributes = {"course_identifier": "ecf-induction", "reason": "other"}
        return await client.send("PUT", f"{path}/{act}", {"data": {"attributes": attributes}})
    if what == SAME:
        return await client.get("/api/v3/participants", **{"if-none-match": tag})
    return await client.get(path if what == ONE else f"/api/v3{what}")
