"""The measurements of the lead provider API, run on a handful of schools."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from app.asgi import create_app
from app.bench import programs
from app.bench import sync as sync_run
from app.bench.api import api
from app.bench.caller import biggest, token_of
from app.bench.client import Client
from app.bench.scratch import AS_OF, MOMENT, Scratch
from app.bench.sync import sync
from app.bench.walks import measured_urn
from app.bench.world import World, in_use
from app.db.engine import engine, fetch
from app.national.country import country
from app.national.load import load
from app.national.size import Size
from app.settings import settings

if TYPE_CHECKING:
    from app.bench.metrics import Metric

SMALL = Size(AS_OF, schools=12, teachers=150)
PROVED = {
    "api 304 p95",
    "api /participants, one record p95",
    "api last page by cursor against first",
    "api rows a second against msgspec alone (R6)",
    "api changes, 1,000 entries p95",
    "api participant action p95",
    "api report p95",
    "api bulk report",
    "api settling a register run",
    "sync full copy",
    "sync people, server time",
    "sync people, last page against first",
}


async def no_seven(_: World) -> list[Metric]:
    """Leave out what needs a web process; it has a test of its own."""
    return []


class Near(Client):
    """A visitor of the application in this process who can go."""

    async def close(self) -> None:
        """Go."""


@pytest.mark.rule("PRF-18")
async def test_programs_copy_everybody_while_pages_of_schools_are_asked_for(world: World) -> None:
    async with in_use(world):
        tokens = [await token_of(one) for one in await biggest(2)]
        programs_of_two: list[Any] = [Near(world.app, authorization=token) for token in tokens]
        office: list[Any] = [Near(world.app)]
        copy = partial(sync_run.copy_people, programs_of_two)
        slowest, *pages = await sync_run.copied_beside(copy, office, [measured_urn(10)])
        (people,) = await fetch(
            "SELECT sum(number) AS number FROM (SELECT count(*) AS number FROM provider_record WHERE listed"
            " AND resource_type = 'participant' GROUP BY lead_provider_id ORDER BY 1 DESC LIMIT 2) most"
        )
    assert slowest.note == f"2 programs, {people['number']:,} people"
    assert (slowest.target, *(one.target for one in pages)) == (5, 200, 200)
    assert all(int(one.note.split()[0]) >= 1 for one in pages)


@pytest.mark.rule("API-26.1", "API-26.2", "API-26.3", "API-26.4", "API-26.5", "PRF-6", "PRF-20")
async def test_every_measurement_gives_its_values_and_statements_do_not_grow(
    committed_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In so small a country nothing changes by one day.
    monkeypatch.setattr(programs, "TOMORROW", MOMENT + timedelta(days=200))
    assert await load(country(SMALL), lambda _: None) == {}
    await engine.close()
    world = World(Scratch("tiny", committed_database), None, settings(), create_app, 0.1, "http://127.0.0.1:1")
    monkeypatch.setattr(sync_run, "seven_at_once", no_seven)
    found = [*await api(world), *await sync(world)]
    async with in_use(world):
        (one,) = await biggest(1)
        clients = [Client(world.app, authorization=await token_of(one)) for _ in range(programs.PROGRAMS)]
        found += await programs.driven(clients, 1)
    await engine.open(size=2)
    values = {one.name: one.value for one in found}
    counts = {name: value for name, value in values.items() if name.endswith(", statements")}
    assert len(counts) == 7
    assert set(counts.values()) == {4}
    assert {value for name, value in values.items() if name.endswith("for more rows")} == {0}
    assert values.keys() >= PROVED
    assert 0 <= values["api memory more for 3,000 rows"] <= 60
    assert values["calls faults"] == 0
    assert values["calls turned by the day meanwhile"] > 0
