"""Home, unfinished registrations, guidance and support (HM-01 to HM-03, DR-01, GD-01, SP-01)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from lxml import html

from app.db.engine import fetch, fetch_one
from tests import factories
from tests.cast import Cast, cast, sign_in


@pytest.fixture
async def people(database: None) -> Cast:
    """Give the cast, stored."""
    return await cast()


@pytest.fixture
async def alice(client: Any, people: Cast) -> Any:
    """Give Alice's browser, signed in at Ash School."""
    await sign_in(client, people.alice, people.ash)
    return client


async def draft(people: Cast, saved_on: date = date(2025, 11, 1), **facts: Any) -> UUID:
    """Store an unfinished registration of Siân Evans that Bob began, matched, to be kept for 30 days."""
    draft_id, saved_at = uuid4(), factories.noon(saved_on)
    values = {
        "id": draft_id,
        "created_at": saved_at,
        "updated_at": saved_at,
        "kind": "register_ect",
        "journey": "register-ect",
        "school_id": people.ash.id,
        "started_by_user_id": people.bob.id,
        "last_saved_by_user_id": people.bob.id,
        "last_saved_at": saved_at,
        "expires_at": saved_at + timedelta(days=30),
        "state": "open",
        "trn": "3001001",
        "identity_match": "date_of_birth",
        "trs_snapshot": json.dumps({"first_name": "Siân", "last_name": "Evans"}),
        "answers": "{}",
        "answer_versions": "{}",
        "version": 1,
    } | facts
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    await fetch(f"INSERT INTO draft ({', '.join(values)}) VALUES ({places})", *values.values())
    return draft_id


@pytest.fixture(autouse=True)
async def answered(people: Cast) -> None:
    """Let both schools have said what they expect of the year, so that only a test about that is asked."""
    for school in (people.ash, people.birch):
        for year in (2025, 2026):
            await factories.insert("school_year", school_id=school.id, contract_period_year=year, expecting_ects="yes")


async def known(at: Any, who: str = "Siân Evans", started_on: date = date(2025, 11, 3), **facts: Any) -> Any:
    """Store an ECT of whom nothing is missing: qualified, with the appropriate body that the school reported."""
    body = await fetch_one("SELECT id FROM appropriate_body LIMIT 1")
    body_id = body["id"] if body else (await factories.appropriate_body()).id
    teacher = await factories.teacher(who, trs_qts_awarded_on=date(2025, 7, 1))
    return await factories.ect(at, teacher, started_on, **{"school_reported_appropriate_body_id": body_id, **facts})


def tasks(answer: Any, group: str = "to-do") -> list[tuple[str, str]]:
    """Return rule and words of a group of tasks, in order."""
    found = html.fromstring(answer.text).xpath(f"//h2[@id='{group}']/following-sibling::ul[1]/li")
    return [(line.get("data-task"), " ".join(line.text_content().split())) for line in found]


def counts(answer: Any) -> dict[str, tuple[int, str]]:
    """Return each number of the page with its link."""
    found = html.fromstring(answer.text).xpath("//*[@data-row]//a[contains(@href, '/school/ects')]")
    return {
        link.xpath("ancestor::*[@data-row]")[0].get("data-row"): (int(link.text), link.get("href")) for link in found
    }


@pytest.mark.rule("HM-03", "GD-01")
async def test_a_school_without_anybody_is_told_what_this_is_for(alice: Any) -> None:
    answer = await alice.get("/school/home")

    assert "What to have ready" in alice.text()
    assert 'href="/school/register-ect"' in answer.text
    assert 'href="/school/guidance"' in answer.text


@pytest.mark.rule("G-01")
async def test_the_schools_address_leads_home(alice: Any) -> None:
    answer = await alice.get("/school")

    assert (answer.status_code, answer.headers["location"]) == (303, "/school/home")


@pytest.mark.rule("HM-01")
async def test_nothing_to_do_is_said_in_one_sentence(alice: Any, people: Cast) -> None:
    ect = await known(people.ash)
    await factories.mentorship(ect, await factories.mentor(people.ash))
    await factories.training(ect)

    await alice.get("/school/home")

    assert "nothing for you to do" in alice.text()


