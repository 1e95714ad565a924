"""Changing a name, and the appropriate body of several ECTs, in Chromium with JavaScript and without (QUA-2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from app.db.engine import fetch
from tests import factories
from tests.browser.keyboard import WAYS

if TYPE_CHECKING:
    from tests.browser.conftest import Served


async def ect(served: Served, name: str, body: str) -> factories.Stay:
    """Store an ECT of Ash School with an appropriate body."""
    ash = factories.School(served.world.ash, UUID(int=0), "100001", "Ash School")
    return await factories.ect(ash, name, school_reported_appropriate_body_id=served.world.bodies[body])


@WAYS
@pytest.mark.rule("CH-01", "CH-02", "CH-09", "NAM-04")
async def test_a_name_is_changed_and_seen_on_the_record(
    open_browser: Any, served: Served, way: dict[str, bool]
) -> None:
    amy = await ect(served, "Amy Able", "North Hub")
    async with open_browser(**way) as reader:
        await reader.open(f"{amy.url}/change-name")
        await reader.press("Continue")
        assert "Select why you want to change the name" in await reader.text()
        await reader.choose("I want to replace them")
        await reader.press("Continue", "not-for-replacing")
        await reader.follow("Back", "change-name")
        await reader.choose("They should not be registered")
        await reader.press("Continue", "not-for-removing")
        await reader.follow("Back", "change-name")
        await reader.choose("Their name has changed")
        await reader.fill(new_name="Rosa Bell")
        await reader.press("Continue", "confirm-name")
        await reader.choose("Yes")
        await reader.press("Continue", "check-answers")
        await reader.press("Confirm and change the name", "confirmation")
        await reader.follow("View Rosa Bell’s record")
        assert await reader.h1() == "Rosa Bell"
        await reader.open(f"{amy.url}/change-email")
        await reader.fill(email="rosa")
        await reader.press("Continue")
        assert await reader.page.input_value("#email") == "rosa"
        await reader.fill(email="rosa.bell@ash.example")
        await reader.press("Continue", "check-answers")
        assert "rosa.bell@ash.example" in await reader.text()
        await reader.press("Confirm and change the email address", "confirmation")
    assert [row[0] for row in await fetch("SELECT corrected_name FROM teacher")] == ["Rosa Bell"]
    assert [row[0] for row in await fetch("SELECT email FROM ect_at_school_period")] == ["rosa.bell@ash.example"]


@WAYS
@pytest.mark.rule("CH-11", "GDS-7")
async def test_several_ects_change_their_appropriate_body(
    open_browser: Any, served: Served, way: dict[str, bool]
) -> None:
    for name, body in (("Amy Able", "North Hub"), ("Ben Box", "North Hub"), ("Cat Cole", "South Hub")):
        await ect(served, name, body)
    async with open_browser(**way) as reader:
        await reader.open("/school/ects")
        await reader.follow("Change the appropriate body of several ECTs", "change-appropriate-body")
        await reader.press("Continue")
        assert "Select the ECTs whose appropriate body changes" in await reader.text()
        for name in ("Amy Able", "Ben Box", "Cat Cole"):
            await reader.choose(name)
        await reader.press("Continue", "appropriate-body")
        await reader.choose_body("South Hub")
        await reader.press("Continue", "check-answers")
        assert "Cat Cole: already with this appropriate body" in await reader.text()
        await reader.press("Confirm and change the appropriate body", "confirmation")
        assert await reader.h1() == "The appropriate body of 2 ECTs has been changed"
        await reader.follow("View your ECTs", "ects")
    found = await fetch("SELECT DISTINCT school_reported_appropriate_body_id FROM ect_at_school_period")
    assert [row[0] for row in found] == [served.world.bodies["South Hub"]]
