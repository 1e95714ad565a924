"""Drafts, look-up limits and names: what a registration keeps, refuses and asks again."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from app import clock
from app.db.engine import fetch, fetch_one
from app.drafts import store
from app.drafts.expire import expire_drafts
from app.terms import SchoolId
from tests import factories
from tests.web.register_ect import history
from tests.web.register_ect.walking import EMAIL, YES_NAME, Walker, identity, on, rows

if TYPE_CHECKING:
    from tests.web.conftest import Browser
    from tests.web.register_ect.conftest import Outside, World

STEPS = ("email-address", "start-date", "working-pattern", "appropriate-body", "check-answers", "confirmation")


@pytest.mark.rule("DRF-03")
@pytest.mark.rule("G-11")
@pytest.mark.parametrize("step", STEPS)
async def test_a_step_ahead_leads_back_to_the_first_unanswered_one(alice: Browser, step: str) -> None:
    walker = await Walker(alice).start()
    for answer in (await alice.get(f"{walker.base}/{step}"), await alice.post(f"{walker.base}/{step}", EMAIL)):
        assert (answer.status_code, answer.headers["location"]) == (303, f"{walker.base}/find-ect")
    assert (await fetch("SELECT answers FROM draft"))[0]["answers"] == "{}"


@pytest.mark.rule("GEN-05")
@pytest.mark.rule("DRF-14")
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_draft_of_another_school_is_not_found_like_one_of_nobody(alice: Browser, method: str) -> None:
    walker = await Walker(alice).start()
    await fetch("UPDATE draft SET school_id = (SELECT id FROM school WHERE urn = '100002')")
    for base in (walker.base, f"/school/register-ect/{uuid4()}", "/school/register-ect/nonsense"):
        path = f"{base}/find-ect"
        answer = await alice.get(path) if method == "GET" else await alice.post(path, identity())
        assert answer.status_code == 404


@pytest.mark.rule("DRF-13")
async def test_two_colleagues_on_one_page_see_both_values_and_are_asked_again(alice: Browser) -> None:
    walker = await Walker(alice).to_email()
    await walker.answer("start-date", **EMAIL)
    answer = await alice.post(f"{walker.base}/email-address", {"email": "other@ash.example", "answer_version": "0"})
    assert answer.status_code == 409
    assert "priya@ash.example" in alice.text()
    assert 'value="other@ash.example"' in answer.text
    kept = await fetch_one("SELECT answers -> 'email-address' ->> 'email' AS email FROM draft")
    assert kept is not None
    assert kept["email"] == "priya@ash.example"


@pytest.mark.rule("DRF-10")
@pytest.mark.rule("RE-06")
@pytest.mark.rule("WT-12")
async def test_a_second_draft_for_the_same_person_offers_the_first(alice: Browser) -> None:
    first = await Walker(alice).to_email()
    second = await Walker(alice).start()
    await second.answer("already-in-progress", **identity())
    await second.answer("email-address", draft_choice="continue_existing")
    assert second.base == first.base
    assert [row["state"] for row in await fetch("SELECT state FROM draft ORDER BY state")] == ["deleted", "open"]


@pytest.mark.rule("VAL-08")
@pytest.mark.rule("IDN-03")
async def test_what_was_typed_comes_back_only_in_the_direct_answer(alice: Browser) -> None:
    walker = await Walker(alice).start()
    await walker.refused(**identity(trn="12"))
    assert alice.page is not None
    assert 'value="1998"' in alice.page.text
    await walker.visit("find-ect")
    assert 'value="1998"' not in alice.page.text


@pytest.mark.rule("IDN-05")
@pytest.mark.rule("RE-26")
async def test_at_the_limit_nobody_is_asked_and_the_page_says_when_it_ends(alice: Browser, outside: Outside) -> None:
    walker = await Walker(alice).start()
    for number in range(10):
        await alice.post(f"{walker.base}/find-ect", identity(trn=f"88000{number:02}"))
    before = len(await outside.requests())
    answer = await alice.post(f"{walker.base}/find-ect", identity())
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3600")
    assert len(await outside.requests()) == before
    outcomes = [row["outcome"] for row in await fetch("SELECT outcome FROM lookup_attempt ORDER BY id")]
    assert outcomes == ["trn_not_found"] * 10 + ["limited"]


@pytest.mark.rule("RE-07")
@pytest.mark.rule("RE-08")
@pytest.mark.rule("NAM-04")
async def test_a_very_different_name_is_asked_about_and_put_on_the_list_of_support(alice: Browser) -> None:
    walker = await Walker(alice).start()
    await walker.answer("review-ect", **identity())
    same = await walker.refused(name_is_correct="no", corrected_name="Priya Shah")
    assert list(same) == ["corrected_name"]
    await walker.answer("confirm-name", name_is_correct="no", corrected_name="Deepa Patel")
    await walker.answer("review-ect", same_person="no")
    await walker.answer("confirm-name", name_is_correct="no", corrected_name="Deepa Patel")
    await walker.answer("email-address", same_person="yes")
    assert (await fetch("SELECT answers -> 'review-ect' ->> 'corrected_name' AS name FROM draft"))[0][
        "name"
    ] == "Deepa Patel"


@pytest.mark.rule("IDN-11")
@pytest.mark.rule("WT-16")
@pytest.mark.parametrize(("age", "saved"), [("3 hours", 1), ("3 days", 0)])
async def test_a_fresh_snapshot_stands_in_for_a_silent_teaching_record(
    alice: Browser, outside: Outside, age: str, saved: int
) -> None:
    walker = await Walker(alice).to_check()
    await fetch(f"UPDATE draft SET trs_fetched_at = trs_fetched_at - interval '{age}'")
    await outside.fail({"answer": "server_error"})
    answer = await alice.post(f"{walker.base}/check-answers")
    assert answer.status_code == (303 if saved else 503)
    assert len(await fetch("SELECT FROM ect_at_school_period")) == saved


@pytest.mark.rule("DRF-12")
@pytest.mark.rule("EML-02")
@pytest.mark.rule("WT-15")
async def test_an_address_taken_meanwhile_is_asked_again_with_the_reason(alice: Browser) -> None:
    await Walker(alice).register("9900002")
    walker = Walker(alice)
    walker.email = "tom@ash.example"
    await walker.to_check()
    await fetch("UPDATE ect_at_school_period SET email = 'tom@ash.example'")
    await walker.answer("email-address")
    assert "now in use for someone else" in alice.text()
    assert len(await fetch("SELECT FROM ect_at_school_period")) == 1
    await walker.answer("check-answers", email="priya@ash.example")
    await walker.answer("confirmation")


@pytest.mark.rule("WT-14")
@pytest.mark.rule("DRF-11")
@pytest.mark.rule("RE-19")
@pytest.mark.rule("RE-27")
async def test_somebody_registered_here_meanwhile_ends_the_draft_for_good(alice: Browser, world: World) -> None:
    walker = await Walker(alice).to_check()
    stay = await history.ect(world.ash, date(2025, 9, 1))
    answer = await alice.post(f"{walker.base}/check-answers")
    assert answer.headers["location"] == f"{walker.base}/already-registered"
    assert (await fetch("SELECT state FROM draft"))[0]["state"] == "blocked"
    assert [row["id"] for row in await fetch("SELECT id FROM ect_at_school_period")] == [stay["id"]]


@pytest.mark.rule("DRF-02")
async def test_opening_the_start_page_makes_no_draft(alice: Browser) -> None:
    await alice.get("/school/register-ect")
    assert await fetch("SELECT FROM draft") == []
    await Walker(alice).start()
    assert len(await fetch("SELECT FROM draft")) == 1


@pytest.mark.rule("DRF-08", "DR-01")
async def test_the_list_and_home_name_the_page_that_a_draft_stands_at(alice: Browser) -> None:
    walker = await Walker(alice).start()
    await alice.get("/school/drafts")
    assert "There are none" in alice.text()
    for answer in (identity(), YES_NAME, EMAIL, on(3, 10, 2025)):
        await walker.answer(**answer)
        asked = alice.h1()
        for page in ("/school/drafts", "/school/home"):
            await alice.get(page)
            assert (title := rows(alice.page.text)["next-question"]), page  # type: ignore[union-attr]
            assert title == asked
        await walker.visit(walker.step)


@pytest.mark.rule("DRF-08", "CP-05", "DRF-14", "ADM-12.2")
async def test_a_draft_at_a_dead_end_has_no_next_question_and_one_that_ended_keeps_none(alice: Browser) -> None:
    walker = await Walker(alice).to_email()
    await walker.answer("start-date", email=walker.email)
    await walker.answer("cannot-register-yet", **on(1, 9, 2026))
    await alice.get("/school/drafts")
    assert "next-question" not in rows(alice.page.text)  # type: ignore[union-attr]
    await walker.visit("start-date")
    await walker.answer("working-pattern", **on(3, 10, 2025))
    await alice.post(f"{walker.base}/working-pattern", {})
    await alice.post(f"/school/drafts/{walker.base.rpartition('/')[2]}/delete", {"confirm_delete": "yes"})
    assert [tuple(row) for row in await fetch("SELECT next_question, stopped_at FROM draft")] == [
        (None, "working-pattern")
    ]
    counted = await fetch("SELECT journey, field, errors FROM field_error")
    assert [tuple(row) for row in counted] == [("register-ect", "working_pattern", 1)]


@pytest.mark.rule("WT-30", "PRM-04", "DRF-09")
async def test_a_closed_window_that_begins_meanwhile_keeps_the_draft_and_its_time(alice: Browser) -> None:
    walker = await Walker(alice).to_email()
    (before,) = await fetch("SELECT expires_at FROM draft")
    await factories.closure(date(2025, 10, 6), date(2025, 10, 15))
    for answer in (
        await alice.get(walker.base),
        await alice.get(f"{walker.base}/email-address"),
        await alice.post(f"{walker.base}/email-address", EMAIL),
        await alice.post(f"{walker.base}/check-answers"),
    ):
        assert (answer.status_code, answer.headers["location"]) == (303, "/school/registration-closed")
    (after,) = await fetch("SELECT state, expires_at, answers::text FROM draft")
    assert (after["state"], after["expires_at"]) == ("open", before["expires_at"])
    assert "email-address" not in after["answers"]

    with clock.at(factories.noon(date(2025, 10, 16))):
        (listed,) = await store.listed(SchoolId((await fetch("SELECT school_id FROM draft"))[0]["school_id"]))
    assert listed.expires_at == datetime(
        2025, 11, 14, 23, tzinfo=UTC
    )  # what was left at the closing, from the opening on
    with clock.at(factories.noon(date(2025, 11, 14))):
        assert await expire_drafts() == 0
    with clock.at(factories.noon(date(2025, 11, 16))):
        assert await expire_drafts() == 1
