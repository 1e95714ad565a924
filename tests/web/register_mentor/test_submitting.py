"""Confirming the registration of a mentor: once, by the rules of that moment, whoever presses (DRF-11, DRF-12)."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch
from app.events.verify import verify
from tests.web.conftest import browser_of
from tests.web.register_ect import history
from tests.web.register_ect.conftest import CLOCK, make_world
from tests.web.register_mentor.walking import (
    ACCEPT,
    EMAIL,
    SINCE,
    TOM,
    VIC,
    MentorWalker,
    ect_with,
    mentors_of,
    sent,
    stays,
    trained,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.web.conftest import Browser
    from tests.web.register_ect.conftest import Outside, World

TWENTY = 20


async def to_check(browser: Browser, ect: Any, trn: str = TOM) -> MentorWalker:
    """Walk to check answers of a mentor for an ECT trained by Elm."""
    walker = await MentorWalker(browser).past_email(trn, ect["public_id"])
    await walker.answer("check-answers", **ACCEPT)
    return walker


@pytest.fixture
async def committed(committed_database: str, outside: Outside, app: Any) -> AsyncIterator[tuple[World, Browser]]:
    """Give Alice of Ash, on a database in which things really commit."""
    world, alice = await make_world(), browser_of(app, headers=CLOCK)
    await alice.sign_in("100001")
    yield world, alice
    await alice.client.aclose()


async def press(walker: MentorWalker) -> tuple[int, str]:
    """Post the confirmation; returns status and where it leads."""
    answer = await walker.browser.client.post(f"{walker.base}/check-answers", data=walker.browser.hidden())
    return answer.status_code, answer.headers.get("location", "")


@pytest.mark.rule("DRF-11", "FLT-3", "WT-13", "PER-65")
async def test_twenty_confirmations_register_one_mentor(committed: tuple[World, Browser]) -> None:
    world, alice = committed
    ect = await ect_with(world)
    walker = await to_check(alice, ect)
    answers = await asyncio.gather(*(press(walker) for _ in range(TWENTY)))
    assert set(answers) == {(303, f"{walker.base}/confirmation")}
    assert (len(await stays()), len(await trained()), len(await mentors_of(ect))) == (1, 1, 1)
    assert await sent() == {"M-03": ["alice@amberley.example", "tom@ash.example"]}
    assert await verify() == []


@pytest.mark.rule("CON-03", "PER-60", "PER-63")
async def test_two_mentors_registered_for_one_ect_at_once_follow_each_other(committed: tuple[World, Browser]) -> None:
    world, alice = committed
    ect = await ect_with(world)
    first = await to_check(alice, ect)
    second = await MentorWalker(alice).past_email("9900017", ect["public_id"])
    await second.visit("email-address")
    await second.answer("mentor-training", email="una@ash.example")
    await second.answer("check-answers", **ACCEPT)
    answers = await asyncio.gather(press(first), press(second))
    assert {location for _, location in answers} == {f"{w.base}/confirmation" for w in (first, second)}
    rows = await fetch("SELECT cancelled_at IS NULL AS stands FROM mentorship_period")
    assert sorted(row["stands"] for row in rows) == [False, True]


@pytest.mark.rule("WT-14", "RM-19")
async def test_somebody_registered_here_meanwhile_ends_the_draft(alice: Browser, world: World) -> None:
    walker = await to_check(alice, await ect_with(world))
    await history.mentor(world.ash, SINCE, trn=TOM)
    await walker.answer("already-registered")
    assert (await fetch("SELECT state FROM draft"))[0]["state"] == "blocked"
    assert len(await stays()) == 1


@pytest.mark.rule("DRF-12", "EML-02", "WT-15")
async def test_an_address_taken_meanwhile_has_to_be_another(alice: Browser, world: World) -> None:
    walker = await to_check(alice, await ect_with(world))
    await history.mentor(world.birch, SINCE, trn=VIC, email=EMAIL["email"])
    await walker.answer("email-address")
    assert "now in use for someone else" in alice.text()
    assert await stays() == []
    await walker.answer("check-answers", email="tom.baker@ash.example")
    await walker.confirm()
    assert len(await stays()) == 1


@pytest.mark.rule("ARR-08", "DRF-05", "DRF-12", "CP-09", "MFT-06")
@pytest.mark.parametrize("change", ["withdrawn", "confirmed"])
async def test_training_that_changed_meanwhile_is_asked_about_again(alice: Browser, world: World, change: str) -> None:
    ect = await ect_with(world)
    walker = await to_check(alice, ect)
    if change == "withdrawn":
        await fetch(
            """UPDATE training_period SET withdrawn_at = now(), withdrawal_reason = 'other',
            finished_on = '2025-10-05'"""
        )
    else:
        await history.partnership(world, world.ash, "Elm", "Moss", 2025)
    await walker.answer("lead-provider" if change == "withdrawn" else "mentor-training")
    assert await stays() == []


@pytest.mark.rule("IDN-11", "WT-16")
@pytest.mark.parametrize(("age", "status"), [("3 hours", 303), ("3 days", 503)])
async def test_a_silent_teaching_record_stops_only_old_news(
    alice: Browser, world: World, outside: Outside, age: str, status: int
) -> None:
    walker = await to_check(alice, await ect_with(world))
    await fetch(f"UPDATE draft SET trs_fetched_at = trs_fetched_at - interval '{age}'")
    await outside.fail({"answer": "server_error"})
    assert (await walker.post()).status_code == status
    assert len(await stays()) == (1 if status == 303 else 0)


@pytest.mark.rule("DRF-13", "DRF-01")
async def test_two_tabs_lose_nothing_and_one_page_saved_twice_shows_both(alice: Browser, world: World) -> None:
    await ect_with(world, None)
    walker = await MentorWalker(alice).past_email()
    address = f"{walker.base}/email-address"
    conflict = await alice.post(address, {"answer_version": "0", "email": "other@ash.example"})
    assert conflict.status_code == 409
    assert "tom@ash.example" in alice.text()
    other = await MentorWalker(alice).to_name("9900017")
    await other.answer("email-address", name_is_correct="yes")
    assert other.base != walker.base
    rows = await fetch("SELECT id::text, answers FROM draft")
    answers = {row["id"]: row["answers"] for row in rows}
    assert "tom@ash.example" in answers[walker.base.rpartition("/")[2]]
    assert "email" not in answers[other.base.rpartition("/")[2]]


@pytest.mark.rule("G-07", "G-11", "DRF-14", "RM-24")
async def test_the_confirmation_can_be_read_again_and_the_draft_keeps_nothing(alice: Browser, world: World) -> None:
    walker = await to_check(alice, await ect_with(world))
    await walker.confirm()
    for step in ("find-mentor", "email-address", "check-answers", "no-trn"):
        answer = await alice.get(f"{walker.base}/{step}")
        assert (answer.status_code, answer.headers["location"]) == (303, f"{walker.base}/confirmation")
    await alice.get(f"{walker.base}/confirmation")
    (stay,) = await fetch("SELECT public_id FROM mentor_at_school_period")
    page = alice.page.text  # type: ignore[union-attr]
    assert f'href="/school/mentors/{stay["public_id"]}"' in page
    assert f'href="/school/mentors/{stay["public_id"]}/assign-ects"' in page
    (draft,) = await fetch("SELECT trn, trs_snapshot, answers, outcome::text FROM draft")
    assert (draft["trn"], draft["trs_snapshot"], draft["answers"]) == (None, None, "{}")
    assert TOM not in draft["outcome"]


@pytest.mark.rule("SCD-03", "SCD-01", "WT-20")
async def test_whoever_replaces_a_mentor_paid_for_gets_a_schedule_of_its_own(alice: Browser, world: World) -> None:
    ect = await ect_with(world)
    vic = await history.mentor(world.ash, SINCE, trn=VIC)
    await history.mentored(ect, vic, SINCE)
    role = {"role": "mentor", "ect_at_school_period_id": None, "mentor_at_school_period_id": vic["id"]}
    training = await history.provider_led(world, vic, "Elm", 2025, **role)
    await fetch(
        """INSERT INTO declaration (created_at, updated_at, training_period_id, type, declared_on)
        VALUES (now(), now(), $1, 'started', $2)""",
        training["id"],
        date(2025, 9, 20),
    )
    walker = await to_check(alice, ect)
    await walker.confirm()
    assert [row["schedule"] for row in await trained()] == ["ecf-replacement-september"]


@pytest.mark.rule("MFT-01", "MFT-08", "RM-21", "RM-24")
async def test_somebody_who_completed_training_gets_none_and_it_is_said(alice: Browser, world: World) -> None:
    ect = await ect_with(world)
    await history.teacher(
        TOM, mentor_ineligible_on=date(2024, 7, 18), mentor_ineligible_reason="completed_declaration_received"
    )
    walker = await MentorWalker(alice).past_email(ect=ect["public_id"])
    assert "completed mentor training on 18 July 2024" in alice.text()
    await walker.confirm()
    assert "completed mentor training on 18 July 2024" in alice.text()
    assert (await trained(), [trn for trn, _, _ in await mentors_of(ect)]) == ([], [TOM])


@pytest.mark.rule("SCH-02", "MFT-03")
async def test_a_school_led_only_school_registers_mentors_without_a_word_about_training(
    alice: Browser, world: World
) -> None:
    ect = await ect_with(world)
    await fetch("UPDATE school SET access_override = 'school_led_only' WHERE id = $1", world.ash)
    walker = await MentorWalker(alice).past_email(ect=ect["public_id"])
    assert "training" not in alice.text().lower()
    await walker.confirm()
    assert "training" not in alice.text().lower()
    assert (await trained(), len(await mentors_of(ect))) == ([], 1)
