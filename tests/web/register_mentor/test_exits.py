"""Where the registration of a mentor stops, what is said there, and how it goes on (journeys, section 5.4)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from app.db.engine import fetch, fetch_one
from tests.web.register_ect import history
from tests.web.register_ect.walking import YES_NAME, identity, on
from tests.web.register_mentor.walking import (
    EMAIL,
    ONLY_HERE,
    SINCE,
    TOM,
    VIC,
    MentorWalker,
    ect_with,
    state_of_draft,
)

if TYPE_CHECKING:
    from tests.web.conftest import Browser
    from tests.web.register_ect.conftest import Outside, World


@pytest.mark.rule("RM-02", "RM-01")
async def test_the_start_page_says_what_to_have_ready_and_for_whom(alice: Browser, world: World) -> None:
    await alice.get("/school/register-mentor")
    for said in ("teacher reference number", "not qualified teacher status", "best kept apart", "privacy notice"):
        assert said in alice.text()
    ect = await ect_with(world)
    await alice.get(f"/school/register-mentor?ect_id={ect['public_id']}")
    assert "registering a mentor for Priya Shah" in alice.text()


@pytest.mark.rule("GEN-05", "RM-01")
@pytest.mark.parametrize("whose", ["foreign", "unknown", "malformed", "removed"])
async def test_an_ect_who_is_not_this_schools_is_not_found(alice: Browser, world: World, whose: str) -> None:
    foreign = await history.ect(world.birch, SINCE)
    removed = {"removed_at": history.noon(SINCE), "removal_reason": "duplicate"}
    gone = await history.ect(world.ash, SINCE, trn="9900017", **removed)
    value = {"foreign": foreign["public_id"], "unknown": uuid4(), "malformed": "1", "removed": gone["public_id"]}[whose]
    expected = 403 if whose == "removed" else 404
    await alice.get("/school/register-mentor")
    assert (await alice.get(f"/school/register-mentor?ect_id={value}")).status_code == expected
    await alice.get("/school/register-mentor")
    assert (await alice.post("/school/register-mentor", {"ect_id": str(value)})).status_code == expected
    assert "Birch" not in alice.text()
    assert await fetch("SELECT FROM draft") == []


@pytest.mark.rule("RM-01", "PER-61", "PRM-01")
@pytest.mark.parametrize(
    ("finished_on", "status", "allowed"),
    [(None, "InProgress", True), (date(2025, 10, 31), "InProgress", True), (date(2025, 10, 5), "InProgress", False),
     (None, "Passed", False), (None, "Exempt", False)],
    ids=["in progress", "leaving", "left", "completed", "exempt"],
)  # fmt: skip
async def test_only_an_ect_who_can_be_assigned_gets_a_mentor(
    alice: Browser, world: World, finished_on: date | None, status: str, allowed: bool
) -> None:
    ect = await history.ect(world.ash, SINCE, finished_on)
    await fetch("UPDATE teacher SET trs_induction_status = $1", status)
    answer = await alice.get(f"/school/register-mentor?ect_id={ect['public_id']}")
    assert answer.status_code == (200 if allowed else 403)


@pytest.mark.rule("RM-17", "RM-03")
async def test_somebody_without_a_number_is_told_how_to_get_one(alice: Browser) -> None:
    walker = await MentorWalker(alice).start()
    assert f'href="{walker.base}/no-trn"' in alice.page.text  # type: ignore[union-attr]
    await walker.visit("no-trn")
    assert "must have a teacher reference number" in alice.h1()
    assert (await walker.visit("find-mentor")).status_code == 200
    await walker.answer("review-mentor", **identity(TOM))
    assert (await walker.visit("no-trn")).status_code == 303


@pytest.mark.rule("RM-18", "IDN-07", "IDN-10")
async def test_an_ect_is_not_their_own_mentor_and_nobody_is_asked(
    alice: Browser, world: World, outside: Outside
) -> None:
    ect = await ect_with(world)
    walker = await MentorWalker(alice).start(ect["public_id"])
    await walker.answer("cannot-mentor-themself", **identity("9900001"))
    assert await outside.requests() == []
    assert await fetch("SELECT FROM lookup_attempt") == []
    await walker.visit("find-mentor")
    await walker.answer("review-mentor", **identity(TOM))


@pytest.mark.rule("IDN-10", "RM-22")
async def test_an_ect_may_mentor_others_but_is_not_offered_themself(alice: Browser, world: World) -> None:
    await ect_with(world)
    other = await ect_with(world, trn="9900017")
    walker = await MentorWalker(alice).past_email("9900001")
    assert "Una Quinn" in alice.text()
    assert len(alice.page.text.split('name="ect_ids"')) == 2  # type: ignore[union-attr]
    await walker.answer("mentor-training", ect_ids=[str(other["public_id"])])
    await walker.answer("check-answers", mentor_training="accept")
    assert "also registered as an ECT at your school" in alice.text()


@pytest.mark.rule("RM-19", "IDN-07", "RE-27")
@pytest.mark.parametrize("from_ect", [True, False])
@pytest.mark.parametrize("leaves_on", [None, date(2025, 12, 12)], ids=["staying", "leaving"])
async def test_a_mentor_of_this_school_leads_to_what_helps(
    alice: Browser, world: World, leaves_on: date | None, from_ect: bool
) -> None:
    ect = await ect_with(world)
    mentor = await history.mentor(world.ash, SINCE, leaves_on, VIC)
    walker = await MentorWalker(alice).to_name(VIC, ect["public_id"] if from_ect else None)
    assert (walker.step, await state_of_draft()) == ("already-registered", "blocked")
    record = f"/school/mentors/{mentor['public_id']}"
    assert f'href="{record}"' in alice.page.text  # type: ignore[union-attr]
    assign = f"/school/ects/{ect['public_id']}/assign-mentor?mentor_id={mentor['public_id']}"
    page = alice.page.text.replace("&amp;", "&")  # type: ignore[union-attr]
    assert (f'href="{record}/change-leaving"' in page) is (leaves_on is not None)
    assert (f'href="{assign}"' in page) is (from_ect and leaves_on is None)


@pytest.mark.rule("RM-20", "IDN-07", "IDN-08", "IDN-09")
@pytest.mark.parametrize(
    ("trn", "step"),
    [
        ("9900004", "trn-not-found"),
        ("9900015", "national-insurance-number"),
        ("9900011", "cannot-register"),
        ("9900007", "review-mentor"),
        ("9900008", "review-mentor"),
        ("9900010", "review-mentor"),
        ("9900002", "review-mentor"),
    ],
    ids=["no record", "other birthday", "restricted", "passed", "failed", "exempt", "no qualified teacher status"],
)
async def test_only_a_restriction_stops_a_mentor_for_good(alice: Browser, trn: str, step: str) -> None:
    walker = await MentorWalker(alice).to_name(trn)
    assert walker.step == step
    assert await state_of_draft() == ("blocked" if step == "cannot-register" else "open")
    if step == "cannot-register":
        assert 'href="/school/register-mentor"' in alice.page.text  # type: ignore[union-attr]


@pytest.mark.rule("RM-04", "RM-20", "WT-07")
async def test_a_national_insurance_number_that_does_not_agree_is_not_found(alice: Browser) -> None:
    walker = await MentorWalker(alice).to_name("9900015")
    await walker.answer("not-found", national_insurance_number="JM123456D")
    assert (await walker.visit("national-insurance-number")).status_code == 200
    await walker.answer("review-mentor", national_insurance_number="JX000015A")


@pytest.mark.rule("RM-20", "RM-08", "EML-01", "EML-02")
async def test_an_address_in_use_has_to_be_another(alice: Browser, world: World) -> None:
    await history.ect(world.birch, SINCE, trn="9900017", email=EMAIL["email"].upper())
    walker = await MentorWalker(alice).past_email()
    assert walker.step == "cant-use-email"
    await walker.visit("email-address")
    await walker.answer("assign-ects", email="tom.baker@ash.example")
    assert walker.step == "assign-ects"


@pytest.mark.rule("RM-06", "RM-07", "NAM-04")
async def test_another_name_is_asked_about_and_dropped_again(alice: Browser) -> None:
    walker = await MentorWalker(alice).to_name()
    await walker.answer("confirm-name", name_is_correct="no", corrected_name="Deepa Rao")
    await walker.answer("review-mentor", same_person="no")
    await walker.answer("email-address", name_is_correct="no", corrected_name="Thomas Baker")
    await walker.answer(**EMAIL)
    await walker.answer("check-answers")
    await walker.confirm()
    (row,) = await fetch("SELECT corrected_name AS name FROM teacher WHERE trn = $1", TOM)
    assert row["name"] == "Thomas Baker"
    assert [r["kind"] for r in await fetch("SELECT kind FROM event WHERE kind LIKE 'teacher%' ORDER BY id")] == [
        "teacher_registered_as_mentor",
        "teacher_name_updated_by_user",
    ]


@pytest.mark.rule("RM-20", "CP-05", "TD-17")
async def test_a_year_not_open_today_waits_without_a_date(alice: Browser, world: World) -> None:
    await fetch("UPDATE contract_period SET registration_opens_on = '2025-11-01' WHERE year = 2025")
    walker = await MentorWalker(alice).past_email()
    assert walker.step == "cannot-register-yet"
    assert 'href="/school/home"' in alice.page.text  # type: ignore[union-attr]
    assert "start-date" not in alice.page.text  # type: ignore[union-attr]
    await walker.answer("cannot-register-yet", tell_me_when_open="yes")
    alice.client.headers["X-With-Server-Date"] = "2025-11-01T09:00:00Z"
    await alice.sign_in("100001")
    await alice.get("/school/home")
    assert "Registration has opened: finish registering Tom Baker" in alice.text()
    assert (await walker.visit("assign-ects")).status_code == 200


@pytest.mark.rule("RM-10", "RM-20", "PER-11", "PER-02")
async def test_the_date_of_a_mentor_who_moves_is_held_to_its_bounds(alice: Browser, world: World) -> None:
    await history.mentor(world.birch, date(2025, 9, 1), trn=VIC)
    walker = await MentorWalker(alice).past_email(VIC)
    assert "only_at_your_school" in await walker.refused()
    await walker.answer("start-date", **ONLY_HERE)
    assert "3 September 2025" in alice.text()
    assert "6 February 2026" in alice.text()
    assert "start_date_day" in await walker.refused(**on(2, 9, 2025))
    await walker.answer("cannot-register-yet", **on(1, 6, 2026))
    assert f'href="{walker.base}/start-date"' in alice.page.text  # type: ignore[union-attr]
    await walker.visit("start-date")
    await walker.answer("assign-ects", **on(6, 2, 2026))


@pytest.mark.rule("RM-20", "CP-11", "SCD-04")
async def test_without_a_schedule_the_registration_cannot_be_filed_yet_and_support_is_alerted(
    alice: Browser, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    ect = await ect_with(world)
    await fetch("DELETE FROM schedule WHERE contract_period_year = 2025 AND identifier <> 'ecf-standard-september'")
    await fetch("UPDATE schedule SET identifier = 'ecf-reduced-april' WHERE contract_period_year = 2025")
    walker = await MentorWalker(alice).past_email(ect=ect["public_id"])
    await walker.answer("cannot-file-yet", mentor_training="accept")
    assert await state_of_draft() == "open"
    assert "support@register.example" in alice.text()
    assert any(record.name == "register.alarm" for record in caplog.records)


@pytest.mark.rule("RM-25", "PER-61", "DRF-12")
async def test_an_ect_who_has_left_meanwhile_stops_the_registration(alice: Browser, world: World) -> None:
    ect = await ect_with(world, None)
    walker = await MentorWalker(alice).past_email(ect=ect["public_id"])
    assert walker.step == "check-answers"
    await fetch("UPDATE training_period SET finished_on = '2025-10-05'")
    await fetch("UPDATE ect_at_school_period SET finished_on = '2025-10-05', end_reason = 'left'")
    await walker.answer("cannot-assign")
    assert "Priya Shah" in alice.text()
    assert await fetch("SELECT FROM mentor_at_school_period") == []


@pytest.mark.rule("RM-11", "GEN-06", "DRF-05")
async def test_an_ect_chosen_who_has_left_meanwhile_is_asked_about_again(alice: Browser, world: World) -> None:
    ect = await ect_with(world, None)
    walker = await MentorWalker(alice).past_email()
    await walker.answer("check-answers", ect_ids=[str(ect["public_id"])])
    await fetch("UPDATE training_period SET finished_on = '2025-10-05'")
    await fetch("UPDATE ect_at_school_period SET finished_on = '2025-10-05', end_reason = 'left'")
    await walker.answer("assign-ects")
    assert "cannot be assigned" in alice.page.text  # type: ignore[union-attr]
    assert await fetch("SELECT FROM mentor_at_school_period") == []


@pytest.mark.rule("RM-05", "DRF-10", "DRF-08", "DR-01")
@pytest.mark.parametrize("choice", ["continue_existing", "replace_existing"])
async def test_a_second_registration_of_one_person_is_settled(alice: Browser, choice: str) -> None:
    first = await MentorWalker(alice).to_name()
    await first.answer("email-address", name_is_correct="no", corrected_name="Thomas Baker")
    await alice.get("/school/register-mentor")
    assert "Continue registering Thomas Baker" in alice.text()
    await alice.get("/school/drafts")
    assert "Thomas Baker" in alice.text()
    assert f'href="{first.base}"' in alice.page.text  # type: ignore[union-attr]
    second = await MentorWalker(alice).to_name()
    assert second.step == "already-in-progress"
    bases = (first.base, second.base)
    await second.answer(draft_choice=choice)
    kept, gone = bases if choice == "continue_existing" else bases[::-1]
    assert second.base == kept
    row = await fetch_one("SELECT state FROM draft WHERE id = $1::uuid", gone.rpartition("/")[2])
    assert row is not None
    assert row["state"] == "deleted"


@pytest.mark.rule("PRM-04", "PRM-05")
@pytest.mark.parametrize("gate", ["/school/registration-closed", "/school/induction-tutor"])
async def test_gates_stand_before_every_page(alice: Browser, world: World, gate: str) -> None:
    walker = await MentorWalker(alice).to_name()
    if gate.endswith("closed"):
        await fetch(
            """INSERT INTO registration_closure (created_at, updated_at, key, starts_on, ends_on, message)
            VALUES (now(), now(), 'c', '2025-10-06', '2025-10-06', 'Closed today.')"""
        )
    else:
        await fetch("UPDATE induction_tutor SET confirmed_for_year = 2024")
    for path in ("/school/register-mentor", walker.base, f"{walker.base}/email-address"):
        answer: Any = await alice.get(path)
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, gate)
    assert await state_of_draft() == "open"


@pytest.mark.rule("GEN-05", "DRF-14")
async def test_a_draft_of_another_school_is_not_found(alice: Browser, world: World) -> None:
    walker = await MentorWalker(alice).to_name()
    await alice.sign_in("100002", email="carla@birch.example", name="Carla Crane")
    for path in (walker.base, f"{walker.base}/review-mentor", f"{walker.base}/check-answers"):
        assert (await alice.get(path)).status_code == 404
    assert (await alice.post(f"{walker.base}/review-mentor", YES_NAME)).status_code == 404
