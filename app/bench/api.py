"""Measurements of the lead provider API in this process: pages, depth, records, feed and a whole copy (API-26)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

import msgspec

from app.access.create_api_token import CreateAPIToken, create_api_token
from app.bench.client import Client, Unexpected
from app.bench.metrics import Metric, percentile, seconds_of
from app.bench.pages import logged
from app.bench.scratch import AS_OF
from app.bench.world import in_use
from app.db.engine import fetch
from app.db.transaction import transaction
from app.provider_records.asked import ResourceType
from app.terms import Actor, ActorKind, LeadProviderId

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from app.bench.world import World

YEAR = AS_OF.year
ROUNDS = 12
"""How often each thing is asked for, where there is a minute for it."""
LARGE, SMALL = 3_000, 100
MILLISECONDS = 1_000
OPERATOR = Actor(ActorKind.OPERATOR, "The bench")
LISTS = {
    ResourceType.SCHOOL: "/schools",
    ResourceType.DELIVERY_PARTNER: "/delivery-partners",
    ResourceType.PARTNERSHIP: "/partnerships",
    ResourceType.PARTICIPANT: "/participants",
    ResourceType.PARTICIPANT_TRANSFER: "/participants/transfers",
    ResourceType.UNFUNDED_MENTOR: "/unfunded-mentors",
    ResourceType.EXPRESSION_OF_INTEREST: "/expressions-of-interest",
}
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
BIGGEST = """SELECT lead_provider_id FROM provider_record WHERE resource_type = 'participant' AND listed
    GROUP BY lead_provider_id ORDER BY count(*) DESC LIMIT 1"""


@dataclass(frozen=True)
class Caller:
    """The lead provider with the most participants, and its program."""

    id: LeadProviderId
    client: Client
    rounds: int

    async def get(self, path: str) -> Any:
        """Read a document below /api/v3. Raises Unexpected."""
        answer = await self.client.get(f"/api/v3{path}")
        if answer.status != 200:  # noqa: PLR2004 - OK
            raise Unexpected(f"{answer.status} for {path}")
        return json.loads(answer.body)


async def caller(world: World) -> Caller:
    """Return the biggest lead provider with a token of its own."""
    biggest = LeadProviderId((await fetch(BIGGEST))[0]["lead_provider_id"])
    made = await create_api_token(CreateAPIToken(biggest), OPERATOR)
    rounds = max(2, min(ROUNDS, int(world.minutes * ROUNDS)))
    return Caller(biggest, Client(world.app, authorization=f"Bearer {made.token}"), rounds)


async def api(world: World) -> list[Metric]:
    """Measure every list by every filter and order, deep pages, single records and the feed (API-26.1 to API-26.3)."""
    async with in_use(world):
        who = await caller(world)
        made = await _lists(who)
        who = await caller(world)
        made += [*await _depth(who), *await _large(who), *await _single(who), await _feed(who)]
    return made


async def _lists(who: Caller) -> list[Metric]:
    made: list[Metric] = []
    for kind, path in LISTS.items():
        slowest, counts = 0.0, set()
        for query in WAYS.values():
            address = _with(f"{path}?page[per_page]={SMALL}", kind, query)
            await who.get(address)
            counts.add(int((await logged(who.client, f"/api/v3{address}"))["db_count"]))
            slowest = max(slowest, percentile(await seconds_of(partial(who.get, address), who.rounds), 0.95))
        made += [
            Metric(
                f"api {path}, 100 rows p95", slowest * MILLISECONDS, "ms", 100, note="slowest of filters and orders"
            ),
            Metric(f"api {path}, statements", max(counts), "statements", 4, note="one is the limiter's"),
        ]
    return made


def _with(path: str, kind: ResourceType, query: str) -> str:
    parts = [path, query]
    if kind is ResourceType.SCHOOL and "cohort" not in query:
        parts.append(WAYS["cohort"])
    return "&".join(part for part in parts if part)


async def _depth(who: Caller) -> list[Metric]:
    """Compare the last page with the first, by number and by cursor."""
    count = (await fetch("SELECT count(*) FROM provider_record WHERE lead_provider_id = $1 AND listed"
                         " AND resource_type = 'participant'", who.id))[0][0]  # fmt: skip
    last, found = max(1, count // SMALL), []
    first = f"/participants?page[per_page]={SMALL}"
    cursor = await _cursor_near_end(who, count)
    for deep in (f"{first}&page[page]={last}", cursor):
        pairs = [(await _seconds(who, deep), await _seconds(who, first)) for _ in range(who.rounds)]
        found.append(median(one / other for one, other in pairs))
    return [
        Metric("api last page by number against first", found[0], "ratio", 2, note=f"page {last}"),
        Metric("api last page by cursor against first", found[1], "ratio", 1.2),
    ]


async def _cursor_near_end(who: Caller, count: int) -> str:
    """Walk in large steps to the last cursor, and give the address of small pages from there."""
    following = f"/participants?page[per_page]={LARGE}&page[after]="
    for _ in range(max(1, (count - SMALL) // LARGE)):
        link = (await who.get(following))["links"]["next"]
        if link is None:
            break
        following = link.removeprefix("/api/v3")
    return following.replace(f"={LARGE}", f"={SMALL}")


async def _seconds(who: Caller, path: str) -> float:
    started = perf_counter()
    await who.get(path)
    return perf_counter() - started


async def _large(who: Caller) -> list[Metric]:
    """Compare 3,000 rows with working them out and with encoding alone."""
    path, made = f"/participants?page[per_page]={LARGE}", []
    rows = (await who.get(path))["data"]
    pairs = [(await _seconds(who, path), await _timed(partial(_worked_out, who))) for _ in range(5)]
    encoding = [await _timed(partial(_encoded, rows)) for _ in range(5)]
    taken = percentile([ours for ours, _ in pairs], 0.95)
    made.append(Metric("api /participants, 3000 rows p95", taken * MILLISECONDS, "ms", 1_500, note=f"{len(rows)} rows"))
    ratio = median(ours / other for ours, other in pairs)
    made.append(Metric("api /participants against facts and json", ratio, "ratio", 1))
    share = median(encoding) / median(ours for ours, _ in pairs)
    made.append(Metric("api rows a second against msgspec alone", share, "ratio", 0.1, "higher"))
    made.append(Metric("api rows a second", len(rows) / median(ours for ours, _ in pairs), "a second", better="higher"))
    return made


async def _worked_out(who: Caller) -> None:
    rows = await fetch(FACTS, ResourceType.PARTICIPANT.value, who.id, LARGE, AS_OF)
    json.dumps({"data": [json.loads(row["body"]) for row in rows]})


async def _encoded(rows: list[Any]) -> None:
    msgspec.json.encode({"data": rows})


async def _timed(work: Callable[[], Awaitable[object]]) -> float:
    return (await seconds_of(work, 1))[0]


async def _single(who: Caller) -> list[Metric]:
    one = (await who.get("/participants?page[per_page]=1"))["data"][0]["id"]
    taken = await seconds_of(partial(who.get, f"/participants/{one}"), who.rounds * 3)
    tag = (await who.client.get("/api/v3/participants")).headers["etag"]

    async def unchanged() -> None:
        answer = await who.client.get("/api/v3/participants", **{"if-none-match": tag})
        if answer.status != 304:  # noqa: PLR2004 - not modified
            raise Unexpected(f"{answer.status} for a known ETag")

    same = await seconds_of(unchanged, who.rounds * 3)
    return [
        Metric("api one participant p95", percentile(taken, 0.95) * MILLISECONDS, "ms", 40),
        Metric("api 304 p95", percentile(same, 0.95) * MILLISECONDS, "ms", 15),
    ]


async def _feed(who: Caller) -> Metric:
    """Read 1,000 entries, made by giving so many people another name."""
    start = (await who.get("/changes?page[after]=latest"))["links"]["next"].removeprefix("/api/v3")
    await rename(who, 1_000)
    taken = await seconds_of(partial(who.get, f"{start}&page[per_page]=1000"), who.rounds)
    return Metric("api changes, 1,000 entries p95", percentile(taken, 0.95) * MILLISECONDS, "ms", 100)


async def rename(who: Caller, number: int) -> int:
    """Give some participants other names, in one transaction; returns how many."""
    async with transaction():
        renamed = await fetch(
            """UPDATE teacher SET corrected_name = 'Renamed ' || clock_timestamp()::text WHERE id IN (
                SELECT subject_id FROM provider_record WHERE lead_provider_id = $1 AND resource_type = 'participant'
                    AND listed ORDER BY created_second, resource_id LIMIT $2) RETURNING id""",
            who.id,
            number,
        )
        return len(renamed)
