"""Who gets through: every dead end, and everybody who must not meet one (journeys, table of 4.6)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch, fetch_one
from tests.web.register_ect import history
from tests.web.register_ect.people import PEOPLE, person, prohibition
from tests.web.register_ect.walking import YES_NAME, Walker, identity, on

if TYPE_CHECKING:
    from tests.web.conftest import Browser
    from tests.web.register_ect.conftest import Outside, World

SINCE = date(2025, 9, 1)
REMOVED = {"removed_at": history.noon(date(2025, 9, 20)), "removal_reason": "wrong_person"}


async def found(alice: Browser, trn: str = "9900001") -> Walker:
    """Look somebody up and go where that leads."""
    walker = await Walker(alice).start()
    return await walker.answer(**identity(trn))


async def state_of_draft() -> Any:
    row = await fetch_one("SELECT state, trn FROM draft")
    assert row is not None
    return row["state"]


@pytest.mark.rule("RE-17")
@pytest.mark.rule("IDN-02")
@pytest.mark.parametrize("trn", ["1234567", "9900004", "9900005"], ids=["unknown", "deactivated", "merged"])
async def test_a_number_without_a_record_in_use_is_not_found_and_can_be_tried_again(alice: Browser, trn: str) -> None:
    walker = await found(alice, trn)
    assert walker.step == "trn-not-found"
    assert (await walker.visit("national-insurance-number")).status_code == 303
    await walker.visit("find-ect")
    assert f'value="{trn}"' in alice.page.text  # type: ignore[union-attr]
    await walker.answer("review-ect", **identity())


@pytest.mark.rule("RE-18")
@pytest.mark.rule("RE-05")
@pytest.mark.parametrize("trn", ["9900015", "9900016"], ids=["another number", "no number"])
async def test_two_facts_that_disagree_name_nobody_and_can_be_tried_again(alice: Browser, trn: str) -> None:
    walker = await found(alice, trn)
    assert walker.step == "national-insurance-number"
    await walker.answer("not-found", national_insurance_number="AB123456C")
    assert "Nia" not in alice.text()
    await walker.visit("national-insurance-number")
    await walker.visit("find-ect")
    await walker.answer("review-ect", **identity())


@pytest.mark.rule("RE-21")
@pytest.mark.rule("RE-22")
@pytest.mark.rule("RE-27")
@pytest.mark.rule("IDN-07")
@pytest.mark.parametrize(
    ("trn", "step"),
    [
        ("9900007", "induction-completed"),
        ("9900008", "induction-failed"),
        ("9900009", "induction-failed"),
        ("9900010", "induction-exempt"),
        ("9900011", "cannot-register"),
        ("9900013", "cannot-register"),
    ],
    ids=["passed", "failed", "failed in Wales", "exempt", "restricted", "restricted until tomorrow"],
)
async def test_the_teaching_record_can_stop_a_registration_for_good(alice: Browser, trn: str, step: str) -> None:
    walker = await found(alice, trn)
    assert walker.step == step
    assert await state_of_draft() == "blocked"
    answer = await walker.visit("email-address")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{walker.base}/{step}")
    await alice.get("/school/register-ect")
    assert walker.base not in alice.page.text  # type: ignore[union-attr]


@pytest.mark.rule("RE-27")
async def test_a_blocked_draft_takes_no_more_answers(alice: Browser) -> None:
    walker = await found(alice, "9900007")
    for step in ("find-ect", "review-ect", "email-address", "check-answers"):
        answer = await alice.post(f"{walker.base}/{step}", {**identity(), **YES_NAME, "email": "a@b.example"})
        assert (answer.status_code, answer.headers["location"]) == (303, f"{walker.base}/induction-completed")
    assert (await fetch("SELECT answers FROM draft"))[0]["answers"] == "{}"


@pytest.mark.rule("IDN-09")
@pytest.mark.rule("IDN-08")
@pytest.mark.rule("IDN-10")
@pytest.mark.parametrize(
    "trn", ["9900001", "9900002", "9900012", "9900017"], ids=["new", "no status", "restriction ended", "started"]
)
async def test_nothing_else_on_a_teaching_record_stops_anybody(alice: Browser, trn: str) -> None:
    assert (await found(alice, trn)).step == "review-ect"


@pytest.mark.rule("RE-19")
@pytest.mark.rule("WT-10")
@pytest.mark.rule("RE-27")
@pytest.mark.parametrize(
    ("trn", "started_on", "finished_on"),
    [
        ("9900001", SINCE, None),
        ("9900001", date(2026, 1, 5), None),
        ("9900001", SINCE, date(2025, 10, 31)),
        ("9900001", SINCE, date(2025, 10, 6)),
        ("9900010", SINCE, None),
        ("9900007", SINCE, None),
    ],
    ids=["in progress", "starting", "leaving", "last day today", "exempt", "completed"],
)
async def test_somebody_registered_here_leads_to_their_record(
    alice: Browser, world: World, trn: str, started_on: date, finished_on: date | None
) -> None:
    stay = await history.ect(world.ash, started_on, finished_on, trn)
    walker = await found(alice, trn)
    assert walker.step == "already-registered"
    assert f'href="/school/ects/{stay["public_id"]}"' in alice.page.text  # type: ignore[union-attr]
    assert await state_of_draft() == "blocked"


@pytest.mark.rule("RE-20")
@pytest.mark.rule("G-08")
@pytest.mark.parametrize("where", ["ash", "birch"])
async def test_a_mentor_of_any_school_cannot_be_an_ect(alice: Browser, world: World, where: str) -> None:
    await history.mentor(getattr(world, where), SINCE)
    walker = await found(alice)
    assert walker.step == "registered-as-mentor"
    assert "Birch" not in alice.text()
    assert await state_of_draft() == "blocked"


@pytest.mark.rule("RE-20")
async def test_a_mentor_stay_outweighs_an_ect_stay_elsewhere(alice: Browser, world: World) -> None:
    await history.ect(world.birch, SINCE)
    await history.mentor(world.birch, SINCE)
    assert (await found(alice)).step == "registered-as-mentor"


@pytest.mark.rule("RE-09")
@pytest.mark.rule("IDN-10")
async def test_mentor_stays_that_have_ended_stop_nobody_and_show_nothing(alice: Browser, world: World) -> None:
    await history.mentor(world.birch, date(2024, 9, 1), date(2025, 7, 18))
    walker = await (await found(alice)).answer("email-address", **YES_NAME)
    assert walker.step == "email-address"


@pytest.mark.rule("RE-09")
@pytest.mark.parametrize(
    ("where", "started_on", "finished_on", "asked"),
    [
        ("ash", date(2024, 9, 1), date(2025, 7, 18), False),
        ("birch", SINCE, None, True),
        ("birch", SINCE, date(2025, 10, 31), True),
        ("birch", date(2026, 1, 5), None, True),
        ("birch", date(2024, 9, 1), date(2025, 7, 18), False),
    ],
    ids=["left here", "elsewhere", "leaving elsewhere", "starting elsewhere", "left elsewhere"],
)
async def test_an_earlier_registration_is_shown_and_a_move_asked_about(
    alice: Browser, world: World, where: str, started_on: date, finished_on: date | None, asked: bool
) -> None:
    stay = await history.ect(getattr(world, where), started_on, finished_on)
    await history.school_led(stay)
    walker = await (await found(alice)).answer("registered-before", **YES_NAME)
    assert ('name="transferring_in"' in alice.page.text) is asked  # type: ignore[union-attr]
    assert "Induction started Not confirmed" in alice.text()
    assert "Lead provider" not in alice.text()
    if asked:
        assert "transferring_in" in await walker.refused()
    await walker.answer("email-address", **({"transferring_in": "yes"} if asked else {}))


@pytest.mark.rule("RE-09")
@pytest.mark.rule("RE-19")
@pytest.mark.parametrize("where", ["ash", "birch"])
async def test_a_removed_registration_never_happened(alice: Browser, world: World, where: str) -> None:
    await history.ect(getattr(world, where), SINCE, **REMOVED)
    walker = await (await found(alice)).answer("email-address", **YES_NAME)
    assert walker.step == "email-address"


@pytest.mark.rule("RE-23")
@pytest.mark.rule("WT-09")
async def test_somebody_who_is_not_moving_stays_where_they_are(alice: Browser, world: World) -> None:
    await history.ect(world.birch, SINCE)
    walker = await (await found(alice)).answer("registered-before", **YES_NAME)
    await walker.answer("not-transferring", transferring_in="no")
    assert f"/school/drafts/{walker.base.rpartition('/')[2]}/delete" in alice.page.text  # type: ignore[union-attr]
    assert len(await fetch("SELECT FROM ect_at_school_period")) == 1
    assert await state_of_draft() == "open"
    await walker.visit("registered-before")
    await walker.answer("email-address", transferring_in="yes")


@pytest.mark.rule("RE-24")
@pytest.mark.rule("EML-01")
@pytest.mark.parametrize("table", ["ect", "mentor"])
async def test_an_address_in_use_for_somebody_else_has_to_be_another(alice: Browser, world: World, table: str) -> None:
    await getattr(history, table)(world.birch, SINCE, trn="9900020", email="PRIYA@ash.example")
    walker = await Walker(alice).to_email()
    await walker.answer("cant-use-email", email="priya@ash.example")
    assert "Vic" not in alice.text()
    assert "Birch" not in alice.text()
    await walker.visit("email-address")
    await walker.answer("start-date", email="priya.shah@ash.example")


@pytest.mark.rule("EML-01")
async def test_addresses_of_ended_stays_and_of_the_person_are_free(alice: Browser, world: World) -> None:
    await history.ect(world.birch, date(2024, 9, 1), date(2025, 10, 5), trn="9900020", email="priya@ash.example")
    await history.ect(world.birch, date(2024, 9, 1), date(2025, 7, 18), email="priya@ash.example")
    walker = await (await found(alice)).answer("registered-before", **YES_NAME)
    await walker.answer("email-address")
    await walker.answer("start-date", email="priya@ash.example")
    assert walker.step == "start-date"


@pytest.mark.rule("RE-25")
@pytest.mark.rule("CP-05")
@pytest.mark.rule("WT-29")
async def test_a_start_in_a_year_not_yet_open_waits_until_it_opens(alice: Browser) -> None:
    walker = await Walker(alice).to_email()
    await walker.answer("start-date", email="priya@ash.example")
    await walker.answer("cannot-register-yet", **on(1, 9, 2026))
    assert "2026 to 2027" in alice.text()
    assert "15 June 2026" in alice.text()
    await walker.answer("cannot-register-yet", tell_me_when_open="yes")
    row = await fetch_one("SELECT tell_when_open_user_id, expires_at::date AS until, state FROM draft")
    assert row is not None
    assert (str(row["until"]), row["state"], row["tell_when_open_user_id"] is None) == ("2026-07-15", "open", False)
    alice.client.headers["X-With-Server-Date"] = "2026-06-15T09:00:00Z"
    await alice.sign_in("100001")
    assert (await walker.visit("working-pattern")).status_code == 303
    await fetch("UPDATE induction_tutor SET confirmed_for_year = 2026")
    assert (await walker.visit("working-pattern")).status_code == 200


@pytest.mark.rule("RE-25")
async def test_only_yes_asks_to_be_told(alice: Browser) -> None:
    walker = await Walker(alice).to_email()
    await walker.answer("start-date", email="priya@ash.example")
    await walker.answer("cannot-register-yet", **on(1, 9, 2026))
    assert "tell_me_when_open" in await walker.refused(tell_me_when_open="perhaps")
    assert (await fetch("SELECT tell_when_open_user_id AS who FROM draft"))[0]["who"] is None


@pytest.mark.rule("RE-25")
async def test_another_start_date_leaves_the_dead_end(alice: Browser) -> None:
    walker = await Walker(alice).to_email()
    await walker.answer("start-date", email="priya@ash.example")
    await walker.answer("cannot-register-yet", **on(1, 9, 2026))
    await walker.visit("start-date")
    await walker.answer("working-pattern", **on(31, 5, 2026))
    assert walker.step == "working-pattern"


@pytest.mark.rule("RE-02")
@pytest.mark.rule("SCH-03")
async def test_a_school_that_may_register_no_more_ects_is_led_to_its_list(alice: Browser, world: World) -> None:
    walker = await Walker(alice).to_email()
    stay = await history.ect(world.ash, SINCE, trn="9900020")
    await history.provider_led(world, stay, "Oak", 2025)
    await fetch(
        "UPDATE school SET kind = 'independent', type_code = 11, section_41_approved = false WHERE id = $1", world.ash
    )
    for path in ("/school/register-ect", walker.base, f"{walker.base}/email-address", f"{walker.base}/nonsense"):
        for answer in (await alice.get(path), await alice.post(path) if path != walker.base else await alice.get(path)):
            assert (answer.status_code, answer.headers["location"]) == (303, "/school/ects")
    assert await state_of_draft() == "open"


@pytest.mark.rule("PER-46")
@pytest.mark.parametrize(("trn", "closed"), [("9900007", True), ("9900008", True), ("9900010", False)])
async def test_an_outcome_found_on_the_teaching_record_closes_the_registration_elsewhere(
    alice: Browser, world: World, trn: str, closed: bool
) -> None:
    """Passed or failed closes the stay at Birch School today; exempt closes nothing."""
    await history.ect(world.birch, SINCE, trn=trn)
    await found(alice, trn)
    row = await fetch_one("SELECT end_reason, finished_on FROM ect_at_school_period")
    assert row is not None
    assert row["end_reason"] == ("induction_completed" if closed else None)
    events = await fetch("SELECT actor_kind FROM event WHERE school_id = $1", world.birch)
    assert [event["actor_kind"] for event in events] == ["system"] * closed


@pytest.mark.rule("CP-11", "SCD-04", "RE-15", "Q-16")
async def test_without_a_schedule_nothing_can_be_filed_and_support_is_alerted(
    alice: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    walker = await Walker(alice).to_check()
    await fetch("DELETE FROM schedule")
    await alice.post(f"{walker.base}/check-answers")
    await walker.visit("cannot-file-yet")
    assert alice.h1() == "We cannot file this registration yet"
    assert "support@register.example" in alice.text()
    alarms = [record.fields for record in caplog.records if record.name == "register.alarm"]  # type: ignore[attr-defined]
    assert alarms[0] == {"alarm": True, "cannot_file": "no_schedule"}
    assert [row["next_question"] for row in await fetch("SELECT next_question FROM draft")] == [alice.h1()]


@pytest.mark.rule("FLT-33")
@pytest.mark.rule("EXT-2.5", "IDN-07", "IDN-11")
@pytest.mark.parametrize("when", ["by date of birth", "by National Insurance number", "at submit"])
async def test_the_same_gate_stands_however_somebody_was_matched_and_again_at_submit(
    when: str, alice: Browser, outside: Outside
) -> None:
    walker = Walker(alice)
    if when == "at submit":
        await walker.to_check()
        barred = {**PEOPLE, "people": [person("9900001", "Priya", "Shah", **prohibition(None))]}
        await outside.client.put("/__stand-in/data", json=barred)
        try:
            await alice.post(f"{walker.base}/check-answers")
        finally:
            await outside.client.put("/__stand-in/data", json=PEOPLE)
        await walker.visit("cannot-register")
    else:
        await walker.start()
        await walker.answer(**identity("9900011" if when == "by date of birth" else "9900021"))
        if walker.step == "national-insurance-number":
            await walker.answer(national_insurance_number="JX000021A")
    assert walker.step == "cannot-register"
    assert await state_of_draft() == "blocked"
    assert await fetch("SELECT FROM ect_at_school_period") == []
