"""A tiny country for the measurements themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.asgi import create_app
from app.bench.scratch import AS_OF, CHILDREN, Scratch
from app.bench.world import World, teaching_records
from app.db.engine import engine
from app.national.country import country
from app.national.load import load
from app.national.size import Size
from app.settings import settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TINY = Size(AS_OF, schools=12, teachers=400, exact=CHILDREN)


@pytest.fixture
async def world(committed_database: str) -> AsyncIterator[World]:
    """Generated people of a few schools, with teaching records of new ones beside them."""
    assert await load(country(TINY), lambda _: None) == {}
    await engine.close()
    chosen = settings().model_copy(update={"address_limits": "off"})
    with teaching_records() as records:
        yield World(Scratch("tiny", committed_database), None, chosen, create_app, 0.1, records)
    await engine.open(size=2)
