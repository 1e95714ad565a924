"""Changing lead provider and programme, page after page (CH-06, CH-07, CH-08)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from app.db.engine import fetch, fetch_one
from tests import factories
from tests.cast import Cast, cast, sign_in
from tests.web.changing import Change
from tests.web.conftest import browser_of

STARTED = date(2025, 9, 1)
LEAD_PROVIDER, PROGRAMME, CHECK = "change-lead-provider", "change-training-programme", "check-answers"


@dataclass
class Ash:
    """Ash School, whose Oak works with Fern; Elm is contracted too."""

    people: Cast
    oak: Any
    elm: Any
    fern: Any
    browser: Any

    @property
    def school(self) -> Any:
        return self.people.ash


async def ash_school(browser: Any) -> Ash:
    """Store Ash School with two lead providers, and sign Alice in there."""
    people = await cast()
    oak, elm = await factories.lead_provider("Oak"), await factories.lead_provider("Elm")
    fern = await factories.delivery_partner("Fern")
    for provider in (oak, elm):
        await factories.contract(provider)
    for identifier in ("ecf-standard-september", "ecf-standard-january"):
        await factories.schedule(2025, identifier)
    await sign_in(browser, people.alice, people.ash)
    return Ash(people, oak, elm, fern, browser)


@pytest.fixture
async def ash(client: Any, database: None) -> Ash:
    """Give Alice's browser at Ash School."""
    return await ash_school(client)


async def confirmed(ash: Ash, **facts: Any) -> factories.Stay:
    stay = await factories.ect(ash.school)
    found = await fetch_one("SELECT * FROM school_partnership WHERE lead_provider_id = $1", ash.oak.id)
    partnership = found or await factories.partnership(ash.school, ash.oak, ash.fern)
    await factories.training(stay, ash.oak, partnership, **facts)
    return stay


async def school_led(ash: Ash) -> factories.Stay:
    stay = await factories.ect(ash.school)
    await factories.training(stay)
    return stay


async def mentor_in_training(ash: Ash) -> factories.Stay:
    mentor = await factories.mentor(ash.school)
    of_mentor = {"role": "mentor", "ect_at_school_period_id": None, "mentor_at_school_period_id": mentor.id}
    await factories.training(mentor, ash.oak, **of_mentor, started_on=STARTED)
    return mentor


def at(stay: factories.Stay, journey: str, role: str = "ects") -> str:
    return f"/school/{role}/{stay.public_id}/{journey}"


def requested(provider: Any) -> str:
    return f"lead_provider:{provider.public_id}"


async def rows(stay: factories.Stay) -> list[tuple[Any, ...]]:
    """Return lead provider, first and last day of the training of an ECT."""
    found = await fetch(
        """SELECT l.name, t.started_on, t.finished_on FROM training_period t
        LEFT JOIN lead_provider l ON l.id = t.lead_provider_id
        WHERE t.teacher_id = $1 AND t.cancelled_at IS NULL ORDER BY t.started_on""",
        stay.teacher.id,
    )
    return [tuple(row) for row in found]


OLD_AND_NEW = [("Oak", STARTED, date(2025, 11, 9)), ("Elm", date(2025, 11, 10), None)]


@pytest.mark.rule("CH-06", "CH-09", "CH-12", "WT-22", "G-06", "PER-30")
async def test_an_ect_gets_another_lead_provider(ash: Ash) -> None:
    stay = await confirmed(ash)
    await ash.browser.get(at(stay, LEAD_PROVIDER))
    asked = ash.browser.text()
    assert "Their lead provider is Oak" in asked
    assert "end of a school year" in asked
    change = await Change(ash.browser, at(stay, LEAD_PROVIDER)).answer(CHECK, provider_choice=requested(ash.elm))
    check = ash.browser.text()
    for words in (
        "Lead provider now Oak",
        "Training with Oak ends on 9 November 2025. From 10 November 2025 they are trained by Elm, once Elm confirms.",
        "Elm will be able to see the change",
        "2025 to 2026",
        "Nothing has been saved",
    ):
        assert words in check
    assert len(await rows(stay)) == 1
    await change.confirm()
    assert ash.browser.h1() == "Siân Evans’s lead provider has been changed to Elm"
    assert await rows(stay) == OLD_AND_NEW
    assert await fetch("SELECT FROM message") == []
    await ash.browser.get(f"{stay.url}/history")
    assert "Lead provider changed from Oak to Elm" in ash.browser.text()


