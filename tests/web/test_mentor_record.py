"""The record of a mentor: its rows, its ECTs, its training, what may be done (RC-03, WD-03, TR-01, HI-01)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from lxml import html

from app.db.transaction import transaction
from app.events.record import About, record
from app.registration.events import TeacherNameUpdatedByUser
from app.terms import Actor, ActorKind
from tests import factories
from tests.cast import Cast, cast, sign_in
from tests.web.test_ect_record import rows

SEPTEMBER = date(2025, 9, 1)
MARKED = factories.noon(date(2025, 10, 6))
STOP = {"started_on": SEPTEMBER, "finished_on": date(2025, 10, 6)}
EVERY_WAY = {
    "assign-ects",
    "change-email",
    "change-lead-provider",
    "change-name",
    "registered-by-mistake",
    "report-leaving",
}


@pytest.fixture
async def people(database: None) -> Cast:
    """Give the cast, stored."""
    return await cast()


@pytest.fixture
async def alice(client: Any, people: Cast) -> Any:
    """Give Alice's browser, signed in at Ash School."""
    await sign_in(client, people.alice, people.ash)
    return client


def ways(answer: Any, of: factories.Stay) -> set[str]:
    """Return the journeys that a record leads to."""
    links = html.fromstring(answer.text).xpath("//main//a/@href")
    below = {link.removeprefix(f"{of.url}/").partition("?")[0] for link in links if link.startswith(f"{of.url}/")}
    return below - {"history"}


def ects(answer: Any) -> list[str]:
    """Return the ECTs of a record with their days, in order."""
    return [" ".join(row.text_content().split()) for row in html.fromstring(answer.text).xpath("//li[@data-row='ect']")]


@pytest.mark.rule("RC-01", "RC-03", "TR-01")
async def test_a_record_shows_everything_about_a_mentor(alice: Any, people: Cast) -> None:
    teacher = await factories.teacher("Max Mentor", corrected_name="Maxim Mentor")
    mentor = await factories.mentor(people.ash, teacher, registered_by_user_id=people.bob.id)
    now, later, before = [await factories.ect(people.ash, name) for name in ("Ida Now", "Lou Later", "Bo Before")]
    await factories.mentorship(now, mentor)
    await factories.mentorship(later, mentor, date(2026, 1, 5))
    await factories.mentorship(before, mentor, finished_on=date(2025, 10, 1))
    provider, partner = await factories.lead_provider(), await factories.delivery_partner()
    partnership = await factories.partnership(people.ash, provider, partner)
    await factories.training(mentor, provider, partnership, started_on=SEPTEMBER)

    answer = await alice.get(mentor.url)

    assert alice.h1() == "Maxim Mentor"
    details = rows(answer, "details")
    assert details["name"].endswith("On the teaching record: Max Mentor")
    assert details["trn"] == teacher.trn
    assert details["start-date"] == "1 September 2024"
    assert details["registered"].endswith("by Bob Baker")
    assert ects(answer) == [
        "Ida Now From 1 September 2025",
        "Lou Later From 5 January 2026",
        "Bo Before From 1 September 2025 to 1 October 2025",
    ]
    training = rows(answer, "training")
    assert training["mentor-training"].startswith("Confirmed")
    assert training["lead-provider"].startswith("Larch Learning Confirmed since")
    assert training["training-start-date"] == "1 September 2025"
    assert rows(answer, "next")["assigned-to-ect"].startswith("Done on 1 September 2025")
    assert ways(answer, mentor) == EVERY_WAY
    links = html.fromstring(answer.text).xpath("//main//a/@href")
    assert now.url in links
    assert f"/school/support?about={mentor.public_id}" in links


@pytest.mark.rule("RC-03", "PRM-06")
async def test_nothing_of_the_mentors_other_school_is_shown(alice: Any, people: Cast) -> None:
    teacher = await factories.teacher("Max Mentor")
    theirs = await factories.mentor(people.birch, teacher, email="max@birch.example")
    await factories.mentorship(await factories.ect(people.birch, "Ora Other"), theirs)
    ours = await factories.mentor(people.ash, teacher)

    answer = await alice.get(ours.url)

    for foreign in ("Ora", "birch.example", "Birch School"):
        assert foreign not in answer.text
    assert "has no ECT at your school" in alice.text()


@pytest.mark.rule("RC-03", "STA-04", "MFT-08")
@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("completed_declaration_received", "Completed on 1 July 2025"),
        ("completed_during_early_roll_out", "Completed on 1 July 2025"),
        ("started_not_completed", "Cannot have more funded training"),
    ],
)
async def test_training_that_is_over_shows_no_lead_provider(reason: str, words: str, alice: Any, people: Cast) -> None:
    facts = {"mentor_ineligible_on": date(2025, 7, 1), "mentor_ineligible_reason": reason}
    mentor = await factories.mentor(people.ash, await factories.teacher("Max Mentor", **facts))
    await factories.training(mentor, await factories.lead_provider(), started_on=SEPTEMBER)

    training = rows(await alice.get(mentor.url), "training")

    assert training == {"mentor-training": words}


