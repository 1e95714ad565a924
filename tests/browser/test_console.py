"""Every kind of page of the support console in Chromium, as every other page is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from app.demo.personas import PERSONAS
from app.settings import settings
from tests.applications import application
from tests.browser.console_states import console_states
from tests.browser.looking import look_at
from tests.browser.markup import faults
from tests.demo.conftest import demo_data, demo_database  # noqa: F401 - fixtures
from tests.web.conftest import browser_of
from tests.web.test_forms_forged import OutOfReach

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser as Chromium

    from app.demo.calendar import Days
    from tests.web.conftest import Browser


@pytest.fixture
async def staff(demo_data: Days) -> AsyncIterator[Browser]:
    """Give a browser on the demo, on the day it is built around."""
    made = browser_of(application(settings(), trs=OutOfReach(), personas=PERSONAS))
    made.client.headers["X-With-Server-Date"] = f"{demo_data.as_of}T12:00:00Z"
    yield made
    await made.client.aclose()


@pytest.mark.long
@pytest.mark.rule("QUA-2.1", "QUA-2.2", "REF-6.8", "ADM-6.1", "HTX-1", "HTX-4", "HTX-6", "HTX-10")
@pytest.mark.rule("AX-3", "AX-4", "AX-6", "AX-7", "AX-8", "AX-9", "AX-10", "AX-13", "AX-14", "AX-15", "AX-16")
@pytest.mark.rule("AX-18", "AX-27", "AX-30", "AX-31", "GDS-3", "GDS-13")
async def test_every_kind_of_page_of_the_console_holds(staff: Browser, chromium: Chromium) -> None:
    states = await console_states(staff)
    assert len({state.name for state in states}) >= 250
    findings = await look_at(states, chromium)
    assert [*faults(states), *findings.found] == [], str(findings)


@pytest.mark.rule("ADM-1.3", "QUA-2.3", "HTX-1")
@pytest.mark.parametrize("javascript", [True, False], ids=["JavaScript", "no JavaScript"])
async def test_what_was_put_right_is_said_where_it_leads_back_to_and_once(open_browser: Any, javascript: bool) -> None:
    staff = {"kind": "staff", "roles": "support", "name": "Sam Support", "email": "sam@staff.example"}
    async with open_browser(javascript=javascript, keyboard=javascript, **staff) as reader:
        await reader.open("/admin/schools/100001")
        await reader.follow("Set sign-in by email link for the school", "email-link")
        await reader.press("Continue")
        assert "There is a problem" in await reader.text()
        await reader.choose("On for this school")
        await reader.fill(note="Asked for in a telephone call")
        await reader.press("Continue")
        assert await reader.h1() == "Check this change"
        await reader.press("Confirm this change", "100001")
        banner = reader.page.locator(".govuk-notification-banner")
        assert await banner.count() == 1
        if javascript:
            assert reader.page.url.endswith("/admin/schools/100001")
            await reader.page.reload()
            assert await banner.count() == 0