@pytest.mark.rule("CH-07", "MFT-11")
async def test_a_mentor_gets_another_lead_provider(ash: Ash) -> None:
    mentor = await mentor_in_training(ash)
    change = Change(ash.browser, at(mentor, LEAD_PROVIDER, "mentors"))
    await change.answer(CHECK, lead_provider_id=str(ash.elm.public_id))
    assert "The lead provider of the ECTs they mentor does not change" in ash.browser.text()
    await change.confirm()
    assert await rows(mentor) == [("Elm", date(2025, 11, 10), None)]


@pytest.mark.rule("CH-06", "CH-07", "GEN-05")
async def test_there_is_no_page_where_there_is_no_lead_provider_to_change(ash: Ash) -> None:
    ect, mentor = await school_led(ash), await factories.mentor(ash.school)
    theirs = await factories.ect(ash.people.birch, "Max Other")
    for address in (
        at(ect, LEAD_PROVIDER),
        at(mentor, LEAD_PROVIDER, "mentors"),
        at(mentor, PROGRAMME, "mentors"),
        at(theirs, LEAD_PROVIDER),
        at(theirs, PROGRAMME),
        f"/school/ects/nonsense/{LEAD_PROVIDER}",
    ):
        assert (await ash.browser.get(address)).status_code == 404, address
        assert (await ash.browser.post(address, {"provider_choice": requested(ash.elm)})).status_code == 404


@pytest.mark.rule("GEN-06", "CH-06", "CH-07")
@pytest.mark.parametrize("role", ["ects", "mentors"])
async def test_the_present_and_unknown_lead_providers_are_errors_beside_the_field(ash: Ash, role: str) -> None:
    ect = role == "ects"
    stay = await confirmed(ash) if ect else await mentor_in_training(ash)
    field = "provider_choice" if ect else "lead_provider_id"
    stranger = await factories.lead_provider("Yew")
    change = Change(ash.browser, at(stay, LEAD_PROVIDER, role))
    value = requested if ect else lambda provider: str(provider.public_id)
    for typed, words in (
        ({field: value(ash.oak)}, "already with Oak"),
        ({field: value(stranger)}, "Select one of the options"),
        ({field: str(uuid4())}, "Select one of the options"),
        ({}, "Select a lead provider"),
    ):
        answer = await change.post(**typed)
        assert answer.status_code == 422, typed
        assert words in answer.text
    assert await fetch("SELECT FROM draft") == []


@pytest.mark.rule("CH-06")
async def test_a_partnership_of_the_present_lead_provider_is_named_as_theirs(ash: Ash) -> None:
    stay = await confirmed(ash)
    partnership = await fetch_one("SELECT public_id FROM school_partnership")
    answer = await Change(ash.browser, at(stay, LEAD_PROVIDER)).post(
        provider_choice=f"partnership:{partnership['public_id']}"
    )
    assert (answer.status_code, "already with Oak" in answer.text) == (422, True)


@pytest.mark.rule("CH-08", "PER-32", "CH-12")
async def test_to_school_led(ash: Ash) -> None:
    stay = await confirmed(ash)
    change = await Change(ash.browser, at(stay, PROGRAMME)).answer(CHECK, training_programme="school_led")
    assert "From 10 November 2025 they follow school-led training" in ash.browser.text()
    assert "appropriate body must agree" in ash.browser.text()
    await change.confirm()
    assert await rows(stay) == [OLD_AND_NEW[0], (None, date(2025, 11, 10), None)]


