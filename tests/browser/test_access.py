"""Staff sign-in, who has access, and the end of a session, in Chromium with JavaScript and without (QUA-2.3)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from app.access.add_staff import AddStaff, add_staff
from app.db.engine import fetch
from app.terms import Actor, ActorKind
from tests.browser.keyboard import WAYS

if TYPE_CHECKING:
    from playwright.async_api import Page

    from tests.browser.reader import Reader

BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["JavaScript", "no JavaScript"])
SAM = "sam@staff.example"
IDLE, WARNED, ABSOLUTE = 7_200, 300, 43_200
"""Seconds: a session nobody uses, the warning before its end, and the longest session (ACC-9.3, ACC-9.4)."""


@BOTH
@pytest.mark.rule("ACC-7.2", "ACC-9.9", "QUA-2.3")
async def test_staff_sign_in_with_a_code(open_browser: Any, javascript: bool) -> None:
    await add_staff(AddStaff(SAM, "Sam Support", ("support",)), Actor(ActorKind.OPERATOR, "An operator"))
    async with open_browser(javascript=javascript) as reader:
        await reader.context.clear_cookies()
        await reader.open("/admin")
        await reader.press("Send the code")
        assert "Enter an email address" in await reader.text()
        await reader.fill(email=SAM)
        await reader.press("Send the code", "code")
        (row,) = await fetch("SELECT personalisation FROM message WHERE message_id = 'M-78'")
        code = json.loads(row["personalisation"])["fields"]["code"]
        await reader.fill(code=f"{(int(code) + 1) % 10**6:06}")
        await reader.press("Sign in")
        assert "The code is not right" in await reader.text()
        await reader.fill(code=code)
        await reader.press("Sign in", "admin")
        assert await reader.h1() == "Support console"


@WAYS
@pytest.mark.rule("ACC-11.1", "ACC-11.3", "ACC-11.4", "QUA-2.3")
async def test_a_colleague_gets_access_and_loses_it(open_browser: Any, way: dict[str, bool]) -> None:
    async with open_browser(**way) as reader:
        await reader.open("/school/access")
        await reader.follow("Give someone access", "new")
        await reader.press("Continue")
        assert "Enter" in await reader.text()
        await reader.fill(name="Dora Dean", email="dora@ash.example")
        await reader.press("Continue", "check-answers")
        await reader.press("Confirm and give access", "confirmation")
        await reader.follow("See who has access", "access")
        assert "dora@ash.example" in await reader.text()
        await reader.follow("Remove access", "remove")
        await reader.press("Confirm and remove access", "access")
        assert "Their access has been removed" in await reader.text()
        assert "dora@ash.example" not in await reader.text()


async def open_tab(reader: Reader) -> Page:
    """Open one more tab of the same browser on the home page."""
    tab = await reader.context.new_page()
    reader.watch(tab)
    await tab.goto("/school/home")
    return tab


async def warned(*tabs: Page) -> None:
    """Wait until each tab shows the warning."""
    for tab in tabs:
        await expect(tab.locator("#session-dialog")).to_be_visible()


async def not_warned(*tabs: Page) -> None:
    """Wait until no tab shows the warning."""
    for tab in tabs:
        await expect(tab.locator("#session-dialog")).to_be_hidden()


SOON = re.compile(r"We will sign you out in (4 minutes|3 minutes 5\d seconds)\.")
"""What is said after a minute, at once or a few seconds late."""


@pytest.mark.rule("AX-24", "ACC-9.4")
async def test_the_end_of_a_session_is_told_in_every_tab_and_put_off_by_any(open_browser: Any) -> None:
    async with open_browser() as reader:
        await reader.context.clock.install()
        await reader.open("/school/home")
        one, other = reader.page, await open_tab(reader)
        clock = reader.context.clock
        await clock.fast_forward((IDLE - WARNED - 10) * 1000)
        await not_warned(one, other)
        await clock.fast_forward(12_000)
        await warned(one, other)
        dialog = one.get_by_role("dialog", name="You are about to be signed out")
        await expect(dialog.get_by_role("button", name="Stay signed in")).to_be_focused()
        assert "4 minutes" in await dialog.inner_text()
        assert await reader.axe() == []
        await clock.fast_forward(58_000)
        await clock.run_for(3_000)
        await expect(one.locator("#session-announcement")).to_have_text(SOON)

        await dialog.get_by_role("button", name="Stay signed in").click()
        await not_warned(one, other)

        await clock.fast_forward((IDLE - WARNED + 2) * 1000)
        await warned(one, other)
        await other.bring_to_front()
        await other.keyboard.press("Escape")
        await not_warned(one, other)

        await clock.fast_forward((IDLE - WARNED + 2) * 1000)
        await warned(one, other)
        await other.goto("/school/ects")
        await not_warned(one, other)


@pytest.mark.rule("AX-24", "ACC-9.4")
async def test_nothing_puts_off_the_longest_session(open_browser: Any) -> None:
    async with open_browser() as reader:
        await reader.context.clock.install()
        await reader.open("/school/home")
        clock, tab = reader.context.clock, reader.page
        gone = 0
        while gone < ABSOLUTE - IDLE:
            await clock.fast_forward((IDLE - WARNED + 2) * 1000)
            gone += IDLE - WARNED + 2
            await warned(tab)
            await tab.keyboard.press("Escape")
            await not_warned(tab)
        await clock.fast_forward((ABSOLUTE - gone - WARNED + 2) * 1000)
        await warned(tab)
        sent = len(reader.posts)
        await tab.keyboard.press("Escape")
        await not_warned(tab)
        assert len(reader.posts) == sent
        async with tab.expect_navigation():
            await clock.fast_forward((WARNED + 5) * 1000)


@pytest.mark.rule("AX-24", "ACC-9.4")
async def test_without_javascript_the_page_says_when_the_session_ends(open_browser: Any) -> None:
    async with open_browser(javascript=False) as reader:
        await reader.open("/school/home")
        assert "you will be signed out at" in await reader.page.locator("footer").inner_text()
        await expect(reader.page.locator("#session-dialog")).to_be_hidden()


@pytest.mark.rule("HTX-7", "FLT-15", "ACC-9.5")
async def test_a_session_that_is_over_leads_to_the_whole_sign_in_page(open_browser: Any) -> None:
    async with open_browser() as reader:
        await reader.open("/school/home")
        await fetch("DELETE FROM session")
        await reader.page.get_by_role("link", name="ECTs", exact=True).first.click()
        await reader.page.wait_for_url("**/sign-in")
        assert await reader.page.locator("header").count() == 1
        assert await reader.page.locator("main").count() == 1
        assert await reader.page.locator("main main").count() == 0
