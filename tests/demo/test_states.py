"""Every state, tag, training text and task has somebody who shows it, and every page of theirs works (REF-6.9)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from lxml import html

from app import clock
from app.db.engine import fetch, fetch_one
from app.demo.personas import PERSONAS
from app.policy import Policy
from app.registration.home.school_to_do import school_to_do
from app.registration.people.mentor_queries import listed_mentors, mentors
from app.registration.people.mentor_statuses import MentorState, MentorTraining, mentor_training
from app.registration.people.school_queries import ects, listed_ects
from app.registration.rules import ECTState, Standing
from app.settings import settings
from app.terms import DeferralReason, SchoolId, WithdrawalReason
from app.training.queries import calendar
from tests.applications import application
from tests.web.conftest import NoTeachingRecords, browser_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from app.demo.calendar import Days
    from tests.web.conftest import Browser

AMBERLEY = "9000001"
PAGES = r"/school/(?:ects|mentors|partnerships|drafts)(?:/[0-9a-f-]{36}(?:/history)?)?(?:\?.*)?"
TASKS = {f"TD-{number:02}" for number in range(1, 18)}
MAIL_STATES = {
    "pending", "accepted", "delivered", "bounced", "undelivered", "failed", "expired", "cancelled", "suppressed", "parked"
}  # fmt: skip


async def school_id(urn: str = AMBERLEY) -> SchoolId:
    """Return a school's internal id."""
    row = await fetch_one("SELECT id FROM school WHERE urn = $1", urn)
    assert row is not None
    return SchoolId(row["id"])


@pytest.fixture
async def browser(demo_data: Days) -> AsyncIterator[Browser]:
    """Give a browser on the demo, on the day it is built around; what it gets is linted."""
    made = browser_of(application(settings(), trs=NoTeachingRecords(), personas=PERSONAS))
    made.client.headers["X-With-Server-Date"] = f"{demo_data.as_of}T12:00:00Z"
    yield made
    await made.client.aclose()


@pytest.mark.rule("REF-6.9", "REF-6.6", "STA-01", "STA-02")
async def test_every_state_and_tag_of_an_ect_is_at_amberley_grove(demo_data: Days) -> None:
    today, school = demo_data.as_of, await school_id()
    listed = await listed_ects(school, today)
    people = await ects(school, [row.stay.id for row in listed])
    tags = {(tag.text, tag.colour) for tag in (person.tag(today) for person in people)}
    assert tags == {
        ("Left the school", "grey"), ("Completed induction", "blue"), ("Failed induction", "magenta"),
        ("Leaving school", "yellow"), ("Exempt from induction", "grey"), ("Action required", "red"),
        ("Training paused", "orange"), ("Awaiting lead provider", "light-blue"), ("Starting soon", "green"),
        ("Registered", "green"),
    }  # fmt: skip
    reasons = " ".join(person.tag(today).reason for person in people if person.tag(today).text == "Action required")
    for part in ("no longer trains them", "is wrong", "need a mentor", "No training is recorded"):
        assert part in reasons
    assert {person.state(today) for person in people} == set(ECTState) - {ECTState.REMOVED}
    assert {person.standing(today) for person in people} == set(Standing) - {Standing.REMOVED}
    removed = await fetch("SELECT FROM ect_at_school_period WHERE school_id = $1 AND removed_at IS NOT NULL", school)
    assert len(removed) == 1


@pytest.mark.rule("REF-6.9", "REF-6.6", "STA-03", "STA-04")
async def test_every_state_and_training_text_of_a_mentor_is_at_amberley_grove(demo_data: Days) -> None:
    today, school = demo_data.as_of, await school_id()
    listed = await listed_mentors(school, today)
    people = await mentors(school, [row.stay.id for row in listed])
    assert {person.state(today) for person in people} == set(MentorState) - {MentorState.REMOVED}
    assert {mentor_training(person.facts(today), today) for person in people} == set(MentorTraining)
    tags = {person.tag(today).text for person in people}
    assert tags >= {"Left the school", "Leaving school", "Action required", "Training paused", "Not mentoring"}
    assert {0, 1, 3, 6} <= {person.facts(today).mentoring(today) for person in people}
    removed = await fetch("SELECT FROM mentor_at_school_period WHERE school_id = $1 AND removed_at IS NOT NULL", school)
    assert len(removed) == 1