@pytest.mark.rule("TD-01")
async def test_an_ect_without_mentor_since_registration_or_the_last_mentor(alice: Any, people: Cast) -> None:
    registered_at = factories.noon(date(2025, 10, 29))
    new = await known(people.ash, "Nell New", created_at=registered_at)
    former = await known(people.ash, "Fred Former", date(2025, 11, 1))
    mentor = await factories.mentor(people.ash)
    await factories.mentorship(former, mentor, finished_on=date(2025, 11, 9))
    for ect in (new, former):
        await factories.training(ect)

    answer = await alice.get("/school/home")

    assert tasks(answer) == [
        ("TD-01", "Assign a mentor to Nell New for 12 days"),
        ("TD-01", "Assign a mentor to Fred Former for 1 day"),
    ]
    assert html.fromstring(answer.text).xpath("//a[text()='Assign a mentor to Nell New']/@href") == [
        f"{new.url}/assign-mentor"
    ]


@pytest.mark.rule("TD-06")
@pytest.mark.parametrize(("day", "late"), [("2025-11-17", False), ("2025-11-18", True)])
async def test_a_lead_provider_that_has_not_confirmed_for_two_weeks(
    day: str, late: bool, client: Any, people: Cast
) -> None:
    ect = await known(people.ash)
    await factories.mentorship(ect, await factories.mentor(people.ash))
    await factories.training(ect, await factories.lead_provider())
    await sign_in(client, people.alice, people.ash, day)

    waiting = tasks(await client.get("/school/home"), "waiting")

    assert waiting == ([("TD-06", "Larch Learning has not confirmed Siân Evans for 15 days")] if late else [])


@pytest.mark.rule("TD-07")
async def test_an_ect_whose_training_ended_needs_a_programme_but_not_one_whose_training_was_paused(
    alice: Any, people: Cast
) -> None:
    ended = await known(people.ash, "Enid Ended", date(2025, 11, 1))
    paused = await known(people.ash, "Pam Paused", date(2025, 11, 1))
    mentor = await factories.mentor(people.ash)
    for ect in (ended, paused):
        await factories.mentorship(ect, mentor)
    await factories.training(ended, finished_on=date(2025, 11, 5))
    stop = {
        "deferred_at": factories.noon(date(2025, 11, 5)),
        "deferral_reason": "other",
        "finished_on": date(2025, 11, 5),
    }
    await factories.training(paused, await factories.lead_provider(), **stop)

    assert tasks(await alice.get("/school/home")) == [
        ("TD-04", "Pam Paused’s training is paused for 5 days"),
        ("TD-07", "Choose a training programme for Enid Ended for 5 days"),
    ]


@pytest.mark.rule("TD-08")
@pytest.mark.parametrize(
    ("started_on", "recorded", "late"),
    [(date(2025, 10, 13), False, False), (date(2025, 10, 12), False, True), (date(2025, 10, 12), True, False)],
)
async def test_an_induction_not_recorded_after_four_weeks(
    started_on: date, recorded: bool, late: bool, alice: Any, people: Cast
) -> None:
    hub = await factories.appropriate_body()
    ect = await known(people.ash, started_on=started_on)
    await factories.mentorship(ect, await factories.mentor(people.ash))
    await factories.training(ect)
    if recorded:
        await factories.induction(ect.teacher, hub, started_on)

    waiting = tasks(await alice.get("/school/home"), "waiting")

    assert waiting == (
        [("TD-08", "North Hub has not recorded the induction of Siân Evans for 29 days")] if late else []
    )


@pytest.mark.rule("TD-00", "PRM-06")
async def test_nobody_else_and_nobody_gone_makes_a_task(alice: Any, people: Cast) -> None:
    await factories.ect(people.birch, "Ora Other")
    await factories.ect(people.ash, "Gil Gone", date(2024, 9, 1), finished_on=date(2025, 7, 1))
    await factories.ect(people.ash, await factories.teacher("Paula Passed", trs_induction_status="Passed"))

    answer = await alice.get("/school/home")

    assert (tasks(answer), tasks(answer, "waiting")) == ([], [])


