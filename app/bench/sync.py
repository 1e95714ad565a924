"""How long a lead provider takes to copy everything, and to stay in step by the feed (API-17.8)."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

import msgspec

from app.bench.caller import LISTS, YEAR, Caller, caller, rename
from app.bench.client import Unexpected
from app.bench.metrics import Metric
from app.bench.world import in_use
from app.provider_records.asked import ResourceType

if TYPE_CHECKING:
    from app.bench.world import World

CHANGED = 200
SIZE = 3_000


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
    if followed != changed:
        raise Unexpected(f"{followed} of {changed} changed participants came by the feed")
    return [
        Metric("sync full copy", copying, "s", note=f"{len(copy):,} records of one lead provider"),
        Metric("sync full copy, requests", requests, "requests"),
        Metric("sync records a second", len(copy) / copying, "a second", better="higher"),
        Metric("sync following 200 changes", following, "s", note=f"{changed} changed, each fetched by itself"),
    ]


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
