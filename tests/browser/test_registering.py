"""Registering an ECT as a person would, in Chromium, with JavaScript and without (QUA-2.3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch
from tests.browser.keyboard import WAYS
from tests.web.register_ect.conftest import CLOCK
from tests.web.register_ect.walking import DATE_OF_BIRTH

if TYPE_CHECKING:
    from tests.browser.conftest import Served
    from tests.browser.reader import Reader
    from tests.web.register_ect.conftest import Outside

EVERY_WAY = [{"javascript": script, "keyboard": keyboard} for script in (True, False) for keyboard in (False, True)]
BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["JavaScript", "no JavaScript"])


async def find(reader: Reader, trn: str, step: str = "review-ect", **changes: str) -> None:
    """Begin a registration and look somebody up."""
    await reader.open("/school/register-ect")
    await reader.press("Start now", "find-ect")
    await reader.fill(trn=trn, **{**DATE_OF_BIRTH, **changes})
    await reader.press("Continue", step)


async def to_check(reader: Reader, email: str = "priya@ash.example") -> None:
    """Go from the right name to check answers."""
    await reader.choose("Yes")
    await reader.press("Continue", "email-address")
    await from_email_to_check(reader, email)


async def from_email_to_check(reader: Reader, email: str) -> None:
    await reader.fill(email=email)
    await reader.press("Continue", "start-date")
    await reader.fill(start_date_day="3", start_date_month="10", start_date_year="2025")
    await reader.press("Continue", "working-pattern")
    await reader.choose("Full time")
    await reader.press("Continue")
    if reader.step == "programme-choices":
        await reader.choose("Choose other")
        await reader.press("Continue", "appropriate-body")
    await reader.choose_body("North Hub")
    await reader.press("Continue", "training-programme")
    await reader.choose("Provider-led")
    await reader.press("Continue", "lead-provider")
    await reader.choose("Elm")
    await reader.press("Continue", "check-answers")


async def registered() -> int:
    return len(await fetch("SELECT FROM ect_at_school_period"))


@pytest.mark.parametrize(
    "way", EVERY_WAY, ids=lambda way: ", ".join(name for name, on in way.items() if on) or "neither"
)
@pytest.mark.rule("AX-15", "AX-1")
@pytest.mark.rule("HTX-1")
@pytest.mark.rule("AX-7")
@pytest.mark.rule("SEC-7", "PRF-16")
async def test_an_ect_is_registered_and_seen_on_the_list(open_browser: Any, way: dict[str, bool]) -> None:
    async with open_browser(**way) as reader:
        await reader.open("/school/home")
        await find(reader, "9900001")
        await to_check(reader)
        await reader.press("Confirm and register", "confirmation")
        assert await reader.h1() == "Priya Shah is registered as an ECT"
        await reader.follow("View their record")
        assert await reader.h1() == "Priya Shah"
        await reader.open("/school/ects")
        assert "Priya Shah" in await reader.text()
    assert await registered() == 1


@BOTH
@pytest.mark.rule("AX-19")
@pytest.mark.rule("GDS-3")
async def test_mistakes_are_told_beside_the_field_and_what_was_typed_stays(open_browser: Any, javascript: bool) -> None:
    async with open_browser(javascript=javascript) as reader:
        await reader.open("/school/register-ect")
        await reader.press("Start now", "find-ect")
        await reader.fill(trn="12", date_of_birth_day="31", date_of_birth_month="2", date_of_birth_year="1998")
        await reader.press("Continue")
        assert await reader.page.input_value("#trn") == "12"
        assert "too short" in await reader.text()
        assert "there are only 28 days" in await reader.text()
        await reader.fill(trn="9900001", **DATE_OF_BIRTH)
        await reader.press("Continue", "review-ect")
        for step in ("review-ect", "email-address"):
            await reader.press("Continue")
            assert reader.step == step
            if step == "review-ect":
                await reader.choose("Yes")
                await reader.press("Continue", "email-address")


@BOTH
@pytest.mark.rule("RE-05")
@pytest.mark.rule("WT-07")
async def test_a_wrong_birthday_leads_to_the_national_insurance_number(open_browser: Any, javascript: bool) -> None:
    async with open_browser(javascript=javascript) as reader:
        await find(reader, "9900015", "national-insurance-number")
        await reader.press("Continue")
        await reader.fill(national_insurance_number="jx 00 00 15 a")
        await reader.press("Continue", "review-ect")
        assert "National Insurance number" in await reader.text()


@BOTH
@pytest.mark.rule("RE-09")
@pytest.mark.rule("PER-05")
async def test_a_transfer_says_what_happens_at_the_other_school(open_browser: Any, javascript: bool) -> None:
    async with open_browser(urn="100002", name="Carla Crane", email="carla@birch.example") as other:
        await find(other, "9900020")
        await to_check(other, "vic@birch.example")
        await other.press("Confirm and register", "confirmation")
    await fetch("UPDATE ect_at_school_period SET started_on = '2025-09-01'")
    await fetch("UPDATE training_period SET started_on = '2025-09-01'")
    async with open_browser(javascript=javascript) as reader:
        await find(reader, "9900020")
        await reader.choose("Yes")
        await reader.press("Continue", "registered-before")
        await reader.choose("No")
        await reader.press("Continue", "not-transferring")
        await reader.follow("Change your answer", "registered-before")
        await reader.choose("Yes")
        await reader.press("Continue", "email-address")
        await from_email_to_check(reader, "vic@ash.example")
        assert "Their last day at Birch School will be 2 October 2025" in await reader.text()
        await reader.press("Confirm and register", "confirmation")
    closed = await fetch("SELECT finished_on::text, end_reason FROM ect_at_school_period WHERE finished_on IS NOT NULL")
    assert [tuple(row) for row in closed] == [("2025-10-02", "joined_another_school")]


EXITS = {
    "9900004": "trn-not-found",
    "9900007": "induction-completed",
    "9900008": "induction-failed",
    "9900010": "induction-exempt",
    "9900011": "cannot-register",
}


@BOTH
@pytest.mark.rule("G-08")
@pytest.mark.rule("GDS-4")
async def test_each_dead_end_is_a_page_of_its_own(open_browser: Any, javascript: bool) -> None:
    async with open_browser(javascript=javascript) as reader:
        for trn, step in EXITS.items():
            await find(reader, trn, step)
            assert "support@" in await reader.text()


@BOTH
@pytest.mark.rule("DRF-06")
@pytest.mark.rule("GDS-8")
async def test_an_answer_is_changed_from_check_answers(open_browser: Any, javascript: bool) -> None:
    async with open_browser(javascript=javascript) as reader:
        await find(reader, "9900001")
        await to_check(reader)
        await reader.page.locator("[data-row=working-pattern] a").click()
        await reader.arrive("working-pattern")
        await reader.choose("Part time")
        await reader.press("Continue", "check-answers")
        assert "Part time" in await reader.page.locator("[data-row=working-pattern]").inner_text()


@BOTH
@pytest.mark.rule("HTX-3")
@pytest.mark.rule("GDS-10")
async def test_back_and_forward_show_the_pages_again_and_register_nothing_twice(
    open_browser: Any, javascript: bool
) -> None:
    async with open_browser(javascript=javascript) as reader:
        await find(reader, "9900001")
        await to_check(reader)
        await reader.press("Confirm and register", "confirmation")
        for _ in range(3):
            await reader.page.go_back(wait_until="commit")
            await reader.page.wait_for_url("**/confirmation")
            await reader.page.wait_for_load_state("load")
        await reader.page.reload()
        assert reader.step == "confirmation"
        await reader.page.go_forward()
    assert await registered() == 1


@BOTH
@pytest.mark.rule("FLT-7")
async def test_two_tabs_with_two_teachers_never_cross(open_browser: Any, javascript: bool) -> None:
    async with open_browser(javascript=javascript) as first:
        await find(first, "9900001")
        page = first.page
        other = await first.context.new_page()
        first.watch(other)
        await first.turn_to(other)
        await find(first, "9900002")
        await first.turn_to(page)
        await to_check(first, "priya@ash.example")
        await first.turn_to(other)
        await to_check(first, "tom@ash.example")
        await first.press("Confirm and register", "confirmation")
        await first.turn_to(page)
        await first.press("Confirm and register", "programme-choices")  # the first registration made choices to reuse
        await first.choose("Choose other")
        await first.press("Continue", "check-answers")
        await first.press("Confirm and register", "confirmation")
    rows = await fetch(
        "SELECT t.trn, e.email FROM ect_at_school_period e JOIN teacher t ON t.id = e.teacher_id ORDER BY 1"
    )
    assert [tuple(row) for row in rows] == [("9900001", "priya@ash.example"), ("9900002", "tom@ash.example")]


@BOTH
@pytest.mark.rule("GDS-11")
@pytest.mark.rule("FLT-1")
@pytest.mark.rule("FLT-2")
async def test_a_double_click_registers_once(open_browser: Any, javascript: bool) -> None:
    async with open_browser(javascript=javascript) as reader:
        await find(reader, "9900001")
        await to_check(reader)
        reader.posts.clear()
        await reader.page.get_by_role("button", name="Confirm and register").dblclick()
        await reader.page.wait_for_url("**/confirmation")
        if javascript:
            assert len([url for url in reader.posts if url.endswith("/check-answers")]) == 1
    assert await registered() == 1


@BOTH
@pytest.mark.rule("FLT-14")
@pytest.mark.rule("ACC-9.5")
async def test_after_an_expired_session_the_same_step_has_its_answers(open_browser: Any, javascript: bool) -> None:
    async with open_browser(javascript=javascript) as reader:
        await find(reader, "9900001")
        await reader.choose("Yes")
        await reader.press("Continue", "email-address")
        await reader.fill(email="priya@ash.example")
        await reader.press("Continue", "start-date")
        address = reader.page.url
        await reader.context.set_extra_http_headers({"X-With-Server-Date": "2025-10-06T13:00:00Z"})
        await reader.page.goto(address)
        assert "sign-in" in reader.page.url
        form = {"kind": "school", "school_urn": "100001", "name": "Alice Archer", "email": "alice@amberley.example"}
        answer = await reader.context.request.post(
            "/personas", form=form, max_redirects=0, headers={"X-With-Server-Date": "2025-10-06T13:00:00Z"}
        )
        assert answer.headers["location"] == re.sub(r"https?://[^/]*", "", address)
        await reader.open(address)
        assert reader.step == "start-date"
        await reader.follow("Back", "email-address")
        assert await reader.page.input_value("#email") == "priya@ash.example"
        await reader.context.set_extra_http_headers(CLOCK)


@BOTH
@pytest.mark.rule("EXT-2.18")
@pytest.mark.rule("FLT-29")
async def test_try_again_goes_on_without_typing_anything_again(
    open_browser: Any, javascript: bool, outside: Outside
) -> None:
    async with open_browser(javascript=javascript) as reader:
        await outside.fail({"answer": "server_error"})
        await find(reader, "9900001", "find-ect")
        assert await reader.h1() == "We cannot check teaching records right now"
        await outside.fail()
        await reader.press("Try again", "review-ect")
        assert "Priya Shah" in await reader.text()


@pytest.mark.rule("HTX-14")
async def test_without_the_htmx_file_everything_works_as_without_javascript(open_browser: Any) -> None:
    async with open_browser() as reader:
        await reader.context.route("**/htmx.min-*.js", lambda route: route.abort())
        await find(reader, "9900001")
        await to_check(reader)
        await reader.press("Confirm and register", "confirmation")
    assert await registered() == 1


@pytest.mark.rule("GDS-7")
async def test_a_name_that_is_not_on_the_list_is_an_error_and_never_a_guess(open_browser: Any) -> None:
    async with open_browser() as reader:
        await find(reader, "9900001")
        await reader.choose("Yes")
        await reader.press("Continue", "email-address")
        await reader.fill(email="priya@ash.example")
        await reader.press("Continue", "start-date")
        await reader.fill(start_date_day="3", start_date_month="10", start_date_year="2025")
        await reader.press("Continue", "working-pattern")
        await reader.choose("Full time")
        await reader.press("Continue", "appropriate-body")
        await reader.page.locator("input#appropriate_body_id").fill("Nobody of that name")
        await reader.page.keyboard.press("Tab")
        await reader.press("Continue")
        assert reader.step == "appropriate-body"
        assert "Select" in await reader.page.locator(".govuk-error-summary").inner_text()


@WAYS
@pytest.mark.rule("IT-03")
@pytest.mark.rule("IT-04")
async def test_the_induction_tutor_is_named_and_then_confirmed(
    open_browser: Any, served: Served, way: dict[str, bool]
) -> None:
    await fetch("DELETE FROM induction_tutor")
    async with open_browser(**way) as reader:
        await reader.open("/school/ects")
        assert await reader.h1() == "Induction tutor"
        await reader.follow("Name induction tutor", "new")
        await reader.press("Continue")
        await reader.fill(induction_tutor_name="Ann Office", induction_tutor_email="ann@ash.example")
        await reader.press("Continue", "check-answers")
        await reader.press("Confirm and save", "confirmation")
        await reader.follow("Continue", "ects")
        await fetch("UPDATE induction_tutor SET confirmed_for_year = 2024")
        await reader.open("/school/home")
        await reader.follow("Confirm induction tutor", "confirm")
        await reader.choose("Yes")
        await reader.press("Continue", "check-answers")
        await reader.press("Confirm and save", "confirmation")
    rows = await fetch("SELECT name, confirmed_for_year FROM induction_tutor")
    assert [tuple(row) for row in rows] == [("Ann Office", 2025)]