@pytest.mark.rule("CH-08", "PER-33", "PER-34", "WT-25")
async def test_to_provider_led_with_the_mentor(ash: Ash) -> None:
    stay, mentor = await school_led(ash), await factories.mentor(ash.school)
    await factories.mentorship(stay, mentor)
    change = await Change(ash.browser, at(stay, PROGRAMME)).answer("lead-provider", training_programme="provider_led")
    await change.answer(CHECK, provider_choice=requested(ash.elm))
    assert "Max Mentor, who mentors them, also gets mentor training with Elm, from 10 November 2025" in (
        ash.browser.text()
    )
    await change.confirm()
    assert "Max Mentor" in ash.browser.text()
    assert (await rows(stay))[-1] == OLD_AND_NEW[1]
    assert await rows(mentor) == [OLD_AND_NEW[1]]


@pytest.mark.rule("CH-08")
@pytest.mark.parametrize("typed", [{}, {"training_programme": "provider_led"}, {"training_programme": "other"}])
async def test_the_programme_they_follow_is_not_offered(ash: Ash, typed: dict[str, str]) -> None:
    stay = await confirmed(ash)
    assert (await Change(ash.browser, at(stay, PROGRAMME)).post(**typed)).status_code == 422


@pytest.mark.rule("CH-08", "PER-20")
async def test_without_any_training_either_programme_may_be_chosen(ash: Ash) -> None:
    stay = await factories.ect(ash.school)
    page = await ash.browser.get(at(stay, PROGRAMME))
    assert [value in page.text for value in ('value="provider_led"', 'value="school_led"')] == [True, True]
    change = await Change(ash.browser, at(stay, PROGRAMME)).answer(CHECK, training_programme="school_led")
    await change.confirm()
    assert await rows(stay) == [(None, date(2025, 11, 10), None)]


@pytest.mark.rule("WD-01", "WT-24", "PER-32")
async def test_from_a_withdrawn_training_the_choice_is_made_beforehand(ash: Ash) -> None:
    stopped = {"withdrawn_at": factories.noon(date(2025, 11, 10)), "withdrawal_reason": "switched_to_school_led"}
    stay = await confirmed(ash, finished_on=date(2025, 11, 10), **stopped)
    page = await ash.browser.get(f"{at(stay, PROGRAMME)}?training_programme=school_led")
    assert "checked" in page.text
    await (await Change(ash.browser, at(stay, PROGRAMME)).answer(CHECK, training_programme="school_led")).confirm()
    assert await rows(stay) == [
        ("Oak", STARTED, date(2025, 11, 10)),
        (None, date(2025, 11, 11), None),
    ]


@pytest.mark.rule("PRM-01", "SCH-02")
async def test_a_school_that_can_choose_no_other_programme_is_told_so(ash: Ash) -> None:
    stay = await school_led(ash)
    await fetch("UPDATE school SET access_override = 'school_led_only', access_override_note = 'x'")
    answer = await ash.browser.get(at(stay, PROGRAMME))
    assert answer.status_code == 403
    assert "only training programme" in ash.browser.text()


@pytest.mark.rule("PRM-01", "PRM-02")
@pytest.mark.parametrize("journey", [LEAD_PROVIDER, PROGRAMME])
async def test_nothing_changes_for_somebody_who_has_left(ash: Ash, journey: str) -> None:
    stay = await factories.ect(ash.school, finished_on=date(2025, 10, 31))
    await factories.training(stay, ash.oak)
    answer = await ash.browser.post(
        at(stay, journey), {"provider_choice": requested(ash.elm), "training_programme": "school_led"}
    )
    assert answer.status_code == 403
    assert await fetch("SELECT FROM draft") == []


@pytest.mark.rule("PRM-04")
async def test_while_registration_is_closed_only_the_lead_provider_can_be_changed(ash: Ash) -> None:
    stay = await confirmed(ash)
    await factories.closure(date(2025, 11, 10), date(2025, 11, 14))
    closed = await ash.browser.get(at(stay, PROGRAMME))
    assert (closed.status_code, closed.headers["location"]) == (303, "/school/registration-closed")
    assert (await ash.browser.get(at(stay, LEAD_PROVIDER))).status_code == 200


