"""The first training that a mentor gets with their first provider-led ECT (AM-02, AM-03, MFT)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch
from tests import factories
from tests.web.assign.conftest import TODAY
from tests.web.assign.steps import assign_ects, assign_mentor, events, mentorships

if TYPE_CHECKING:
    from tests.cast import Cast
    from tests.factories import Named, Stay
    from tests.web.conftest import Browser


async def trainings(mentor: Stay) -> list[dict[str, Any]]:
    """Return the training rows of a mentor."""
    rows = await fetch(
        """SELECT lp.name AS provider, tp.contract_period_year AS year, tp.started_on::text, s.identifier AS schedule,
            tp.school_partnership_id IS NOT NULL AS confirmed FROM training_period tp
        JOIN lead_provider lp ON lp.id = tp.lead_provider_id JOIN schedule s ON s.id = tp.schedule_id
        WHERE tp.mentor_at_school_period_id = $1""",
        mentor.id,
    )
    return [dict(row) for row in rows]


async def provider_led(people: Cast, provider: Named, name: str = "Siân Evans", **facts: Any) -> Stay:
    """An ECT of Ash whose lead provider has not confirmed yet."""
    ect = await factories.ect(people.ash, name)
    await factories.training(ect, provider, **facts)
    return ect


@pytest.mark.rule("AM-02", "MFT-03", "MFT-04", "MFT-09", "MFT-10", "PER-65")
async def test_a_mentor_never_trained_gets_training_with_the_first_provider_led_ect(
    client: Browser, people: Cast
) -> None:
    larch = await factories.lead_provider()
    ect, mentor = await provider_led(people, larch), await factories.mentor(people.ash, started_on=date(2023, 9, 1))
    going = await assign_mentor(client, ect).begin(mentor_id=mentor.public_id)
    assert going.step == "mentor-training"
    assert "Max Mentor can have funded mentor training" in client.h1()
    assert "up to 20 hours" in client.text()
    assert "Larch Learning" in client.text()
    await going.answer(mentor_training="accept")
    assert going.step == "check-answers"
    assert await trainings(mentor) == []
    said = await going.done()
    assert await trainings(mentor) == [
        {
            "provider": "Larch Learning",
            "year": 2025,
            "started_on": TODAY,
            "schedule": "ecf-standard-september",
            "confirmed": False,
        }
    ]
    assert await mentorships(ect) == [("Mentor", TODAY, None, False)]
    assert "Larch Learning" in said
    assert [kind for kind, _ in await events("teacher_")] == [
        "teacher_schedule_assigned_to_training_period",
        "teacher_starts_training_period",
        "teacher_funding_eligibility_set",
        "teacher_starts_mentoring",
        "teacher_starts_being_mentored",
    ]


@pytest.mark.rule("AM-03", "MFT-04", "ARR-02", "ARR-11")
async def test_another_lead_provider_can_train_them_with_its_partnership(client: Browser, people: Cast) -> None:
    larch, elm = await factories.lead_provider(), await factories.lead_provider("Elm Education")
    await factories.partnership(people.ash, elm, await factories.delivery_partner())
    oak = await factories.lead_provider("Oak Outside")
    await factories.contract(oak, 2024)
    ect, mentor = await provider_led(people, larch), await factories.mentor(people.ash)
    going = await assign_mentor(client, ect).begin(mentor_id=mentor.public_id)
    await going.answer(mentor_training="other_lead_provider")
    assert going.step == "lead-provider"
    assert "Elm Education Delivery partner: Dogwood Partners" in client.text()
    assert "Oak Outside" not in client.text()
    refused = await client.post(f"{going.base}/lead-provider", {"lead_provider_id": oak.public_id})
    assert refused.status_code == 422
    await going.answer(lead_provider_id=elm.public_id)
    await going.done()
    assert [(row["provider"], row["confirmed"]) for row in await trainings(mentor)] == [("Elm Education", True)]


@pytest.mark.rule("AM-03", "MFT-06")
async def test_with_nothing_to_inherit_the_lead_provider_is_asked_at_once(client: Browser, people: Cast) -> None:
    larch = await factories.lead_provider()
    stopped = {"withdrawn_at": factories.noon(date(2025, 9, 20)), "withdrawal_reason": "other"}
    ect = await provider_led(people, larch, finished_on=date(2025, 9, 20), **stopped)
    mentor = await factories.mentor(people.ash)
    going = await assign_mentor(client, ect).begin(mentor_id=mentor.public_id)
    assert going.step == "lead-provider"


@pytest.mark.rule("MFT-02", "MFT-03", "MFT-08")
@pytest.mark.parametrize("why", ["school_led", "completed", "trained before", "not offered here"])
async def test_otherwise_there_is_no_training_and_the_page_says_why(client: Browser, people: Cast, why: str) -> None:
    larch = await factories.lead_provider()
    completed = {"mentor_ineligible_on": date(2024, 4, 1), "mentor_ineligible_reason": "completed_declaration_received"}
    who = await factories.teacher("Max Mentor", **(completed if why == "completed" else {}))
    mentor = await factories.mentor(people.ash, who)
    ect = await provider_led(people, larch) if why != "school_led" else await factories.ect(people.ash)
    if why == "school_led":
        await factories.training(ect)
    if why == "trained before":
        await factories.training(mentor, larch, year=2024, finished_on=date(2025, 5, 31))
    if why == "not offered here":
        await fetch("UPDATE school SET access_override = 'school_led_only', access_override_note = 'x'")
    before = len(await trainings(mentor))
    going = await assign_mentor(client, ect).begin(mentor_id=mentor.public_id)
    assert going.step == "check-answers"
    said = {
        "school_led": "no ECT they mentor here is on a provider-led programme",
        "completed": "they completed mentor training on 1 April 2024",
        "trained before": "they have had mentor training before",
        "not offered here": "",
    }[why]
    assert said in client.text()
    assert ("Mentor training" in client.text()) is bool(said)
    assert said in await going.done()
    assert len(await trainings(mentor)) == before


@pytest.mark.rule("MFT-07", "AM-06")
@pytest.mark.parametrize("agree", [True, False])
async def test_of_several_ects_the_lead_provider_is_proposed_only_if_they_agree(
    client: Browser, people: Cast, agree: bool
) -> None:
    larch, elm = await factories.lead_provider(), await factories.lead_provider("Elm Education")
    ects = [
        await provider_led(people, larch, "Amy One"),
        await provider_led(people, larch if agree else elm, "Bea Two"),
        await factories.ect(people.ash, "Cat Three"),
    ]
    mentor = await factories.mentor(people.ash)
    going = await assign_ects(client, mentor).begin(ect_ids=[ect.public_id for ect in ects])
    assert going.step == ("mentor-training" if agree else "lead-provider")
    await going.answer(**({"mentor_training": "accept"} if agree else {"lead_provider_id": str(elm.public_id)}))
    await going.done()
    assert [row["provider"] for row in await trainings(mentor)] == ["Larch Learning" if agree else "Elm Education"]
    assert [len(await mentorships(ect)) for ect in ects] == [1, 1, 1]


@pytest.mark.rule("ARR-08", "DRF-05")
async def test_when_what_was_shown_is_something_else_by_now_it_is_asked_again(client: Browser, people: Cast) -> None:
    larch = await factories.lead_provider()
    ect, mentor = await provider_led(people, larch), await factories.mentor(people.ash)
    going = await assign_mentor(client, ect).begin(mentor_id=mentor.public_id)
    await going.answer(mentor_training="accept")
    await factories.partnership(people.ash, larch, await factories.delivery_partner())
    answer = await going.confirm()
    assert answer.headers["location"] == f"{going.base}/mentor-training"
    await client.get(answer.headers["location"])
    assert "has changed since you chose" in client.text()
    assert await trainings(mentor) == []


@pytest.mark.rule("CP-11", "SCD-04")
async def test_without_a_schedule_nothing_is_filed_and_nothing_breaks(client: Browser, people: Cast) -> None:
    larch = await factories.lead_provider()
    ect, mentor = await provider_led(people, larch), await factories.mentor(people.ash)
    await factories.schedule(2025, "ecf-standard-april")
    await fetch("UPDATE schedule SET identifier = 'ecf-extended-september' WHERE identifier = 'ecf-standard-september'")
    going = await assign_mentor(client, ect).begin(mentor_id=mentor.public_id)
    await going.answer(mentor_training="accept")
    assert going.step == "cannot-file-yet"
    assert "cannot file" in client.h1()
