"""Writers at once, with pauses anywhere, while a client only follows the feed: its copy is what a fresh one is (API-17)."""

from __future__ import annotations

import asyncio
import os
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app import clock
from app.db.engine import engine
from app.db.transaction import transaction
from app.events.verify import verify as verify_chain
from app.provider_records.verify import verify
from app.terms import LeadProviderId
from tests.conftest import drop_database, make_database
from tests.factories import YEARS
from tests.provider_records.client import Client, full_copy
from tests.provider_records.direct import Direct
from tests.provider_records.storm import BEGINS, Act, Storm, build, turn

if TYPE_CHECKING:
    from collections.abc import Iterator

STORMS = int(os.environ.get("STORMS", "15"))
WRITERS = 5
PAUSE = st.sampled_from((0.0, 0.0, 0.002, 0.02))
WORTH = {
    "report",
    "challenge",
    "withdraw",
    "resume",
    "mentor",
    "arrive",
    "leave",
    "rename",
    "school",
    "induction",
    "register run",
}
"""Without these, a storm is not worth much."""


class Place:
    """A database of its own with a town in it, and a client of each lead provider that copied it once."""

    def __init__(self, template: str) -> None:
        self.loop = asyncio.Runner()
        self.name = f"{template}_storm_{uuid4().hex[:8]}"
        self.today = BEGINS
        self.loop.run(self._open(template))

    async def _open(self, template: str) -> None:
        engine.point_at(await make_database(self.name, template))
        await engine.open(size=WRITERS + 2)
        with clock.at(clock.at_noon(self.today)):
            async with transaction():
                town = await build()
            self.storm = Storm(town)
            self.clients = [Client(Direct(LeadProviderId(one.id)), tuple(YEARS)) for one in town.providers]
            for client in self.clients:
                await client.copy_in_full()

    def close(self) -> None:
        """Drop it."""
        self.loop.run(engine.close())
        self.loop.run(drop_database(self.name))
        self.loop.close()

    async def weather(self, acts: list[Act], days: int) -> None:
        """Let everything happen at once while the clients follow; then compare."""
        self.today += timedelta(days=days)
        begins = datetime.combine(self.today, time(8), clock.LONDON)
        with clock.at(begins):
            following = asyncio.create_task(self._keep_following())
            todo = iter(enumerate(acts))
            await asyncio.gather(*(self._write(todo, begins) for _ in range(WRITERS)), turn(begins))
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            await self._compare()

    async def _write(self, todo: Iterator[tuple[int, Act]], begins: datetime) -> None:
        for number, act in todo:
            await self.storm.run(act, begins + timedelta(minutes=number))

    async def _keep_following(self) -> None:
        while True:
            for client in self.clients:
                await client.follow()
            await asyncio.sleep(0.003)

    async def _compare(self) -> None:
        await turn(clock.now())
        for client in self.clients:
            await client.follow()
            assert client.copy == await full_copy(client.service, client.cohorts)
        assert await verify() == []


@pytest.mark.rule("API-17.3", "API-17.4", "API-17.5", "API-17.6", "API-18.2", "PRF-19")
def test_a_copy_that_only_follows_the_feed_is_what_a_fresh_copy_is(template_database: str) -> None:
    place = Place(template_database)
    act = st.builds(
        Act,
        st.sampled_from((*sorted(place.storm.acts), "mentor", "report")),
        st.integers(0, 2**32),
        PAUSE,
        PAUSE,
        PAUSE,
    )

    @given(st.lists(act, min_size=12, max_size=24), st.sampled_from((0, 1, 1, 3, 40)))
    @settings(
        max_examples=STORMS,
        derandomize="STORMS" not in os.environ,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def storms(acts: list[Act], days: int) -> None:
        place.loop.run(place.weather(acts, days))

    try:
        storms()
        assert place.loop.run(verify_chain()) == []
        assert set(place.storm.done) >= WORTH
        assert all(client.applied > STORMS for client in place.clients)
    finally:
        place.close()
