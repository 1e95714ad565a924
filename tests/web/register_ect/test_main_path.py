"""Registering an ECT from the first page to the last, and what it leaves behind."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import brotli
import pytest
from lxml import html

from app import assets, clock
from app.db.engine import fetch, fetch_one
from app.policy import Policy
from app.terms import Actor, ActorKind, DeliveryPartnerId, LeadProviderId, SchoolId, Year
from app.training.report_partnership import ReportPartnership, report_partnership
from tests.web.register_ect.walking import FULL_TIME, Walker, rows

if TYPE_CHECKING:
    from tests.web.conftest import Browser
    from tests.web.register_ect.conftest import World


@pytest.mark.rule("PRF-11")
async def test_a_first_view_of_a_question_is_light(alice: Browser) -> None:
    walker = await Walker(alice).to_email()
    page = (await walker.visit("email-address")).text
    shown = {file.url: name for name, file in assets.assets("generic").items()}
    names = [shown[url] for url in html.fromstring(page).xpath("//script/@src | //link/@href") if url in shown]
    assert "app.css" in names
    for brand, most in (("generic", 65_000), ("govuk", 135_000)):
        files = assets.assets(brand)
        wanted = names + [name for name in files if name.endswith(".woff2")]
        sent = [files[name].encoded.get("br", files[name].content) for name in wanted]
        assert 1 + len(wanted) <= 8
        assert len(brotli.compress(page.encode(), quality=5)) + sum(map(len, sent)) <= most


@pytest.mark.rule("WT-01")
@pytest.mark.rule("RE-30")
@pytest.mark.rule("PER-03")
@pytest.mark.rule("PER-04")
async def test_a_first_ect_is_registered_with_everything_that_belongs_to_it(alice: Browser, world: World) -> None:
    await Walker(alice).register()
    assert alice.h1() == "Priya Shah is registered as an ECT"
    stay = await fetch_one("SELECT * FROM ect_at_school_period")
    training = await fetch_one(
        "SELECT t.*, s.identifier FROM training_period t JOIN schedule s ON s.id = t.schedule_id"
    )
    assert stay is not None
    assert training is not None
    assert (stay["school_id"], stay["email"], str(stay["started_on"])) == (world.ash, "priya@ash.example", "2025-10-03")
    assert (str(training["started_on"]), training["contract_period_year"], training["identifier"]) == (
        "2025-10-06",
        2025,
        "ecf-standard-september",
    )
    assert training["requested_at"] is not None
    assert training["school_partnership_id"] is None


@pytest.mark.rule("PRF-10")
async def test_a_page_reads_its_facts_in_one_statement_and_an_answer_is_saved_in_one(
    alice: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    walker = await Walker(alice).to_check()
    await walker.visit("working-pattern")
    caplog.clear()
    with caplog.at_level(logging.INFO):
        await walker.visit("start-date")
        await walker.visit("working-pattern")
        await walker.answer(**FULL_TIME)
    shown, again, saved, *_ = (
        one.fields["db_count"] for one in caplog.records if "db_count" in getattr(one, "fields", {})
    )  # type: ignore[attr-defined]
    assert (shown, again) == (2, 2)  # who asks; the draft with the school and the address
    assert saved == 3  # those, and the answer with where the draft stands now


@pytest.mark.rule("RE-28")
@pytest.mark.rule("G-06")
async def test_check_answers_shows_every_row_before_anything_is_saved(alice: Browser) -> None:
    await Walker(alice).to_check()
    assert alice.page is not None
    assert rows(alice.page.text) == {
        "name": "Priya Shah",
        "trn": "9900001",
        "identity": "date of birth",
        "email": "priya@ash.example",
        "start-date": "3 October 2025",
        "working-pattern": "Full time",
        "appropriate-body": "North Hub",
        "training-programme": "Provider-led",
        "lead-provider": "Elm",
        "delivery-partner": "To be confirmed by the lead provider",
    }
    assert "Nothing has been saved to a record yet" in alice.text()
    assert await fetch("SELECT FROM ect_at_school_period") == []


@pytest.mark.rule("SCH-05")
@pytest.mark.rule("SCH-06")
async def test_the_school_remembers_its_choices_and_that_it_expects_ects(alice: Browser, world: World) -> None:
    await Walker(alice).register()
    school = await fetch_one("SELECT * FROM school WHERE id = $1", world.ash)
    year = await fetch_one("SELECT expecting_ects FROM school_year WHERE school_id = $1", world.ash)
    assert school is not None
    assert (school["last_appropriate_body_id"], school["last_training_programme"], school["last_lead_provider_id"]) == (
        world.bodies["North Hub"],
        "provider_led",
        world.providers["Elm"],
    )
    assert year is not None
    assert year["expecting_ects"] == "yes"


@pytest.mark.rule("EVT-03")
@pytest.mark.rule("EVT-05")
async def test_the_events_tell_the_whole_story_in_order(alice: Browser) -> None:
    await Walker(alice).register()
    events = await fetch("SELECT kind, actor_name FROM event ORDER BY id")
    kinds = [row["kind"] for row in events if row["kind"] not in {"school_user_signs_in", "school_access_opened"}]
    assert kinds == [
        "registration_draft_started",
        "teacher_schedule_assigned_to_training_period",
        "teacher_starts_training_period",
        "teacher_registered_as_ect",
        "school_year_answered",
    ]
    assert {row["actor_name"] for row in events} == {"Alice Archer"}


@pytest.mark.rule("GEN-07")
@pytest.mark.rule("RE-31")
async def test_the_teacher_and_the_author_are_mailed(alice: Browser) -> None:
    await Walker(alice).register()
    messages = await fetch("SELECT message_id, recipient FROM message ORDER BY recipient")
    assert [tuple(row) for row in messages] == [("M-01", "alice@amberley.example"), ("M-01", "priya@ash.example")]


@pytest.mark.rule("DRF-14")
@pytest.mark.rule("G-07")
async def test_a_submitted_draft_keeps_nothing_typed_and_leads_to_its_confirmation(alice: Browser) -> None:
    walker = await Walker(alice).register()
    draft = await fetch_one("SELECT * FROM draft")
    assert draft is not None
    assert (draft["state"], draft["trn"], draft["trs_snapshot"], draft["answers"]) == ("submitted", None, None, "{}")
    answer = await alice.get(f"{walker.base}/email-address")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{walker.base}/confirmation")


@pytest.mark.rule("ARR-04")
@pytest.mark.rule("WT-02")
async def test_the_second_ect_can_reuse_the_choices_of_the_first(alice: Browser, world: World) -> None:
    await Walker(alice).register()
    walker = Walker(alice)
    await walker.start()
    await walker.answer(
        "review-ect", trn="9900002", date_of_birth_day="14", date_of_birth_month="2", date_of_birth_year="1998"
    )
    await walker.answer("email-address", name_is_correct="yes")
    await walker.answer("start-date", email="tom@ash.example")
    await walker.answer("working-pattern", start_date_day="6", start_date_month="10", start_date_year="2025")
    await walker.answer("programme-choices", working_pattern="part_time")
    assert "Lead provider: Elm" in alice.text()
    await walker.answer("check-answers", programme_source="school_previous")
    await walker.answer("confirmation")
    assert len(await fetch("SELECT FROM training_period WHERE lead_provider_id = $1", world.providers["Elm"])) == 2


@pytest.mark.rule("WT-03", "CHL-01", "M-20", "NOT-6.1")
async def test_a_report_confirms_who_was_registered_with_notice_and_window(alice: Browser, world: World) -> None:
    await Walker(alice).register()
    second = Walker(alice)
    second.email = "tom@ash.example"
    await second.to_programme("9900002")
    await second.answer("check-answers", programme_source="school_previous")
    await second.answer("confirmation")
    command = ReportPartnership(
        LeadProviderId(world.providers["Elm"]),
        Year(2025),
        SchoolId(world.ash),
        DeliveryPartnerId(world.partners["Moss"]),
    )
    elm = Actor(ActorKind.LEAD_PROVIDER, "Elm")
    with clock.at(datetime(2025, 10, 6, 10, tzinfo=UTC)):
        await report_partnership(command, elm, date(2025, 10, 6), Policy())

    trainings = await fetch("SELECT school_partnership_id, confirmed_at IS NOT NULL AS settled FROM training_period")
    assert [(row["school_partnership_id"] is not None, row["settled"]) for row in trainings] == [(True, True)] * 2
    assert len(await fetch("SELECT FROM message WHERE message_id = 'M-20'")) == 1
    await alice.get("/school/notices", headers={"X-With-Server-Date": "2025-10-06T10:30:00Z"})
    assert "partnership_reported" in alice.page.text  # type: ignore[union-attr]
    await alice.get("/school/partnerships", headers={"X-With-Server-Date": "2025-10-06T10:30:00Z"})
    assert "30 November 2025" in alice.text()