@pytest.mark.rule("TD-03", "TD-15", "TD-02")
async def test_mentors_addresses_and_ends_make_tasks_too(alice: Any, people: Cast) -> None:
    provider = await factories.lead_provider()
    ect = await known(people.ash)
    reported = factories.noon(date(2025, 11, 6))
    leaving = {"leaving_reported_at": reported, "leaving_reported_by_school_id": people.ash.id}
    mentor = await factories.mentor(people.ash, finished_on=date(2025, 11, 20), **leaving)
    await factories.mentorship(ect, mentor, finished_on=date(2025, 11, 20))
    await factories.training(ect)
    stopped = {"withdrawn_at": reported, "withdrawal_reason": "other", "finished_on": date(2025, 11, 6)}
    as_mentor = {"role": "mentor", "ect_at_school_period_id": None, "mentor_at_school_period_id": mentor.id}
    await factories.training(mentor, provider, **stopped, **as_mentor)
    for to, state in ((f"{ect.teacher.trn}@SCHOOL.example", "bounced"), (people.alice.email, "bounced")):
        await failed_mail(to, state, factories.noon(date(2025, 11, 8)))

    answer = await alice.get("/school/home")

    assert tasks(answer) == [
        ("TD-02", "Siân Evans will need a mentor from 21 November 2025 for 4 days, until 20 November 2025"),
        ("TD-03", "Larch Learning has stopped training Max Mentor for 4 days"),
        ("TD-15", "Check the email address for Siân Evans for 2 days"),
        ("TD-15", "Check the induction tutor’s email for 2 days"),
    ]
    links = html.fromstring(answer.text).xpath("//li[@data-task]/a/@href")
    assert links == [
        f"{ect.url}/assign-mentor",
        f"/school/mentors/{mentor.public_id}#training",
        f"{ect.url}/change-email",
        "/school/induction-tutor/change",
    ]


async def failed_mail(to: str, state: str, at: Any) -> None:
    """Store an email that has come to an end."""
    await fetch(
        """INSERT INTO message (id, created_at, updated_at, message_id, priority, recipient, dedupe_key, not_before,
            state, attempts, earlier_failures, finished_at, version)
        VALUES (gen_random_uuid(), $2, $2, 'M-01', 1, $1, $1, $2, $3, 1, 0, $2, 1)""",
        to,
        at,
        state,
    )


@pytest.mark.rule("NOT-2.9")
async def test_an_address_that_fails_is_told_where_it_can_be_put_right_until_mail_arrives(
    alice: Any, people: Cast
) -> None:
    ect = await known(people.ash, "Siân Evans")
    row = await fetch_one("SELECT email FROM ect_at_school_period WHERE id = $1", ect.id)
    addresses = (str(row["email"]) if row else "", people.bob.email, people.alice.email)

    async def told() -> tuple[bool, bool, bool, bool]:
        home = (await alice.get("/school/home")).text
        record, cards = (await alice.get(ect.url)).text, (await alice.get("/school/ects")).text
        return (
            f"Our emails to you at {people.alice.email} do not arrive" in home,
            "Check the induction tutor’s email" in home,
            "Check the email address for Siân Evans" in home,
            "Email not delivered" in record and "Email not delivered" in cards,
        )

    assert await told() == (False, False, False, False)
    for number, address in enumerate(addresses):
        await failed_mail(address, "bounced", factories.noon(date(2025, 11, 1 + number)))
    assert await told() == (True, True, True, True)
    await fetch("UPDATE message SET state = 'delivered'")
    assert await told() == (False, False, False, False)


