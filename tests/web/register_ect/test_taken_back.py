"""A registration that closed a stay elsewhere, and what the other school has when it was a mistake."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from app.db.engine import fetch, fetch_one
from tests.web.register_ect import history
from tests.web.register_ect.walking import FULL_TIME, SCHOOL_LED, YES_NAME, Walker, identity, on

if TYPE_CHECKING:
    from tests.web.conftest import Browser
    from tests.web.register_ect.conftest import World

SINCE = date(2025, 9, 1)


async def register(alice: Browser, *, moving: bool) -> None:
    """Register the person at Ash School from 20 October, moving from the other school if they are there still."""
    walker = await Walker(alice).start()
    await walker.answer("review-ect", **identity())
    await walker.answer("registered-before", **YES_NAME)
    await walker.answer("email-address", **({"transferring_in": "yes"} if moving else {}))
    await walker.answer("start-date", email="priya@ash.example")
    await walker.answer("working-pattern", **on(20, 10, 2025))
    await walker.answer("appropriate-body", **FULL_TIME)
    await walker.answer("training-programme", appropriate_body_id=walker.choice("North Hub"))
    await walker.answer("check-answers", **SCHOOL_LED)
    await walker.answer("confirmation")


async def remove(alice: Browser, school: int) -> None:
    stay = await fetch_one("SELECT public_id FROM ect_at_school_period WHERE school_id = $1", school)
    assert stay is not None
    record = f"/school/ects/{stay['public_id']}"
    answer = await alice.post(f"{record}/registered-by-mistake", {"removal_reason": "wrong_person"})
    await alice.get(answer.headers["location"])
    assert "earlier school is put back" in alice.text()
    answer = await alice.post(answer.headers["location"])
    await alice.get(answer.headers["location"])


@pytest.mark.rule("WT-27")
@pytest.mark.rule("PER-51")
@pytest.mark.rule("PER-05")
@pytest.mark.parametrize("leaves", [None, date(2025, 12, 19)], ids=["unfinished", "W7: leaving already"])
async def test_a_transfer_made_by_mistake_leaves_no_trace_at_the_other_school(
    alice: Browser, world: World, leaves: date | None
) -> None:
    birch = await history.ect(world.birch, SINCE, leaves)
    mentor = await history.mentor(world.birch, SINCE, trn="9900002")
    await history.school_led(birch)
    await history.mentored(birch, mentor, SINCE, finished_on=leaves)
    before = await everything(world.birch)
    await register(alice, moving=True)
    assert {row[0] for row in await everything(world.birch)} == {date(2025, 10, 19)}
    await remove(alice, world.ash)
    assert await everything(world.birch) == before
    stays = await fetch("SELECT ended_by_stay_id FROM ect_at_school_period WHERE school_id = $1", world.birch)
    assert [stay["ended_by_stay_id"] for stay in stays] == [None]


async def everything(school: int) -> list[tuple[object, ...]]:
    """Return the end of every row of a school, and why."""
    rows = await fetch(
        """SELECT finished_on, end_reason FROM ect_at_school_period WHERE school_id = $1
        UNION ALL SELECT finished_on, cancellation_reason FROM training_period WHERE school_id = $1
        UNION ALL SELECT finished_on, cancellation_reason FROM mentorship_period WHERE school_id = $1""",
        school,
    )
    return [tuple(row) for row in rows]


@pytest.mark.rule("LV-06")
@pytest.mark.rule("PER-05")
async def test_who_left_can_be_registered_again_and_the_earlier_stay_stays_as_it_was(
    alice: Browser, world: World
) -> None:
    """W8: with days in between, at the same school."""
    await history.ect(world.ash, SINCE, date(2025, 10, 3))
    await register(alice, moving=False)
    stays = await fetch("SELECT started_on, finished_on FROM ect_at_school_period ORDER BY started_on")
    assert [tuple(stay) for stay in stays] == [(SINCE, date(2025, 10, 3)), (date(2025, 10, 20), None)]
