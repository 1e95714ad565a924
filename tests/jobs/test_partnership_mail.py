"""What schools are told, and reminded of, about what lead providers reported (M-13, M-21)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from app import clock
from app.db.engine import fetch
from app.jobs.partnership_mail import remind_of_partnerships, tell_who_was_confirmed
from tests import factories
from tests.training.acts import mail, make_world, on

if TYPE_CHECKING:
    from tests.training.acts import World

REPORTED = date(2025, 11, 10)
LAST_DAY = date(2025, 11, 30)
ONE_DAY = timedelta(days=1)
ALICE = "alice@ash.example"


@pytest.fixture
async def world(database: None) -> World:
    with on(date(2025, 9, 1)):
        return await make_world()


async def said(message_id: str) -> list[str]:
    rows = await fetch(
        "SELECT personalisation::text AS said FROM message WHERE message_id = $1 ORDER BY created_at", message_id
    )
    return [row["said"] for row in rows]


@pytest.mark.rule("M-13")
async def test_a_school_is_told_once_when_the_day_is_over_who_was_confirmed(world: World) -> None:
    await world.ect()
    await world.mentor()
    birch = await factories.school("100002", "Birch School", primary_email="office@birch.example")
    await factories.training(await factories.ect(birch, "Omar Haddad"), world.larch)
    await world.reports(REPORTED)
    await world.reports(REPORTED, school_id=birch.id)
    with on(REPORTED, 23):
        assert await tell_who_was_confirmed() == 0
    with on(REPORTED + ONE_DAY, 0):
        assert await tell_who_was_confirmed() == 2
        assert await tell_who_was_confirmed() == 0
    assert sorted(await mail("M-13")) == [ALICE, "office@birch.example"]
    ash = next(text for text in await said("M-13") if "Siân Evans" in text)
    assert "Max Mentor: Larch Learning with Dogwood Partners" in ash
    assert "Omar Haddad" not in ash


@pytest.mark.rule("M-13")
async def test_a_day_left_out_is_made_up_for_and_what_no_longer_holds_is_not_told(world: World) -> None:
    await world.ect()
    done = await world.reports(REPORTED)
    with on(REPORTED + 5 * ONE_DAY):
        await fetch(
            """UPDATE school_partnership SET challenged_at = $2, challenge_reason = 'looks_like_a_mistake'
            WHERE id = $1""",
            done.id,
            clock.now(),
        )
        assert await tell_who_was_confirmed() == 0
        await fetch(
            "UPDATE school_partnership SET challenged_at = NULL, challenge_reason = NULL WHERE id = $1", done.id
        )
        assert await tell_who_was_confirmed() == 1


@pytest.mark.rule("M-13")
async def test_choosing_a_partnership_that_stood_already_is_no_news(world: World) -> None:
    with on(REPORTED):
        _, training = await world.ect(await world.reported())
        await fetch("UPDATE training_period SET confirmed_at = $2 WHERE id = $1", training["id"], clock.now())
    with on(REPORTED + ONE_DAY):
        assert await tell_who_was_confirmed() == 0


@pytest.mark.rule("M-21")
async def test_a_school_is_reminded_once_seven_days_after_it_was_told(world: World) -> None:
    await world.reports(REPORTED)
    with on(REPORTED + 6 * ONE_DAY):
        assert await remind_of_partnerships() == 0
    with on(REPORTED + 7 * ONE_DAY):
        assert await remind_of_partnerships() == 1
        assert await remind_of_partnerships() == 0
    with on(LAST_DAY):
        assert await remind_of_partnerships() == 0
    assert await mail("M-21") == [ALICE]
    (text,) = await said("M-21")
    assert "2025-11-30" in text


@pytest.mark.rule("M-21")
@pytest.mark.parametrize(("day", "reminded"), [(LAST_DAY, 1), (LAST_DAY + ONE_DAY, 0)])
async def test_nobody_is_reminded_of_what_can_no_longer_be_said(world: World, day: date, reminded: int) -> None:
    await world.reports(REPORTED)
    with on(day):
        assert await remind_of_partnerships() == reminded


@pytest.mark.rule("M-21")
async def test_a_challenge_or_a_partnership_nobody_was_told_of_is_not_reminded_of(world: World) -> None:
    await world.reported(world.elder, 2024, reported_at=clock.at_noon(REPORTED))
    done = await world.reports(REPORTED)
    with on(REPORTED + 8 * ONE_DAY):
        await fetch(
            """UPDATE school_partnership SET challenged_at = $2, challenge_reason = 'looks_like_a_mistake'
            WHERE id = $1""",
            done.id,
            clock.now(),
        )
        assert await remind_of_partnerships() == 0


@pytest.mark.rule("M-21")
@pytest.mark.rule("CHL-05")
async def test_a_partnership_reported_again_is_reminded_of_again(world: World) -> None:
    done = await world.reports(REPORTED)
    with on(REPORTED + 7 * ONE_DAY):
        assert await remind_of_partnerships() == 1
        await fetch(
            """UPDATE school_partnership SET challenged_at = $2, challenge_reason = 'looks_like_a_mistake'
            WHERE id = $1""",
            done.id,
            clock.now(),
        )
    again = REPORTED + 10 * ONE_DAY
    await world.reports(again)
    with on(again + 7 * ONE_DAY):
        assert await remind_of_partnerships() == 1
    assert (await mail("M-20"), await mail("M-21")) == ([ALICE] * 2, [ALICE] * 2)