@pytest.mark.rule("WD-03", "WDR-01", "WDR-03")
@pytest.mark.parametrize(
    ("reason", "buttons"),
    [
        ("other", ["Continue with another lead provider", "Report that they have left"]),
        ("moved_school", ["Report that they have left", "Continue with another lead provider"]),
        ("left_teaching_profession", ["Report that they have left", "Continue with another lead provider"]),
        ("switched_to_school_led", ["Continue with another lead provider", "Report that they have left"]),
    ],
)
async def test_a_withdrawn_mentor_can_go_on_mentoring(
    reason: str, buttons: list[str], alice: Any, people: Cast
) -> None:
    mentor = await factories.mentor(people.ash, "Max Mentor")
    provider = await factories.lead_provider()
    await factories.training(mentor, provider, **STOP, withdrawn_at=MARKED, withdrawal_reason=reason)

    answer = await alice.get(mentor.url)

    assert "Larch Learning told us on 6 October 2025 that it no longer trains Max Mentor" in alice.text()
    assert "They can go on mentoring" in alice.text()
    assert [link.text for link in html.fromstring(answer.text).xpath("//main//a[@role='button']")] == buttons
    assert "lead-provider" not in rows(answer, "training")


@pytest.mark.rule("WD-03", "WDR-02")
async def test_a_paused_mentor_keeps_the_provider_rows_and_a_private_reason_stays_private(
    alice: Any, people: Cast
) -> None:
    mentor = await factories.mentor(people.ash, "Max Mentor")
    provider = await factories.lead_provider()
    await factories.training(mentor, provider, **STOP, deferred_at=MARKED, deferral_reason="bereavement")

    answer = await alice.get(mentor.url)

    assert "is paused. Its reason: a period of leave" in alice.text()
    assert "can go on mentoring" in alice.text()
    assert "bereavement" not in answer.text.lower()
    assert rows(answer, "training")["lead-provider"] == "Larch Learning Paused since 6 October 2025"


@pytest.mark.rule("PRM-02", "RC-01")
@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param({"started_on": date(2026, 1, 5)}, EVERY_WAY, id="starting"),
        pytest.param(
            {"finished_on": date(2025, 12, 19)},
            {"change-email", "change-lead-provider", "change-name", "change-leaving", "registered-by-mistake"},
            id="leaving",
        ),
        pytest.param(
            {"finished_on": date(2025, 12, 19), "end_reason": "joined_another_school"},
            {"change-email", "change-lead-provider", "change-name", "registered-by-mistake"},
            id="leaving for another school (PER-45)",
        ),
        pytest.param({"finished_on": date(2025, 11, 1)}, {"registered-by-mistake"}, id="left a few days ago (PER-50)"),
        pytest.param({"finished_on": date(2025, 10, 27)}, set(), id="left two weeks ago"),
    ],
)
async def test_a_record_leads_only_to_what_may_be_done(
    facts: dict[str, Any], expected: set[str], alice: Any, people: Cast
) -> None:
    mentor = await factories.mentor(people.ash, "Max Mentor", **facts)
    await factories.training(mentor, await factories.lead_provider())

    assert ways(await alice.get(mentor.url), mentor) == expected


@pytest.mark.rule("GEN-05", "PRM-06", "ACC-14.2")
@pytest.mark.parametrize("page", ["", "/history"])
async def test_another_schools_unknown_and_malformed_ids_are_the_same_not_found(
    page: str, alice: Any, people: Cast
) -> None:
    theirs = await factories.mentor(people.birch, "Ora Other")
    ect = await factories.ect(people.ash, "Ida Progress")
    ids = (theirs.public_id, uuid4(), ect.public_id, theirs.id, "x")

    answers = [await alice.get(f"/school/mentors/{mentor}{page}") for mentor in ids]

    assert {answer.status_code for answer in answers} == {404}
    assert len({html.fromstring(answer.text).xpath("//main")[0].text_content() for answer in answers}) == 1


@pytest.mark.rule("UM-03", "HI-01", "EVT-02")
async def test_history_is_told_also_of_a_removed_registration(alice: Any, people: Cast) -> None:
    mentor = await factories.mentor(people.ash, "Max Mentor", removed_at=factories.noon(date(2025, 10, 1)))
    bob = Actor(ActorKind.SCHOOL_USER, people.bob.name)
    async with transaction():
        for school in (people.ash, people.birch):
            about = About(school_id=school.id, teacher_id=mentor.teacher.id)
            record(TeacherNameUpdatedByUser(about, "Mac", f"Max of {school.name}", "name_changed"), bob)

    answer = await alice.get(mentor.url)

    assert "removed on 1 October 2025" in alice.text()
    assert "Name changed from Mac to Max of Ash School" in alice.text()
    assert "Birch" not in answer.text
    await alice.get(f"{mentor.url}/history")
    assert alice.h1() == "History of a removed registration"
    assert "Max of Ash School" in alice.text()


@pytest.mark.rule("LS-02", "RC-03")
async def test_a_record_leads_back_to_the_list_as_it_was(alice: Any, people: Cast) -> None:
    await factories.mentor(people.ash, "Max Mentor")
    answer = await alice.get("/school/mentors?tab=not_mentoring&q=max&sort=start")
    link = html.fromstring(answer.text).xpath("//*[contains(@class, 'govuk-summary-card__title')]/a/@href")[0]

    answer = await alice.get(link)

    back = html.fromstring(answer.text).xpath("//a[contains(@class, 'govuk-back-link')]/@href")
    assert back == ["/school/mentors?tab=not_mentoring&q=max&sort=start"]
