"""Home, the academic year, support and preferences in Chromium, with JavaScript and without (QUA-2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch
from tests.browser.keyboard import WAYS

if TYPE_CHECKING:
    from tests.browser.conftest import Served


@WAYS
@pytest.mark.rule("HM-01", "YR-01", "PF-01", "SP-01", "SP-02", "AX-15", "GDS-15")
async def test_what_a_school_settles_about_itself(way: dict[str, bool], served: Served, open_browser: Any) -> None:
    async with open_browser(**way) as reader:
        await reader.open("/school/home")
        await reader.follow("Are you expecting new ECTs", "year")
        await reader.press("Save", "year")
        assert "Select yes, no or not sure" in await reader.text()
        await reader.choose("Not sure")
        await reader.press("Save", "home")
        assert "have been saved" in await reader.text()

        await reader.follow("Choose which emails you get", "preferences")
        await reader.choose("Every Monday morning")
        await reader.press("Save", "preferences")
        assert "have been saved" in await reader.text()

        await reader.open("/school/support")
        await reader.press("Send", "support")
        await reader.choose("Appropriate body")
        await reader.fill(message="Ours has merged with another one.")
        await reader.press("Send", "support")
        assert "We have your message" in await reader.text()

        await reader.open("/school/notices")
        await reader.open("/school/induction-tutor")
        await reader.follow("Change induction tutor details", "change")
        await reader.open("/feedback")
        await reader.choose("Satisfied")
        await reader.press("Send feedback", "feedback")
        assert "Thank you" in await reader.text()

        await reader.open("/cookies")
        told = await reader.page.locator("main tbody th").all_inner_texts()
        assert told == sorted(cookie["name"] for cookie in await reader.context.cookies())
        assert await reader.page.locator(".govuk-cookie-banner").count() == 0

    assert [row["expecting_ects"] for row in await fetch("SELECT expecting_ects FROM school_year")] == ["not_sure"]
    assert len(await fetch("SELECT FROM support_query")) == 1
