"""Measurements of the lead provider API in this process: pages, depth, records, feed and a whole copy (API-26)."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Any

import msgspec

from app.bench.caller import LISTS, YEAR, caller, expected, rename
from app.bench.metrics import Metric, percentile, seconds_of
from app.bench.pages import logged
from app.bench.process import forget_peak, peak, resident
from app.bench.scratch import AS_OF
from app.bench.world import in_use
from app.bench.writes import actions, renamed_schools, reports
from app.db.engine import fetch
from app.provider_records.asked import ResourceType

if TYPE_CHECKING:
    from app.bench.caller import Caller
    from app.bench.world import World

LARGE, SMALL = 3_000, 100
MILLISECONDS = 1_000
MILLION = 1_000_000
WAYS = {
    "": "",
    "cohort": f"filter[cohort]={YEAR}",
    "updated_since": f"filter[updated_since]={AS_OF}",
    "training_status": "filter[training_status]=withdrawn",
    "newest first": "sort=-updated_at",
}
# The same resources worked out from the facts, and written by the standard library.
FACTS = """SELECT d.body FROM provider_documents($1, array(SELECT r.subject_id FROM provider_record r
    WHERE r.lead_provider_id = $2 AND r.resource_type = $1 AND r.listed
    ORDER BY r.created_second, r.resource_id LIMIT $3), $4) d WHERE d.lead_provider_id = $2"""


async def api(world: World) -> list[Metric]:
    """Measure lists by every filter and order, deep pages, single records, the feed and writes (API-26.1 to 26.3)."""
    async with in_use(world):
        made = []
        for part in (_memory, _lists, _depth, _large, _unchanged, _feed, actions, reports, renamed_schools):
            # Memory first, while none is kept for pages so large; each with a token of its own, for the limit.
            made += await part(await caller(world))
    return made


async def _lists(who: Caller) -> list[Metric]:
    made: list[Metric] = []
    for kind, path in LISTS.items():
        found = [
            await _asked(who, _with(f"{path}?page[per_page]={size}", kind, query), size)
            for query in WAYS.values()
            for size in (SMALL, LARGE)
        ]
        lone = _with(f"{path}?page[per_page]=1", kind, "")
        counts = {one.statements for one in found} | {(await _asked(who, lone, LARGE)).statements}
        for size, bar in ((SMALL, 100), (LARGE, 1_500)):
            slowest = max((one for one in found if one.size == size), key=lambda one: one.p95)
            note = f"slowest of filters and orders, p50 {slowest.p50 * MILLISECONDS:.1f} ms, {slowest.bytes:,} bytes"
            made.append(Metric(f"api {path}, {size} rows p95", slowest.p95 * MILLISECONDS, "ms", bar, note=note))
        made.append(Metric(f"api {path}, statements", max(counts), "statements", 4, note="one is the limiter's"))
        made.append(Metric(f"api {path}, statements more for more rows", max(counts) - min(counts), "statements", 0))
        made += await _single(who, path, lone)
    return made


@dataclass(frozen=True)
class Asked:
    """What asking for one page several times took."""

    size: int
    p50: float
    p95: float
    bytes: int
    statements: int


async def _asked(who: Caller, address: str, size: int) -> Asked:
    # Now and then a call also notes that its token is in use (API-3.6).
    line = min([await logged(who.client, f"/api/v3{address}") for _ in range(2)], key=lambda each: each["db_count"])
    taken = await seconds_of(partial(who.ask, address), who.rounds if size == SMALL else max(1, who.rounds // 4))
    return Asked(size, median(taken), percentile(taken, 0.95), int(line["bytes"]), int(line["db_count"]))


async def _single(who: Caller, path: str, lone: str) -> list[Metric]:
    """Ask for one record by its id; none where the list is empty."""
    rows = (await who.get(lone))["data"]
    if not rows:
        return []
    cohort = f"?{WAYS['cohort']}" if path == LISTS[ResourceType.SCHOOL] else ""
    moves = path == LISTS[ResourceType.PARTICIPANT_TRANSFER]
    address = f"/participants/{rows[0]['id']}/transfers" if moves else f"{path}/{rows[0]['id']}{cohort}"
    taken = await seconds_of(partial(who.ask, address), who.rounds)
    return [Metric(f"api {path}, one record p95", percentile(taken, 0.95) * MILLISECONDS, "ms", 40)]


def _with(path: str, kind: ResourceType, query: str) -> str:
    parts = [path, query]
    if kind is ResourceType.SCHOOL and "cohort" not in query:
        parts.append(WAYS["cohort"])
    return "&".join(part for part in parts if part)


async def _depth(who: Caller) -> list[Metric]:
    """Compare the last page with the first, by number and by cursor."""
    count = (await fetch("SELECT count(*) FROM provider_record WHERE lead_provider_id = $1 AND listed"
                         " AND resource_type = 'participant'", who.id))[0][0]  # fmt: skip
    last, size = max(1, count // SMALL), max(1, min(LARGE, count // 3))
    by_number = f"/participants?page[per_page]={SMALL}&page[page]={last}"
    taken = await seconds_of(partial(who.ask, by_number), who.rounds)
    following = first = f"/participants?page[per_page]={size}&page[after]="
    for _ in range(count // size - 1):
        following = (await who.get(following))["links"]["next"].removeprefix("/api/v3")
    pairs = [(await _seconds(who, following), await _seconds(who, first)) for _ in range(who.rounds)]
    ratio = median(one / other for one, other in pairs)
    p95 = percentile(taken, 0.95) * MILLISECONDS
    return [
        Metric("api last page by number p95", p95, "ms", 100, note=f"page {last} of {SMALL} rows"),
        Metric("api last page by cursor against first", ratio, "ratio", 1.2, note=f"the last full one of {size}"),
    ]


async def _seconds(who: Caller, path: str) -> float:
    return (await seconds_of(partial(who.ask, path), 1))[0]


async def _large(who: Caller) -> list[Metric]:
    """Compare 3,000 rows with working them out and with encoding alone, in turn so that a busy machine hurts all."""
    path = f"/participants?page[per_page]={LARGE}"
    rows = (await who.get(path))["data"]
    ours, alone = [], []
    for _ in range(max(5, who.rounds)):
        ours.append(await _seconds(who, path))
        alone.append((await seconds_of(partial(_encoded, rows), 1))[0])
    facts = await seconds_of(partial(_worked_out, who), 2)
    share = median(other / our for our, other in zip(ours, alone, strict=True))
    return [
        Metric("api /participants against facts and json", median(ours) / median(facts), "ratio", 1),
        Metric("api rows a second against msgspec alone (R6)", share, "ratio", 0.1, "higher", f"{len(rows)} rows"),
        Metric("api rows a second", len(rows) / median(ours), "a second", better="higher"),
    ]


async def _memory(who: Caller) -> list[Metric]:
    """See how much more of this process is in memory at most while it answers 3,000 rows (API-26.5)."""
    path, process = f"/participants?page[per_page]={LARGE}", os.getpid()
    await who.ask(f"/participants?page[per_page]={SMALL}")
    forget_peak(process)
    before = resident(process)
    rows = len((await who.ask(path)).body)
    more = (peak(process) - before) / MILLION
    return [Metric("api memory more for 3,000 rows", more, "MB", 60, note=f"{rows:,} bytes of answer")]


async def _worked_out(who: Caller) -> None:
    rows = await fetch(FACTS, ResourceType.PARTICIPANT.value, who.id, LARGE, AS_OF)
    json.dumps({"data": [json.loads(row["body"]) for row in rows]})


async def _encoded(rows: list[Any]) -> None:
    msgspec.json.encode({"data": rows})


async def _unchanged(who: Caller) -> list[Metric]:
    tag = (await who.ask("/participants")).headers["etag"]

    async def unchanged() -> None:
        expected(await who.client.get("/api/v3/participants", **{"if-none-match": tag}), 304, "a known ETag")

    same = await seconds_of(unchanged, who.rounds * 3)
    return [Metric("api 304 p95", percentile(same, 0.95) * MILLISECONDS, "ms", 15)]


async def _feed(who: Caller) -> list[Metric]:
    """Read 1,000 entries, made by giving so many people another name."""
    start = (await who.get("/changes?page[after]=latest"))["links"]["next"].removeprefix("/api/v3")
    await rename(who, 1_000)
    taken = await seconds_of(partial(who.ask, f"{start}&page[per_page]=1000"), who.rounds)
    return [Metric("api changes, 1,000 entries p95", percentile(taken, 0.95) * MILLISECONDS, "ms", 100)]
