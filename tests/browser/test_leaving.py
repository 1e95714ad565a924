"""Leaving and registered by mistake as a person does them, in Chromium, with JavaScript and without (QUA-2.3)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch_one
from tests.browser.keyboard import WAYS
from tests.web.register_ect import history

if TYPE_CHECKING:
    from tests.browser.conftest import Served

SINCE = date(2025, 9, 1)
LAST_DAY = {"leaving_date_day": "19", "leaving_date_month": "12", "leaving_date_year": "2025"}


@WAYS
@pytest.mark.rule("WT-26")
@pytest.mark.rule("LV-04")
@pytest.mark.rule("UM-02")
async def test_a_mentor_leaves_then_stays_then_was_never_one(
    open_browser: Any, served: Served, way: dict[str, bool]
) -> None:
    ect = await history.ect(served.world.ash, SINCE, trn="9900001")
    mentor = await history.mentor(served.world.ash, SINCE, trn="9900002")
    await history.mentored(ect, mentor, SINCE)
    record = f"/school/mentors/{mentor['public_id']}"
    async with open_browser(**way) as reader:
        await reader.open(f"{record}/report-leaving")
        await reader.press("Continue")
        assert "Enter the last day" in await reader.text()
        await reader.fill(**LAST_DAY)
        await reader.press("Continue", "check-answers")
        assert "from 20 December 2025" in await reader.text()
        await reader.press("Confirm and report", "confirmation")
        assert "Assign a mentor to" in await reader.text()
        await reader.open(f"{record}/change-leaving")
        await reader.choose("Their last day is another one")
        await reader.fill(leaving_date_day="31", leaving_date_month="2")
        await reader.press("Continue")
        assert "must be a real date" in await reader.text()
        await reader.choose("They are not leaving")
        await reader.press("Continue", "check-answers")
        await reader.press("Confirm and save", "confirmation")
        assert "is not leaving" in await reader.h1()
        await reader.open(f"{record}/registered-by-mistake")
        await reader.choose("We registered the wrong person")
        await reader.press("Continue", "check-answers")
        await reader.press("Confirm and remove the registration", "confirmation")
        assert "was removed" in await reader.h1()
        await reader.open(f"{record}/registered-by-mistake")
    row = await fetch_one("SELECT finished_on, removal_reason FROM mentor_at_school_period")
    assert row is not None
    assert tuple(row) == (None, "wrong_person")
