"""How long searching takes: a school's list, staff's two searches, the finder of schools (PRF-18, ADM-2.5)."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from app.bench.client import Client, Unexpected
from app.bench.metrics import Metric, percentile
from app.bench.walks import measured_urn, tutor
from app.bench.world import in_use
from app.db.engine import fetch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.bench.world import World

TIMES = 10
BAR = 100
"""Milliseconds."""
FOUND = 200
OF_PEOPLE = ("sm", "evans", "o'brien", "zoe", "1000", "smith jones", "mohammed a")
"""What is typed for a person: a beginning, a name, one with a mark, part of a number, two words."""
NAMES = """SELECT name, split_part(postcode, ' ', 1) AS district FROM school WHERE postcode <> ''
    ORDER BY md5(urn) LIMIT 5"""


async def search(world: World) -> list[Metric]:
    """Search in every place there is, each word several times."""
    async with in_use(world):
        rows = await fetch(NAMES)
        whole, first = [row["name"] for row in rows], [row["name"].split()[0] for row in rows]
        office, staff = await tutor(world.app, measured_urn(100)), Client(world.app)
        await staff.sign_in_staff("support", "searcher@education.example")
        return [
            await _searched("ECT list", office, "/school/ects?q={}", OF_PEOPLE),
            await _searched("people, by staff", staff, "/admin/people?q={}", OF_PEOPLE),
            await _searched("schools, by staff", staff, "/admin/schools?q={}", (*whole, *first, "primary", "st m")),
            await _searched("school finder", Client(world.app), "/request-access?q={}", (*whole, *first, "primary")),
        ]


async def _searched(where: str, client: Client, address: str, words: Sequence[str]) -> Metric:
    taken: dict[str, list[float]] = {}
    for word in [*words] * TIMES:
        started = perf_counter()
        answer = await client.get(address.format(quote_plus(word)))
        taken.setdefault(word, []).append(perf_counter() - started)
        if answer.status != FOUND and "location" not in answer.headers:
            raise Unexpected(f"{answer.status} for {word} in {where}")
    every = [seconds for each in taken.values() for seconds in each]
    slowest = max(taken, key=lambda word: percentile(taken[word], 0.5))
    note = f"slowest word: {slowest}, {percentile(taken[slowest], 0.5) * 1_000:.0f} ms"
    return Metric(f"search {where} p95", percentile(every, 0.95) * 1_000, "ms", BAR, note=note)
