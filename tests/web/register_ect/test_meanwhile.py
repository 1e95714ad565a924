"""What happens to a registration while other tabs, colleagues and days go by (quality section 5.2)."""

from __future__ import annotations

import asyncio
import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from app.db.engine import fetch
from app.events.verify import verify
from tests.web.conftest import browser_of
from tests.web.register_ect import history
from tests.web.register_ect.conftest import CLOCK
from tests.web.register_ect.people import PEOPLE, induction, person
from tests.web.register_ect.walking import EMAIL, SCHOOL_LED, YES_NAME, Walker, identity, on

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.web.conftest import Browser
    from tests.web.register_ect.conftest import Outside, World


@pytest.fixture
async def bob(world: World, alice: Browser, app: Any) -> AsyncIterator[Browser]:
    """Give Bob, a colleague of Alice's, signed in."""
    browser = browser_of(app, headers=CLOCK)
    await browser.sign_in("100001", name="Bob Baker", email="bob@ash.example")
    yield browser
    await browser.client.aclose()


async def written() -> list[int]:
    """Return how many stays, mails and events of registering there are."""
    counts = await fetch(
        """SELECT (SELECT count(*) FROM ect_at_school_period) AS stays, (SELECT count(*) FROM message) AS mails,
            (SELECT count(*) FROM event WHERE kind = 'teacher_registered_as_ect') AS events"""
    )
    return list(counts[0])


