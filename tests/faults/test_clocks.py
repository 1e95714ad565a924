"""Odd clocks: nights with 23 and 25 hours, jumps back and ahead, and midnight in the middle of a request (REL-10)."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from litestar import Request, Response, get

from app import clock
from app.db.engine import fetch
from app.jobs.queue import task_of
from app.jobs.run_due import run_due
from app.jobs.schedule import PeriodicJob
from app.notices.mailbox import DeveloperMailbox, received
from app.settings import settings
from app.web.policies import public_page
from tests.applications import application
from tests.notices.rows import NOON, make_draft, make_school, make_user
from tests.web.conftest import NoTeachingRecords, browser_of
from tests.web.register_ect.conftest import alice, app, outside, register_settings, stand_in, world  # noqa: F401 - fixtures
from tests.web.register_ect.walking import EMAIL, FULL_TIME, SCHOOL_LED, YES_NAME, Walker, identity, on

if TYPE_CHECKING:
    from tests.web.conftest import Browser
    from tests.web.register_ect.conftest import World

A_WHILE = 0.02


@get("/two-times", opt=public_page())
async def two_times(request: Request[Any, Any, Any]) -> Response[str]:
    """Tell the time twice, with work between."""
    first = clock.now()
    await asyncio.sleep(A_WHILE)
    return Response(f"{first.isoformat()} {clock.now().isoformat()}")


@pytest.mark.rule("FLT-39", "REL-10")
async def test_a_request_has_one_time_and_the_next_a_later_one(database: None) -> None:
    browser = browser_of(application(settings(), trs=NoTeachingRecords(), more=(two_times,)))
    first, second = [(await browser.client.get("/two-times")).text.split() for _ in range(2)]
    await browser.client.aclose()
    assert first[0] == first[1]
    assert second[0] == second[1]
    assert first[0] < second[0]
    assert not clock.is_moved()


@pytest.mark.rule("FLT-39", "REL-10")
async def test_a_job_has_one_time(database: None) -> None:
    told = []

    async def tell() -> int:
        told.append(clock.now())
        await asyncio.sleep(A_WHILE)
        told.append(clock.now())
        return 0

    await task_of(PeriodicJob("tell", "* * * * *", "nobody", "nothing", tell))(0)
    assert told[0] == told[1]


@pytest.mark.rule("FLT-38", "REL-10")
@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2025-10-25T22:59:59+00:00", date(2025, 10, 25)),
        ("2025-10-25T23:00:00+00:00", date(2025, 10, 26)),
        ("2025-10-26T23:59:59+00:00", date(2025, 10, 26)),
        ("2025-10-27T00:00:00+00:00", date(2025, 10, 27)),
        ("2026-03-28T23:59:59+00:00", date(2026, 3, 28)),
        ("2026-03-29T00:00:00+00:00", date(2026, 3, 29)),
        ("2026-03-29T22:59:59+00:00", date(2026, 3, 29)),
        ("2026-03-29T23:00:00+00:00", date(2026, 3, 30)),
    ],
)
def test_days_begin_in_london_also_where_they_have_23_or_25_hours(moment: str, day: date) -> None:
    with clock.at(datetime.fromisoformat(moment)):
        assert clock.today() == day


@pytest.mark.rule("FLT-38", "REL-10")
@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(days=365)], ids=["an hour back", "a year ahead"])
async def test_after_a_jump_of_the_clock_what_was_done_is_not_done_again(database: None, jump: timedelta) -> None:
    school = await make_school()
    bob = await make_user("bob@a.example", school)
    await make_draft(school, bob)
    await make_draft(school, bob, saved=NOON + timedelta(days=20))
    due = NOON + timedelta(days=46)
    await run_due(due, DeveloperMailbox())
    mails = len(await received())
    again = await run_due(due + jump, DeveloperMailbox())
    assert (again["warn_of_expiry"], len(await received())) == (0, mails)
    back = await run_due(due, DeveloperMailbox())
    assert not any(back.values())


@pytest.mark.rule("FLT-38", "REL-10")
async def test_a_registration_begun_before_a_jump_back_makes_no_period_that_cannot_be(
    alice: Browser, world: World
) -> None:
    walker = await Walker(alice).start()
    await walker.answer("review-ect", **identity())
    await walker.answer("email-address", **YES_NAME)
    await walker.answer("start-date", **EMAIL)
    alice.client.headers["X-With-Server-Date"] = "2025-10-06T08:00:00Z"
    await walker.answer("working-pattern", **on(6, 10, 2025))
    await walker.answer("appropriate-body", **FULL_TIME)
    await walker.answer("training-programme", appropriate_body_id=walker.choice("North Hub"))
    alice.client.headers["X-With-Server-Date"] = "2025-10-06T09:30:00Z"
    await walker.answer("check-answers", **SCHOOL_LED)
    await walker.answer("confirmation")
    rows = await fetch("SELECT started_on, finished_on, created_at FROM training_period")
    assert [tuple(row) for row in rows] == [(date(2025, 10, 6), None, datetime(2025, 10, 6, 9, 30, tzinfo=UTC))]
