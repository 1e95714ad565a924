"""The measurements of the lead provider API, run on a handful of schools."""

from __future__ import annotations

import pytest

from app.asgi import create_app
from app.bench.api import api
from app.bench.scratch import AS_OF, Scratch
from app.bench.sync import sync
from app.bench.world import World
from app.db.engine import engine
from app.national.country import country
from app.national.load import load
from app.national.size import Size
from app.settings import settings

SMALL = Size(AS_OF, schools=12, teachers=150)


@pytest.mark.rule("API-26.2", "API-26.3", "PRF-20")
async def test_every_list_sends_as_many_statements_and_a_copy_stays_in_step(committed_database: str) -> None:
    assert await load(country(SMALL), lambda _: None) == {}
    await engine.close()
    world = World(Scratch("tiny", committed_database), None, settings(), create_app, 0.1, "http://127.0.0.1:1")
    found = [*await api(world), *await sync(world)]
    await engine.open(size=2)
    counts = {one.name: one.value for one in found if one.unit == "statements"}
    assert len(counts) == 7
    assert set(counts.values()) == {4}
    assert {one.name for one in found} >= {"api 304 p95", "sync full copy", "api rows a second against msgspec alone"}
