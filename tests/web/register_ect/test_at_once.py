"""Many at once: one draft confirmed twenty times, and two schools that register one teacher (DRF-11, PER-06)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch
from app.events.verify import verify
from tests.web.conftest import browser_of
from tests.web.register_ect.conftest import CLOCK, make_world
from tests.web.register_ect.walking import Walker

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.web.conftest import Browser
    from tests.web.register_ect.conftest import Outside

TWENTY = 20


@pytest.fixture
async def schools(committed_database: str, outside: Outside, app: Any) -> AsyncIterator[tuple[Browser, Browser]]:
    """Give Alice of Ash and Carla of Birch, on a database in which things really commit."""
    await make_world()
    alice, carla = browser_of(app, headers=CLOCK), browser_of(app, headers=CLOCK)
    await alice.sign_in("100001")
    await carla.sign_in("100002", name="Carla Crane", email="carla@birch.example")
    yield alice, carla
    await alice.client.aclose()
    await carla.client.aclose()


async def confirm(walker: Walker) -> tuple[int, str]:
    """Post the confirmation; returns status and where it leads."""
    answer = await walker.browser.client.post(f"{walker.base}/check-answers", data=walker.browser.hidden())
    return answer.status_code, answer.headers.get("location", "")


@pytest.mark.rule("DRF-11")
@pytest.mark.rule("FLT-3")
@pytest.mark.rule("WT-13")
async def test_twenty_confirmations_of_one_draft_register_once(schools: tuple[Browser, Browser]) -> None:
    walker = await Walker(schools[0]).to_check()
    answers = await asyncio.gather(*(confirm(walker) for _ in range(TWENTY)))
    assert set(answers) == {(303, f"{walker.base}/confirmation")}
    assert len(await fetch("SELECT FROM ect_at_school_period")) == 1
    assert len(await fetch("SELECT FROM message")) == 2
    assert len(await fetch("SELECT FROM event WHERE kind = 'teacher_registered_as_ect'")) == 1
    assert await verify() == []


@pytest.mark.rule("PER-06")
@pytest.mark.rule("FLT-10")
@pytest.mark.rule("SEC-3")
async def test_of_two_schools_at_once_one_wins_and_the_other_is_told(schools: tuple[Browser, Browser]) -> None:
    first, second = Walker(schools[0]), Walker(schools[1])
    second.email = "priya@birch.example"
    await first.to_check()
    await second.to_check()
    answers = await asyncio.gather(confirm(first), confirm(second))
    walkers = {f"{walker.base}/confirmation": walker for walker in (first, second)}
    won = [location for status, location in answers if status == 303 and location in walkers]
    lost = [location for status, location in answers if location not in won]
    assert (len(won), len(lost)) == (1, 1)
    assert len(await fetch("SELECT FROM ect_at_school_period")) == 1
    loser = next(walker for location, walker in walkers.items() if location not in won)
    shown = await loser.browser.get(lost[0])
    assert shown.status_code == 200
    assert "registered before" in loser.browser.h1()
    assert (await fetch("SELECT count(*) AS n FROM draft WHERE state = 'open'"))[0]["n"] == 1