@pytest.mark.rule("FLT-4", "FLT-5", "REL-1", "GDS-10")
async def test_a_confirmation_sent_again_shows_what_was_registered_and_writes_nothing(alice: Browser) -> None:
    walker = await Walker(alice).to_check()
    form = alice.hidden()
    await walker.answer("confirmation")
    before = await written()
    answer = await alice.send("POST", f"{walker.base}/check-answers", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{walker.base}/confirmation")
    shown = await alice.get(answer.headers["location"])
    assert "Priya Shah is registered as an ECT" in alice.h1()
    assert 'href="/school/ects/' in shown.text
    assert await written() == before == [1, 2, 1]


@pytest.mark.rule("FLT-6", "DR-01")
async def test_the_form_of_a_draft_that_is_gone_says_what_happened_and_changes_nothing(alice: Browser) -> None:
    walker = await Walker(alice).to_email()
    form = alice.hidden()
    await alice.get(f"/school/drafts/{walker.base.rpartition('/')[2]}/delete")
    await alice.post(f"/school/drafts/{walker.base.rpartition('/')[2]}/delete", {"confirm_delete": "yes"})
    alice.client.headers["X-With-Server-Date"] = "2025-10-07T09:00:00Z"
    await alice.sign_in("100001")
    await alice.get("/school/home")
    fresh = alice.hidden() | {"answer_version": form.get("answer_version", "0")}
    answer = await alice.send("POST", f"{walker.base}/email-address", data={**fresh, **EMAIL})
    while answer.status_code == 303:
        answer = await alice.get(answer.headers["location"])
    assert "This unfinished registration was deleted" in alice.h1()
    assert "Nothing was registered" in alice.text()
    assert 'href="/school/register-ect"' in answer.text
    assert await written() == [0, 0, 0]


@pytest.mark.rule("FLT-8", "DRF-10")
async def test_of_two_tabs_with_one_teacher_one_registers_and_the_other_is_told(alice: Browser) -> None:
    first = await Walker(alice).to_check()
    second = await Walker(alice).start()
    await second.answer("already-in-progress", **identity())
    assert "Alice Archer" in alice.text()
    await second.answer("review-ect", draft_choice="replace_existing")
    answer = await alice.post(f"{first.base}/check-answers")
    while answer.status_code == 303:
        answer = await alice.get(answer.headers["location"])
    assert "was deleted" in alice.h1()
    assert await written() == [0, 0, 0]
    await second.visit("review-ect")
    await second.answer("email-address", **YES_NAME)
    states = {str(row["id"]): row["state"] for row in await fetch("SELECT id, state FROM draft")}
    assert [states[tab.base.rpartition("/")[2]] for tab in (first, second)] == ["deleted", "open"]


@pytest.mark.rule("FLT-9")
async def test_of_two_colleagues_with_one_teacher_one_registers_and_the_other_sees_who_and_when(
    alice: Browser, bob: Browser
) -> None:
    hers, his = await Walker(alice).to_check(), await Walker(bob).start()
    await his.answer("already-in-progress", **identity())
    assert "Alice Archer" in bob.text()
    assert "6 October 2025" in bob.text()
    await hers.answer("already-in-progress")
    assert "Bob Baker" in alice.text()
    await hers.answer("check-answers", draft_choice="replace_existing")
    await hers.answer("confirmation")
    gone = await bob.get(f"{his.base}/find-ect")
    while gone.status_code == 303:
        gone = await bob.get(gone.headers["location"])
    assert "Alice Archer deleted it on 6 October 2025" in bob.text()
    late = await Walker(bob).start()
    await late.answer("already-registered", **identity())
    record = re.search(r"/school/ects/[0-9a-f-]{36}", bob.page.text if bob.page else "")
    assert record is not None
    await bob.get(record.group())
    assert "6 October 2025 at 10am, by Alice Archer" in bob.text()
    assert (await written())[0] == 1
    assert await verify() == []


@pytest.mark.rule("FLT-13", "DRF-12")
async def test_a_lead_provider_withdrawn_before_the_confirmation_is_the_one_thing_asked_again(alice: Browser) -> None:
    walker = await Walker(alice).to_check()
    await fetch(
        """DELETE FROM provider_pairing WHERE contract_period_year = 2025
        AND lead_provider_id = (SELECT id FROM lead_provider WHERE name = 'Elm')"""
    )
    await fetch(
        """DELETE FROM lead_provider_contract WHERE contract_period_year = 2025
        AND lead_provider_id = (SELECT id FROM lead_provider WHERE name = 'Elm')"""
    )
    await walker.answer("lead-provider")
    assert "no longer available" in alice.text()
    assert await written() == [0, 0, 0]
    await walker.answer("check-answers", provider_choice=walker.choice("Oak"))
    await walker.answer("confirmation")
    assert (await written())[0] == 1


@pytest.mark.rule("FLT-13", "DRF-12")
async def test_a_year_that_is_shut_before_the_confirmation_is_the_one_thing_asked_again(alice: Browser) -> None:
    walker = await Walker(alice).to_programme(start=on(3, 11, 2025))
    await walker.answer("training-programme", appropriate_body_id=walker.choice("North Hub"))
    await walker.answer("check-answers", **SCHOOL_LED)
    await fetch("UPDATE contract_period SET registration_opens_on = '2025-12-01' WHERE year = 2025")
    await walker.answer("cannot-register-yet")
    assert await written() == [0, 0, 0]
    await fetch("UPDATE contract_period SET registration_opens_on = '2025-06-01' WHERE year = 2025")
    await walker.visit("check-answers")
    await walker.answer("confirmation")


@pytest.mark.rule("FLT-33", "IDN-11")
async def test_somebody_who_passed_induction_before_the_confirmation_is_not_registered(
    alice: Browser, outside: Outside
) -> None:
    walker = await Walker(alice).to_check()
    passed = {**PEOPLE, "people": [person("9900001", "Priya", "Shah", **induction("Passed"))]}
    await outside.client.put("/__stand-in/data", json=passed)
    try:
        await alice.post(f"{walker.base}/check-answers")
    finally:
        await outside.client.put("/__stand-in/data", json=PEOPLE)
    await walker.visit("induction-completed")
    assert walker.step == "induction-completed"
    assert await written() == [0, 0, 0]


@pytest.mark.rule("FLT-28", "EXT-2.19", "REL-7")
async def test_a_teaching_record_system_that_answers_late_costs_one_step(alice: Browser, outside: Outside) -> None:
    walker = await Walker(alice).start()
    await outside.fail({"delay_ms": 30_000})
    async with asyncio.timeout(6):
        answer = await walker.post(**identity())
    assert answer.status_code == 503
    assert [row["state"] for row in await fetch("SELECT state FROM draft")] == ["open"]
    await outside.fail()
    await walker.answer("review-ect", **identity())


@pytest.mark.rule("AX-21", "REL-2")
async def test_every_answer_stands_on_its_page_when_somebody_comes_back_to_it(alice: Browser) -> None:
    walker = await Walker(alice).to_check()
    await alice.sign_in("100001")
    for step, said in {
        "review-ect": ["yes"],
        "email-address": ["priya@ash.example"],
        "start-date": ["3", "10", "2025"],
        "working-pattern": ["full_time"],
        "appropriate-body": ["North Hub"],
        "training-programme": ["provider_led"],
        "lead-provider": ["Elm"],
    }.items():
        await walker.visit(step)
        assert kept(alice.page.text if alice.page else "") == said, step


@pytest.mark.rule("AX-21")
async def test_changes_open_with_what_is_on_record(alice: Browser, world: World) -> None:
    stay = await history.ect(world.ash, date(2025, 9, 1), school_reported_appropriate_body_id=world.bodies["North Hub"])
    record = f"/school/ects/{stay['public_id']}"
    for journey, shown in {
        "change-name": "Priya Shah",
        "change-email": "On record now: 9900001@earlier.example",
        "change-working-pattern": "On record now: full time",
        "change-appropriate-body": "North Hub",
    }.items():
        await alice.get(f"{record}/{journey}")
        assert shown in alice.text(), journey
    answer = await alice.get("/school/induction-tutor/change")
    assert kept(answer.text) == ["Alice Archer", "alice@amberley.example"]


def kept(page: str) -> list[str]:
    """Return what the fields of a page's main part hold; of a choice, its value, or its words where it is an id."""
    main = html.fromstring(page).xpath("//main")[0]
    found = [
        box.get("value") for box in main.xpath(".//input[@type='text' or @type='email'][@value]") if box.get("value")
    ]
    for choice in main.xpath(".//input[@checked]"):
        words = " ".join(main.xpath(f".//label[@for='{choice.get('id')}']")[0].text_content().split())
        found.append(words if re.search(r"[0-9a-f-]{36}", choice.get("value")) else choice.get("value"))
    return found + [
        " ".join(option.text_content().split()) for option in main.xpath(".//option[@selected][@value!='']")
    ]