@pytest.mark.rule("PRF-3", "HM-01")
async def test_home_sends_as_many_statements_for_one_as_for_many(
    alice: Any, people: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    counts = []
    provider = await factories.lead_provider()
    for more in (1, 9):
        for number in range(more):
            ect = await known(people.ash, f"Ann Number{more}{number}")
            mentor = await factories.mentor(people.ash, f"Max Number{more}{number}")
            await factories.mentorship(ect, mentor)
            await factories.training(ect, provider)
            await draft(people, trn=ect.teacher.trn)
        caplog.clear()
        with caplog.at_level("INFO", "register"):
            await alice.get("/school/home")
            counts.append([record.fields["db_count"] for record in caplog.records if hasattr(record, "fields")][-1])
    assert counts[0] == counts[1]
    assert counts[0] <= 6


@pytest.mark.rule("HM-02")
async def test_counts_are_the_totals_of_the_lists_they_lead_to(alice: Any, people: Cast) -> None:
    for name in ("Ann One", "Ben Two"):
        await factories.ect(people.ash, name)
    waiting = await factories.ect(people.ash, "Will Waiting")
    await factories.mentorship(waiting, await factories.mentor(people.ash))
    await factories.training(waiting, await factories.lead_provider())
    await factories.ect(people.ash, await factories.teacher("Paula Passed", trs_induction_status="Passed"))
    await factories.ect(people.ash, "Gil Gone", date(2024, 9, 1), finished_on=date(2025, 7, 1))

    found = counts(await alice.get("/school/home"))

    assert {key: number for key, (number, _) in found.items()} == {
        "ects-current": 3,
        "ects-completed": 1,
        "ects-left": 1,
        "without-mentor": 2,
        "awaiting-lead-provider": 1,
    }
    for number, href in found.values():
        cards = html.fromstring((await alice.get(href)).text).xpath(
            "//*[contains(@class, 'govuk-summary-card__title')]/a"
        )
        assert len(cards) == number, href


@pytest.mark.rule("TD-12", "DR-01", "DRF-08")
async def test_unfinished_registrations_are_shared_and_can_be_gone_on_with(alice: Any, people: Cast) -> None:
    draft_id = await draft(people)
    await draft(people, identity_match=None, trs_snapshot=None)
    await draft(people, school_id=people.birch.id)

    home = await alice.get("/school/home")
    answer = await alice.get("/school/drafts")

    assert tasks(home) == [("TD-12", "Finish registering Siân Evans for 9 days")]
    for page in (home, answer):
        links = html.fromstring(page.text).xpath("//main//a[contains(text(), 'Continue')]/@href")
        assert links == [f"/school/register-ect/{draft_id}"]
    assert "Siân Evans (3001001)" in alice.text()
    assert "Started by Bob Baker" in alice.text()
    assert "Last saved 1 November 2025 at midday by Bob Baker" in alice.text()
    assert "Kept until 1 December 2025" in alice.text()


@pytest.mark.rule("NAM-01", "DRF-08")
async def test_a_draft_bears_the_corrected_name(alice: Any, people: Cast) -> None:
    await factories.teacher("Siân Evans", "3001001", corrected_name="Siân Evans-Hay")
    await draft(people)

    await alice.get("/school/drafts")

    assert "Siân Evans-Hay (3001001)" in alice.text()


@pytest.mark.rule("DR-01")
@pytest.mark.parametrize(("saved_on", "marked"), [(date(2025, 10, 15), True), (date(2025, 10, 17), False)])
async def test_a_draft_about_to_expire_is_marked(saved_on: date, marked: bool, alice: Any, people: Cast) -> None:
    await draft(people, saved_on)

    await alice.get("/school/drafts")

    assert ("Deleted soon" in alice.text()) is marked


@pytest.mark.rule("TD-17")
async def test_a_draft_that_waited_for_registration_to_open_can_be_finished(client: Any, people: Cast) -> None:
    answers = {"start-date": {"start_date_day": "1", "start_date_month": "9", "start_date_year": "2026"}}
    kept = {"expires_at": factories.noon(date(2026, 7, 1)), "tell_when_open_user_id": people.alice.id}
    await draft(people, answers=json.dumps(answers), **kept)
    await fetch("UPDATE induction_tutor SET confirmed_for_year = 2026")
    await sign_in(client, people.alice, people.ash, "2026-06-04")

    home = await client.get("/school/home")

    assert tasks(home) == [("TD-17", "Registration has opened: finish registering Siân Evans for 3 days")]


@pytest.mark.rule("DR-01", "DRF-15", "DRF-14")
async def test_deleting_asks_once_and_then_says_so_at_home(alice: Any, people: Cast) -> None:
    draft_id = await draft(people)

    await alice.get(f"/school/drafts/{draft_id}/delete")
    assert alice.h1() == "Do you want to delete the unfinished registration of Siân Evans?"
    answer = await alice.post(f"/school/drafts/{draft_id}/delete", {"confirm_delete": "yes"})
    assert answer.status_code == 303
    await alice.get(answer.headers["location"])

    assert "has been deleted" in alice.text()
    assert tasks(alice.page) == []
    row = await fetch_one("SELECT state, trn, ended_by_user_id FROM draft WHERE id = $1", draft_id)
    assert row is not None
    assert tuple(row) == ("deleted", None, people.alice.id)


@pytest.mark.rule("DR-01", "DRF-15")
async def test_a_draft_is_kept_unless_the_answer_is_yes(alice: Any, people: Cast) -> None:
    draft_id = await draft(people)
    path = f"/school/drafts/{draft_id}/delete"

    for given in ({}, {"confirm_delete": "maybe"}):
        await alice.get(path)
        answer = await alice.post(path, given)
        assert answer.status_code == 422
    await alice.get(path)
    answer = await alice.post(path, {"confirm_delete": "no"})

    assert answer.headers["location"] == "/school/home"
    row = await fetch_one("SELECT state FROM draft WHERE id = $1", draft_id)
    assert row is not None
    assert row["state"] == "open"


@pytest.mark.rule("GEN-05", "DRF-14")
async def test_another_schools_draft_is_not_found(alice: Any, people: Cast) -> None:
    theirs = await draft(people, school_id=people.birch.id)

    for draft_id in (theirs, uuid4(), "x"):
        assert (await alice.get(f"/school/drafts/{draft_id}/delete")).status_code == 404
    await alice.get("/school/home")
    assert (await alice.post(f"/school/drafts/{theirs}/delete", {"confirm_delete": "yes"})).status_code == 404


@pytest.mark.rule("DR-01", "DRF-14")
async def test_the_address_of_an_ended_draft_leads_to_what_became_of_it(alice: Any, people: Cast) -> None:
    expired = await draft(people, date(2025, 9, 1))

    answer = await alice.get(f"/school/drafts/{expired}/delete")

    assert (answer.status_code, answer.headers["location"]) == (303, f"/school/register-ect/{expired}")


GATED = ("/school/home", "/school/ects", f"/school/ects/{uuid4()}", f"/school/ects/{uuid4()}/history", "/school/drafts")
OPEN = ("/school/guidance", "/school/support")


@pytest.mark.rule("PRM-05", "G-12")
async def test_the_induction_tutor_gate_stands_before_all_but_help(alice: Any) -> None:
    await fetch("UPDATE induction_tutor SET confirmed_for_year = 2024")

    for path in GATED:
        answer = await alice.get(path)
        assert (answer.status_code, answer.headers.get("location")) == (303, "/school/induction-tutor"), path
    for path in OPEN:
        assert (await alice.get(path)).status_code == 200, path


@pytest.mark.rule("GD-01", "SP-01")
async def test_guidance_and_support_say_who_does_what_and_where_help_is(alice: Any) -> None:
    await alice.get("/school/guidance")
    assert alice.page.text.split("<main")[1].split("</main")[0].count('href="/school/access"') == 1
    for words in ("appropriate body", "lead provider", "delivery partner", "DfE Sign-in", "privacy notice"):
        assert words in alice.text()

    answer = await alice.get("/school/support")
    assert "mailto:support@register.example" in answer.text
    assert "Ash School (URN 100001)" in alice.text()


@pytest.mark.rule("PRM-04", "REF-4.7")
async def test_a_closed_window_leaves_home_and_lists_open(alice: Any) -> None:
    await factories.closure(date(2025, 11, 10), date(2025, 11, 10), "Open again on {reopens_on}.")

    for path in ("/school/home", "/school/ects", "/school/drafts"):
        answer = await alice.get(path)
        assert answer.status_code == 200
        assert 'id="closed-window-banner"' in answer.text
        assert "Open again on 11 November 2025." in answer.text


@pytest.mark.rule("G-01")
async def test_visitors_are_sent_to_sign_in(client: Any, people: Cast) -> None:
    for path in (*GATED, *OPEN):
        answer = await client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in"), path
