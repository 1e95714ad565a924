"""What a page load gives for nothing, also while, after and instead of a swap (quality section 2.3)."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from app.templating import TEMPLATES
from tests.browser.keyboard import stops
from tests.browser.reader import Reader
from tests.browser.serving import free_port, serving
from tests.web.sample import app as sample

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Route

BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["JavaScript", "no JavaScript"])
QUESTION, FIELDS, LIST = "/school/question", "/school/fields", "/school/home"
GUARD = 1_100
"""Milliseconds: a little more than the button itself lets no second press through."""
FOCUSED = "() => document.activeElement.id || document.activeElement.tagName"


@asynccontextmanager
async def sampling(chromium: Browser, *, javascript: bool = True) -> AsyncIterator[Reader]:
    """Give a window on the sample pages."""
    taken, address = free_port()
    async with serving(sample, taken):
        context = await chromium.new_context(java_script_enabled=javascript, base_url=address)
        context.set_default_timeout(8_000)
        yield Reader(context, await context.new_page(), javascript=javascript)
        await context.close()


def held_until(answered: asyncio.Event) -> Any:
    """Return a network on which no form gets through before that."""

    async def wait(route: Route) -> None:
        if route.request.method == "POST":
            await answered.wait()
        await route.continue_()

    return wait


@pytest.mark.rule("HTX-8", "GDS-11")
async def test_while_waiting_the_page_is_busy_says_so_and_sends_nothing_twice(chromium: Browser) -> None:
    async with sampling(chromium) as reader:
        page = reader.page
        await page.goto(QUESTION)
        answered = asyncio.Event()
        await page.route("**/school/question", held_until(answered))
        button = page.get_by_role("button", name="Continue", exact=True)
        await button.click()
        await expect(page.locator("#page")).to_have_attribute("aria-busy", "true")
        await expect(page.locator("#progress")).to_have_text("Loading")
        await button.click()
        await page.wait_for_timeout(GUARD)
        await button.click()
        answered.set()
        await expect(page.locator(".govuk-error-summary")).to_be_focused()
        await expect(page.locator("#progress")).to_have_text("")
        assert len(reader.posts) == 1


@pytest.mark.rule("HTX-8")
async def test_without_an_answer_a_form_says_so_and_works_plainly_and_a_link_is_followed(chromium: Browser) -> None:
    async with sampling(chromium) as reader:
        page = reader.page
        await page.goto(QUESTION)
        await page.route("**/school/question", lambda route: route.abort("timedout"))
        await page.fill("[name=start_date_year]", "2025")
        await page.get_by_role("button", name="Continue", exact=True).click()
        await expect(page.get_by_role("alert")).to_contain_text("We could not reach the service")
        assert await page.input_value("[name=start_date_year]") == "2025"
        await page.unroute("**/school/question")
        await page.wait_for_timeout(GUARD)
        await page.get_by_role("button", name="Continue", exact=True).click()
        await page.wait_for_url(f"**{FIELDS}")
        assert await page.locator("main main").count() == 0

        asked: list[bool] = []

        async def refuse_swaps(route: Route) -> None:
            asked.append("hx-request" in route.request.headers)
            await (route.abort("timedout") if asked[-1] else route.continue_())

        await page.route("**/school/home", refuse_swaps)
        await page.get_by_role("link", name="Home", exact=True).first.click()
        await page.wait_for_url(f"**{LIST}")
        assert asked == [True, False]


@pytest.mark.rule("HTX-8")
def test_an_answer_is_waited_for_ten_seconds() -> None:
    assert '"timeout":10000' in (TEMPLATES / "layouts" / "full.html").read_text(encoding="utf-8")


@pytest.mark.rule("HTX-13", "HTX-11")
def test_no_page_asks_for_anything_by_itself() -> None:
    pages = {path.name: path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html")}
    assert [name for name, text in pages.items() if "hx-trigger" in text or "http-equiv" in text] == []


@BOTH
@pytest.mark.rule("AX-5", "AX-2")
async def test_the_skip_link_leads_past_everything_also_after_a_swap(chromium: Browser, javascript: bool) -> None:
    async with sampling(chromium, javascript=javascript) as reader:
        page = reader.page
        await page.goto(LIST)
        for _ in range(2):
            await page.locator(".govuk-skip-link").focus()
            await page.keyboard.press("Enter")
            await page.keyboard.press("Tab")
            assert await page.evaluate("() => document.activeElement.closest('main') !== null")
            await reader.follow("Ann Example") if page.url.endswith(LIST) else None
        if javascript:
            await page.locator(".govuk-skip-link").focus()
            await page.keyboard.press("Enter")
            assert await page.evaluate(FOCUSED) == "main-content"


@BOTH
@pytest.mark.rule("AX-1", "AX-2")
@pytest.mark.parametrize("path", [LIST, QUESTION, FIELDS])
async def test_tab_stops_at_everything_in_reading_order_and_then_leaves(
    chromium: Browser, path: str, javascript: bool
) -> None:
    async with sampling(chromium, javascript=javascript) as reader:
        await reader.page.goto(path)
        if javascript and path == FIELDS:
            await reader.page.wait_for_selector("select[data-enhanced]", state="attached")
        reached, expected = await stops(reader)
        assert reached == expected
        assert "govuk-skip-link" in reached[0]
        assert len(reached) > 10


@pytest.mark.rule("AX-2", "GDS-3")
async def test_after_an_error_the_first_stop_is_in_the_summary(chromium: Browser) -> None:
    async with sampling(chromium) as reader:
        page = reader.page
        await page.goto(QUESTION)
        await page.get_by_role("button", name="Continue", exact=True).click()
        await expect(page.locator(".govuk-error-summary")).to_be_focused()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        assert await page.evaluate(FOCUSED) == "start_date_month"