@pytest.mark.rule("CP-11")
@pytest.mark.parametrize("journey", [LEAD_PROVIDER, PROGRAMME])
async def test_what_cannot_be_filed_is_said_with_the_address_of_support_and_the_draft_stays(
    ash: Ash, journey: str, caplog: pytest.LogCaptureFixture
) -> None:
    stay = await confirmed(ash, finished_on=date(2025, 9, 30) if journey == PROGRAMME else None)
    change = Change(ash.browser, at(stay, journey))
    if journey == PROGRAMME:
        await factories.training(stay, started_on=date(2025, 10, 1))
        await change.answer("lead-provider", training_programme="provider_led")
    await change.answer(CHECK, provider_choice=requested(ash.elm))
    await fetch(
        """UPDATE contract_period SET payments_frozen_on = '2025-10-01', successor_year = CASE year WHEN 2025
        THEN 2026 ELSE 2025 END, successor_schedule_identifier = 'ecf-extended-september' WHERE year IN (2025, 2026)"""
    )
    answer = await ash.browser.post(f"{change.at}/{CHECK}")
    assert answer.headers["location"] == f"{change.at}/cannot-file-yet"
    await ash.browser.get(answer.headers["location"])
    assert ash.browser.h1() == "We cannot file this change yet"
    assert "support@register.example" in ash.browser.text()
    assert [row["state"] for row in await fetch("SELECT state FROM draft")] == ["open"]
    assert any(record.name == "register.alarm" for record in caplog.records)
    first = await ash.browser.get(at(stay, LEAD_PROVIDER))
    assert (first.status_code, "cannot file" in first.text) == (
        (200, True) if journey == LEAD_PROVIDER else (404, False)
    )


@pytest.mark.rule("G-08", "PER-21")
async def test_where_no_day_is_left_the_journey_says_so(ash: Ash) -> None:
    today = date(2025, 11, 10)
    stay = await factories.ect(ash.school, finished_on=today)
    stopped = {"withdrawn_at": factories.noon(today), "withdrawal_reason": "other", "finished_on": today}
    partnership = await factories.partnership(ash.school, ash.oak, ash.fern)
    await factories.training(stay, ash.oak, partnership, **stopped)
    change = Change(ash.browser, at(stay, LEAD_PROVIDER))
    await change.answer("no-days-left", provider_choice=requested(ash.elm))
    assert ash.browser.h1() == "No day is left for new training"
    await Change(ash.browser, at(stay, PROGRAMME)).answer("no-days-left", training_programme="school_led")


@pytest.mark.rule("G-08", "MFT-09", "MFT-11")
async def test_a_mentor_who_is_trained_at_another_school_meanwhile_is_told_without_its_name(ash: Ash) -> None:
    mentor = await mentor_in_training(ash)
    there = await factories.mentor(ash.people.birch, mentor.teacher)
    await fetch("UPDATE training_period SET finished_on = '2025-10-31'")
    of_mentor = {"role": "mentor", "ect_at_school_period_id": None, "mentor_at_school_period_id": there.id}
    await factories.training(there, ash.oak, **of_mentor, started_on=date(2025, 11, 1))
    change = Change(ash.browser, at(mentor, LEAD_PROVIDER, "mentors"))
    await change.answer("trained-elsewhere", lead_provider_id=str(ash.elm.public_id))
    assert "another school" in ash.browser.text()
    assert "Birch" not in ash.browser.text()


@pytest.mark.rule("ARR-02", "CH-06")
async def test_without_another_lead_provider_the_page_gives_the_address_of_support(ash: Ash) -> None:
    stay = await confirmed(ash)
    await fetch("DELETE FROM lead_provider_contract WHERE lead_provider_id = $1", ash.elm.id)
    assert (await ash.browser.get(at(stay, LEAD_PROVIDER))).status_code == 200
    assert "No other lead provider can be chosen" in ash.browser.text()


