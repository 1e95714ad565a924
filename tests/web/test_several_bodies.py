"""Changing the appropriate body of several ECTs at once (CH-11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch
from tests import factories
from tests.cast import Cast, cast, sign_in
from tests.factories import Named, Stay
from tests.web.changing import Change
from tests.web.register_ect.walking import options, rows, summary

if TYPE_CHECKING:
    from tests.web.conftest import Browser

FIRST = "/school/ects/change-appropriate-body"


@dataclass(frozen=True)
class Ash:
    """Two bodies, and two ECTs of Ash School with the first of them."""

    people: Cast
    north: Named
    south: Named
    amy: Stay
    ben: Stay


@pytest.fixture
async def ash(database: None) -> Ash:
    """Give the school, stored."""
    people = await cast()
    north, south = [await factories.appropriate_body(name) for name in ("North Hub", "South Hub")]
    amy, ben = [
        await factories.ect(people.ash, name, school_reported_appropriate_body_id=north.id)
        for name in ("Amy Able", "Ben Box")
    ]
    return Ash(people, north, south, amy, ben)


@pytest.fixture
async def alice(client: Any, ash: Ash) -> Browser:
    """Give Alice's browser, signed in at Ash School."""
    await sign_in(client, ash.people.alice, ash.people.ash)
    return client  # type: ignore[no-any-return]


def ids(*stays: Stay) -> list[str]:
    """Return the values of some checkboxes."""
    return [str(stay.public_id) for stay in stays]


async def bodies() -> list[int]:
    """Return the body reported of every ECT."""
    found = await fetch("SELECT school_reported_appropriate_body_id FROM ect_at_school_period ORDER BY id")
    return [row[0] for row in found]


async def events() -> int:
    """Return how many changes of a body are recorded."""
    return len(await fetch("SELECT FROM event WHERE kind = 'teacher_appropriate_body_changed'"))


@pytest.mark.rule("CH-11", "CH-09", "G-07")
async def test_both_change_after_check_answers_and_not_before(alice: Browser, ash: Ash) -> None:
    change = await Change(alice, FIRST).answer("appropriate-body", ect_ids=ids(ash.amy, ash.ben))
    await change.answer("check-answers", appropriate_body_id=str(ash.south.public_id))
    shown = rows(alice.page.text)  # type: ignore[union-attr]
    assert shown["appropriate-body"] == "South Hub"
    assert shown["ects"] == "Amy Able (now: North Hub) Ben Box (now: North Hub)"
    assert "left-out" not in shown
    assert await bodies() == [ash.north.id, ash.north.id]
    await change.confirm()
    assert alice.h1() == "The appropriate body of 2 ECTs has been changed"
    assert await bodies() == [ash.south.id, ash.south.id]
    assert await events() == 2


@pytest.mark.rule("CH-11", "ABR-04")
async def test_a_body_that_has_ended_is_marked_before_they_leave_it(alice: Browser, ash: Ash) -> None:
    await fetch("UPDATE appropriate_body SET active_to = '2025-11-09' WHERE id = $1", ash.north.id)
    await alice.get(FIRST)
    marked = "North Hub (no longer an appropriate body)"
    assert f"TRN {ash.amy.teacher.trn}. On record now: {marked}" in alice.text()
    change = await Change(alice, FIRST).answer("appropriate-body", ect_ids=ids(ash.amy))
    await change.answer("check-answers", appropriate_body_id=str(ash.south.public_id))
    assert rows(alice.page.text)["ects"] == f"Amy Able (now: {marked})"  # type: ignore[union-attr]


@pytest.mark.rule("CH-11", "CON-01", "CON-02")
async def test_who_is_left_out_is_said_before_and_after(alice: Browser, ash: Ash) -> None:
    reported = {"school_reported_appropriate_body_id": ash.north.id}
    with_south = await factories.ect(ash.people.ash, "Cat Cole", school_reported_appropriate_body_id=ash.south.id)
    late = await factories.ect(ash.people.ash, "Dan Dale", started_on=date(2026, 9, 1), **reported)
    recorded = await factories.ect(ash.people.ash, "Eve East", **reported)
    moved = await factories.ect(ash.people.ash, "Fay Fox", **reported)
    await fetch("UPDATE appropriate_body SET active_to = '2026-03-31' WHERE id = $1", ash.south.id)
    change = Change(alice, FIRST)
    await change.answer("appropriate-body", ect_ids=ids(ash.amy, with_south, late, recorded, moved))
    await change.answer("check-answers", appropriate_body_id=str(ash.south.public_id))
    await factories.induction(recorded.teacher, ash.north)
    await fetch("UPDATE ect_at_school_period SET school_reported_appropriate_body_id = NULL WHERE id = $1", moved.id)
    await alice.get(f"{change.at}/check-answers")
    shown = rows(alice.page.text)  # type: ignore[union-attr]
    assert shown["ects"] == "Amy Able (now: North Hub)"
    await change.confirm()
    for name, why in {
        "Cat Cole": "already with this appropriate body",
        "Dan Dale": "it is not an appropriate body on the day",
        "Eve East": "an appropriate body has recorded their induction",
        "Fay Fox": "a colleague changed their appropriate body",
    }.items():
        assert f"{name}: {why}" in shown["left-out"]
        assert f"{name}: {why}" in alice.text()
    assert await bodies() == [ash.south.id, ash.north.id, ash.south.id, ash.north.id, ash.north.id, None]
    assert await events() == 1


