"""Changing lead provider and programme as a person would, in Chromium, with JavaScript and without (QUA-2.3)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch, fetch_one
from tests import factories
from tests.browser.keyboard import WAYS

if TYPE_CHECKING:
    from tests.browser.conftest import Served

YEAR = 2025


async def requested_with_oak(served: Served) -> factories.Stay:
    """Store an ECT of Ash School who waits for Oak."""
    row = await fetch_one("SELECT * FROM school WHERE id = $1", served.world.ash)
    school = factories.School(row["id"], row["public_id"], row["urn"], row["name"])
    oak = await fetch_one("SELECT * FROM lead_provider WHERE name = 'Oak'")
    stay = await factories.ect(school)
    await factories.training(stay, factories.Named(oak["id"], oak["public_id"], "Oak"), year=YEAR)
    return stay


@WAYS
@pytest.mark.rule("CH-06", "CH-08", "AX-15")
async def test_first_another_lead_provider_and_then_school_led(
    open_browser: Any, served: Served, way: dict[str, bool]
) -> None:
    stay = await requested_with_oak(served)
    async with open_browser(**way) as reader:
        await reader.open(f"{stay.url}/change-lead-provider")
        await reader.press("Continue")
        assert "Select a lead provider" in await reader.text()
        await reader.choose("Elm")
        await reader.press("Continue", "check-answers")
        assert "Oak had not confirmed that it would train them" in await reader.text()
        await reader.press("Confirm and change the lead provider", "confirmation")
        assert await reader.h1() == "Siân Evans’s lead provider has been changed to Elm"
        await reader.open(f"{stay.url}/change-training-programme?training_programme=school_led")
        await reader.press("Continue", "check-answers")
        await reader.press("Confirm and change the training programme", "confirmation")
        await reader.follow("View Siân Evans")
        assert await reader.h1() == "Siân Evans"
        await reader.open(f"{stay.url}/change-training-programme")
        await reader.press("Continue")
        await reader.choose("Provider-led")
        await reader.press("Continue", "lead-provider")
        await reader.choose("Oak")
        await reader.press("Continue", "check-answers")
    rows = await fetch("SELECT training_programme FROM training_period WHERE cancelled_at IS NULL")
    assert [row["training_programme"] for row in rows] == ["school_led"]
    assert date(YEAR, 10, 6) in [
        row["started_on"] for row in await fetch("SELECT started_on FROM training_period WHERE cancelled_at IS NULL")
    ]