@pytest.mark.rule("CON-01", "WT-23")
@pytest.mark.parametrize("choice", ["keep_mine", "keep_theirs"])
async def test_a_colleague_who_changed_the_lead_provider_in_between(ash: Ash, choice: str) -> None:
    ivy = await factories.lead_provider("Ivy")
    await factories.contract(ivy)
    stay = await confirmed(ash)
    mine = await Change(ash.browser, at(stay, LEAD_PROVIDER)).answer(CHECK, provider_choice=requested(ash.elm))
    theirs = await Change(ash.browser, at(stay, LEAD_PROVIDER)).answer(CHECK, provider_choice=requested(ivy))
    await theirs.confirm()
    conflict = await ash.browser.post(f"{mine.at}/{CHECK}")
    assert conflict.status_code == 409
    for words in ("Lead provider Ivy", "Elm", "Alice Archer"):
        assert words in ash.browser.text()
    assert [row[0] for row in await rows(stay)] == ["Oak", "Ivy"]
    answer = await mine.resolve(conflict, choice)
    assert answer.status_code == 303
    assert [row[0] for row in await rows(stay)] == (["Oak", "Elm"] if choice == "keep_mine" else ["Oak", "Ivy"])


@pytest.mark.rule("CON-01", "CON-02")
async def test_a_colleague_who_made_the_same_change_leaves_nothing_to_do(ash: Ash) -> None:
    stay = await confirmed(ash)
    mine, theirs = (Change(ash.browser, at(stay, LEAD_PROVIDER)) for _ in range(2))
    for change in (mine, theirs):
        await change.answer(CHECK, provider_choice=requested(ash.elm))
    await theirs.confirm()
    conflict = await ash.browser.post(f"{mine.at}/{CHECK}")
    assert (conflict.status_code, "lead_provider:" in ash.browser.text()) == (409, False)
    answer = await mine.resolve(conflict, "keep_mine")
    await ash.browser.get(answer.headers["location"])
    assert "already with Elm" in ash.browser.text()
    assert await rows(stay) == OLD_AND_NEW


@pytest.mark.rule("ARR-08", "DRF-05")
async def test_a_partnership_reported_in_between_is_shown_before_it_is_saved(ash: Ash) -> None:
    stay = await confirmed(ash)
    change = await Change(ash.browser, at(stay, LEAD_PROVIDER)).answer(CHECK, provider_choice=requested(ash.elm))
    await factories.partnership(ash.school, ash.elm, ash.fern)
    answer = await ash.browser.post(f"{change.at}/{CHECK}")
    assert answer.headers["location"].startswith(f"{change.at}/{LEAD_PROVIDER}")
    await ash.browser.get(answer.headers["location"])
    assert "Delivery partner: Fern" in ash.browser.text()
    assert len(await rows(stay)) == 1


@pytest.mark.rule("CON-01")
async def test_a_colleague_who_changed_the_programme_in_between_leaves_no_lead_provider_to_change(ash: Ash) -> None:
    stay = await confirmed(ash)
    mine = await Change(ash.browser, at(stay, LEAD_PROVIDER)).answer(CHECK, provider_choice=requested(ash.elm))
    await (await Change(ash.browser, at(stay, PROGRAMME)).answer(CHECK, training_programme="school_led")).confirm()
    conflict = await ash.browser.post(f"{mine.at}/{CHECK}")
    assert conflict.status_code == 409
    answer = await mine.resolve(conflict, "keep_mine")
    await ash.browser.get(answer.headers["location"])
    assert ash.browser.h1() == "There is no lead provider to change"


@pytest.mark.rule("CON-01", "CON-03", "REL-6", "FLT-11")
async def test_of_two_changes_at_once_one_is_saved_and_the_other_sees_it(committed_database: str, app: Any) -> None:
    ash = await ash_school(browser_of(app))
    ivy = await factories.lead_provider("Ivy")
    await factories.contract(ivy)
    stay = await confirmed(ash)
    bobs = browser_of(app)
    await sign_in(bobs, ash.people.bob, ash.school)
    changes = [Change(browser, at(stay, LEAD_PROVIDER)) for browser in (ash.browser, bobs)]
    for change, provider in zip(changes, (ash.elm, ivy), strict=True):
        await change.answer(CHECK, provider_choice=requested(provider))
    answers = await asyncio.gather(*(c.browser.post(f"{c.at}/{CHECK}") for c in changes))
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert len(await rows(stay)) == 2
    assert len(await fetch("SELECT FROM event WHERE kind = 'teacher_training_lead_provider_updated'")) == 1
    for change in changes:
        await change.browser.client.aclose()