@pytest.mark.rule("REF-6.9", "WDR-01", "WDR-02")
async def test_training_has_stopped_for_each_reason(demo_data: Days) -> None:
    rows = await fetch("SELECT withdrawal_reason AS why, deferral_reason AS because FROM training_period")
    assert {row["why"] for row in rows if row["why"]} == {reason.value for reason in WithdrawalReason}
    assert {row["because"] for row in rows if row["because"]} == {reason.value for reason in DeferralReason}


@pytest.mark.rule("REF-6.9", "REF-6.6", "CHL-01")
async def test_partnerships_of_each_kind_are_at_amberley_grove(demo_data: Days) -> None:
    rows = await fetch(
        """SELECT origin, challenged_at IS NOT NULL AS challenged, checked_at IS NOT NULL AS checked
        FROM school_partnership"""
    )
    assert {tuple(row) for row in rows} == {
        ("reported", False, False), ("reported", True, False), ("reported", False, True), ("carried_forward", False, False)
    }  # fmt: skip


@pytest.mark.rule("REF-6.7", "REF-6.9", "TD-00")
async def test_there_is_a_task_of_every_kind(demo_data: Days) -> None:
    now, found = demo_data.moment, set()
    for urn in (AMBERLEY, "9000003", "9000004", "9000028"):
        with clock.at(now):
            to_do = await school_to_do(await school_id(urn), now, Policy(), await calendar(), registers=True)
        found |= {task.rule for task in to_do.tasks}
    assert found == TASKS


@pytest.mark.rule("REF-6.7", "NOT-1.2")
async def test_mail_stands_in_every_state(demo_data: Days) -> None:
    assert {row["state"] for row in await fetch("SELECT DISTINCT state FROM message")} == MAIL_STATES


@pytest.mark.rule("REF-6.7")
async def test_schools_with_each_uplift_and_one_at_its_limit(demo_data: Days) -> None:
    uplifts = await fetch("SELECT pupil_premium, sparsity FROM school_uplift")
    assert {tuple(row) for row in uplifts} == {(True, True), (True, False), (False, True), (False, False)}
    failed = await fetch("SELECT FROM lookup_attempt WHERE at > $1::timestamptz - interval '1 day'", demo_data.moment)
    assert len(failed) == Policy().failed_lookups_per_school_day


async def pages_from(browser: Browser, starts: Iterable[str]) -> int:
    """Fetch every page that links lead to; returns how many."""
    waiting, seen = list(starts), set()
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        answer = await browser.get(address)
        assert answer.status_code == 200, address
        if answer.headers["content-type"].startswith("text/html"):
            links = html.fromstring(answer.text).xpath("//main//a/@href")
            waiting += [href for href in map(str, links) if re.fullmatch(PAGES, href)]
    return len(seen)


@pytest.mark.rule("REF-6.8", "REF-6.9")
@pytest.mark.parametrize(
    ("persona", "least"), [("amberley-tutor", 150), ("calder-tutor", 20), ("dunmore", 4), ("elmstead", 5)]
)
async def test_every_list_and_record_works(browser: Browser, persona: str, least: int) -> None:
    signed_in = await browser.client.post("/personas", data={"persona": persona})
    assert signed_in.headers["location"] == "/school/home"
    starts = ("/school/home", "/school/ects", "/school/mentors", "/school/partnerships", "/school/drafts")
    assert await pages_from(browser, starts) >= least


@pytest.mark.rule("REF-6.8", "ACC-13.5")
@pytest.mark.parametrize(
    ("persona", "why"),
    [
        *(
            (at, "Your school cannot use this service")
            for at in ("fernhill", "glenfield", "harrow-lane", "larkfield-academy")
        ),
        ("no-school", "Your account is not linked to a school"),
    ],
)
async def test_who_may_not_use_the_service_is_told_why(browser: Browser, persona: str, why: str) -> None:
    await browser.client.post("/personas", data={"persona": persona})
    answer = await browser.get("/school/home")
    refusal = await browser.get(answer.headers["location"])
    assert refusal.status_code == 403
    assert browser.h1() == why


@pytest.mark.rule("REF-6.8", "IT-01")
async def test_first_use_begins_with_the_privacy_notice_and_the_trust_lead_chooses_a_school(browser: Browser) -> None:
    for persona, leads_to in (("beckside-new", "/privacy-notice"), ("three-oaks-lead", "/school/choose")):
        await browser.client.post("/personas", data={"persona": persona})
        answer = await browser.get("/school/home")
        assert answer.headers["location"].startswith(leads_to)
