"""Two colleagues who assign at the same moment, on a database in which things really commit (CON-03, PER-63)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch
from app.events.verify import verify
from tests import factories
from tests.cast import cast, sign_in
from tests.web.assign.conftest import TODAY
from tests.web.assign.steps import assign_ects, assign_mentor, mentorships
from tests.web.conftest import browser_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.cast import Cast
    from tests.web.assign.steps import Assigning
    from tests.web.conftest import Browser

TEN = 10
SHARED_DAYS = """SELECT FROM mentorship_period a JOIN mentorship_period b ON b.id > a.id
    AND b.ect_at_school_period_id = a.ect_at_school_period_id AND a.cancelled_at IS NULL AND b.cancelled_at IS NULL
    AND daterange(a.started_on, a.finished_on, '[]') && daterange(b.started_on, b.finished_on, '[]')"""


@pytest.fixture
async def colleagues(committed_database: str, app: Any) -> AsyncIterator[tuple[Cast, Browser, Browser]]:
    """Give Alice and Bob of Ash."""
    people, alice, bob = await cast(), browser_of(app), browser_of(app)
    await sign_in(alice, people.alice, people.ash, TODAY)
    await sign_in(bob, people.bob, people.ash, TODAY)
    yield people, alice, bob
    await alice.client.aclose()
    await bob.client.aclose()


async def press(going: Assigning) -> tuple[int, str]:
    """Press confirm; returns status and where it leads."""
    path = f"{going.base}/check-answers"
    answer = await going.browser.client.post(path, data=going.browser.hidden())
    return answer.status_code, answer.headers.get("location", "").rpartition("/")[2]


@pytest.mark.rule("CON-03", "PER-63", "CON-01")
async def test_of_two_mentors_assigned_at_once_one_is_and_the_other_is_asked_about(
    colleagues: tuple[Cast, Browser, Browser],
) -> None:
    people, alice, bob = colleagues
    ect = await factories.ect(people.ash)
    await factories.mentorship(ect, await factories.mentor(people.ash, "Olga Old"))
    first, second = await factories.mentor(people.ash, "Fay First"), await factories.mentor(people.ash, "Sam Second")
    hers = await assign_mentor(alice, ect).begin(mentor_id=first.public_id)
    his = await assign_mentor(bob, ect).begin(mentor_id=second.public_id)
    answers = await asyncio.gather(press(hers), press(his))
    assert sorted(answers) == [(303, "confirmation"), (409, "")]
    assert (await fetch(SHARED_DAYS), len(await mentorships(ect))) == ([], 2)
    assert await verify() == []


@pytest.mark.rule("CON-03", "AM-07")
async def test_the_two_sides_at_once_leave_one_mentor_a_day(colleagues: tuple[Cast, Browser, Browser]) -> None:
    people, alice, bob = colleagues
    one, two = await factories.ect(people.ash, "Amy One"), await factories.ect(people.ash, "Bea Two")
    first, second = await factories.mentor(people.ash, "Fay First"), await factories.mentor(people.ash, "Sam Second")
    hers = await assign_ects(alice, first).begin(ect_ids=[one.public_id, two.public_id])
    his = await assign_mentor(bob, two).begin(mentor_id=second.public_id)
    answers = set(await asyncio.gather(press(hers), press(his)))
    assert answers in ({(303, "confirmation"), (409, "")}, {(303, "confirmation"), (303, "assign-ects")})
    assert await fetch(SHARED_DAYS) == []
    assert (len(await mentorships(one)), len(await mentorships(two))) in {(1, 1), (0, 1)}


@pytest.mark.rule("DRF-11", "MFT-10")
async def test_ten_presses_assign_and_train_once(colleagues: tuple[Cast, Browser, Browser]) -> None:
    people, alice, _ = colleagues
    ect, mentor = await factories.ect(people.ash), await factories.mentor(people.ash)
    await factories.training(ect, await factories.lead_provider())
    going = await assign_mentor(alice, ect).begin(mentor_id=mentor.public_id)
    await going.answer(mentor_training="accept")
    assert set(await asyncio.gather(*(press(going) for _ in range(TEN)))) == {(303, "confirmation")}
    assert len(await mentorships(ect)) == 1
    assert len(await fetch("SELECT FROM training_period WHERE role = 'mentor'")) == 1


@pytest.mark.rule("CON-03", "PER-65")
async def test_a_mentor_given_two_first_ects_at_once_is_trained_once(colleagues: tuple[Cast, Browser, Browser]) -> None:
    people, alice, bob = colleagues
    provider, mentor = await factories.lead_provider(), await factories.mentor(people.ash)
    goings = []
    for browser, name in ((alice, "Amy One"), (bob, "Bea Two")):
        ect = await factories.ect(people.ash, name)
        await factories.training(ect, provider)
        going = await assign_mentor(browser, ect).begin(mentor_id=mentor.public_id)
        goings.append(await going.answer(mentor_training="accept"))
    assert set(await asyncio.gather(*map(press, goings))) == {(303, "confirmation")}
    assert len(await fetch("SELECT FROM mentorship_period")) == 2
    assert len(await fetch("SELECT FROM training_period WHERE role = 'mentor'")) == 1
