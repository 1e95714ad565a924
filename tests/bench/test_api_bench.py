"""The measurements of the lead provider API, run on a handful of schools."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.asgi import create_app
from app.bench import programs
from app.bench.api import api
from app.bench.caller import biggest, token_of
from app.bench.client import Client
from app.bench.scratch import AS_OF, MOMENT, Scratch
from app.bench.sync import sync
from app.bench.world import World, in_use
from app.db.engine import engine
from app.national.country import country
from app.national.load import load
from app.national.size import Size
from app.settings import settings

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
}


@pytest.mark.rule("API-26.1", "API-26.2", "API-26.3", "API-26.4", "API-26.5", "PRF-6", "PRF-20")
async def test_every_measurement_gives_its_values_and_statements_do_not_grow(
    committed_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In so small a country nothing changes by one day.
    monkeypatch.setattr(programs, "TOMORROW", MOMENT + timedelta(days=200))
    assert await load(country(SMALL), lambda _: None) == {}
    await engine.close()
    world = World(Scratch("tiny", committed_database), None, settings(), create_app, 0.1, "http://127.0.0.1:1")
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