@pytest.mark.rule("CH-11", "GEN-05", "GEN-06", "PRM-01")
async def test_only_ects_in_progress_without_recorded_induction_can_be_ticked(alice: Browser, ash: Ash) -> None:
    school = ash.people.ash
    passed = await factories.ect(school, await factories.teacher("Cat Cole", trs_induction_status="Passed"))
    left = await factories.ect(school, "Dan Dale", finished_on=date(2025, 11, 9))
    recorded = await factories.ect(school, "Eve East")
    await factories.induction(recorded.teacher, ash.north)
    foreign = await factories.ect(ash.people.birch, "Vic Other")
    page = await alice.get(FIRST)
    for name in ("Cat Cole", "Dan Dale", "Eve East", "Vic Other"):
        assert name not in page.text
    for wrong in ([], ["nonsense"], *(ids(ash.amy, stay) for stay in (passed, left, recorded, foreign))):
        answer = await Change(alice, FIRST).post(ect_ids=wrong)
        assert (answer.status_code, set(summary(answer.text))) == (422, {"ect_ids"})
        assert ('value="' + ids(ash.amy)[0] + '" checked' in answer.text) is (len(wrong) == 2)
    assert await fetch("SELECT FROM draft") == []


@pytest.mark.rule("CH-11", "ABR-02", "GEN-06")
async def test_the_body_must_be_one_that_somebody_can_change_to(alice: Browser, ash: Ash) -> None:
    ended = await factories.appropriate_body("Old Hub", active_to=date(2025, 11, 9))
    change = await Change(alice, FIRST).answer("appropriate-body", ect_ids=ids(ash.amy))
    page = await alice.get(f"{change.at}/{change.step}")
    assert [words for value, words in options(page.text) if value] == ["North Hub", "South Hub"]
    for wrong in ("", "nonsense", str(ended.public_id), str(ash.north.public_id)):
        answer = await change.post(appropriate_body_id=wrong)
        assert (answer.status_code, set(summary(answer.text))) == (422, {"appropriate_body_id"})


@pytest.mark.rule("CH-11", "DRF-11")
async def test_a_second_confirmation_changes_nothing_more(alice: Browser, ash: Ash) -> None:
    change = await Change(alice, FIRST).answer("appropriate-body", ect_ids=ids(ash.amy))
    await change.answer("check-answers", appropriate_body_id=str(ash.south.public_id))
    await change.confirm()
    again = await alice.post(f"{change.at}/check-answers")
    assert again.headers["location"] == f"{change.at}/confirmation"
    assert await events() == 1


@pytest.mark.rule("CH-11", "DRF-11", "DRF-12")
async def test_when_nobody_can_change_any_more_nothing_is_written(alice: Browser, ash: Ash) -> None:
    change = await Change(alice, FIRST).answer("appropriate-body", ect_ids=ids(ash.amy))
    await change.answer("check-answers", appropriate_body_id=str(ash.south.public_id))
    await factories.induction(ash.amy.teacher, ash.north)
    await change.confirm()
    assert alice.h1() == "No appropriate body has been changed"
    assert await events() == 0


@pytest.mark.rule("GEN-05")
async def test_a_draft_of_another_school_is_not_found(alice: Browser, ash: Ash) -> None:
    change = await Change(alice, FIRST).answer("appropriate-body", ect_ids=ids(ash.amy))
    await sign_in(alice, ash.people.carla, ash.people.birch)
    assert (await alice.get(f"{change.at}/appropriate-body")).status_code == 404
    page = await alice.get(FIRST)
    assert "Amy" not in page.text
    assert "There is nobody" in alice.text()
