"""Giving ECTs a mentor as a person would, in Chromium, with JavaScript and without (QUA-2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch, fetch_one
from tests import factories
from tests.browser.keyboard import WAYS
from tests.factories import Named, School

if TYPE_CHECKING:
    from tests.browser.conftest import Served


async def ash() -> School:
    """Return Alice's school."""
    row = await fetch_one("SELECT id, public_id, urn, name FROM school WHERE urn = '100001'")
    assert row is not None
    return School(**dict(row))


async def elm() -> Named:
    """Return a lead provider of this year."""
    row = await fetch_one("SELECT id, public_id, name FROM lead_provider WHERE name = 'Elm'")
    assert row is not None
    return Named(**dict(row))


@WAYS
@pytest.mark.rule("AM-01", "AM-02", "AM-05", "AM-06", "GEN-10", "AX-15")
async def test_one_ect_and_then_two_others_get_a_mentor(
    open_browser: Any, served: Served, way: dict[str, bool]
) -> None:
    school, provider = await ash(), await elm()
    first = await factories.ect(school, "Amy First")
    await factories.training(first, provider)
    for name in ("Bea Second", "Cat Third"):
        await factories.ect(school, name)
    mentor = await factories.mentor(school)
    async with open_browser(**way) as reader:
        await reader.open(f"{first.url}/assign-mentor")
        await reader.press("Continue")
        assert "Select who will mentor Amy First" in await reader.text()
        await reader.choose("Max Mentor")
        await reader.press("Continue", "mentor-training")
        await reader.press("Choose another lead provider", "lead-provider")
        await reader.follow("Back", "mentor-training")
        await reader.press("Accept and continue", "check-answers")
        await reader.press("Confirm mentor", "confirmation")
        assert await reader.h1() == "Max Mentor will mentor Amy First"
        await reader.follow("Assign a mentor to Bea Second", "assign-mentor")
        await reader.open(f"{mentor.url}/assign-ects")
        await reader.press("Continue")
        assert "Select at least one ECT" in await reader.text()
        await reader.choose("Bea Second")
        await reader.choose("Cat Third")
        await reader.press("Continue", "check-answers")
        assert "Max Mentor will mentor 3 ECTs" in await reader.text()
        await reader.press("Confirm ECTs", "confirmation")
        assert await reader.h1() == "Max Mentor will mentor Bea Second and Cat Third"
    assert len(await fetch("SELECT FROM mentorship_period WHERE cancelled_at IS NULL")) == 3
    assert len(await fetch("SELECT FROM training_period WHERE role = 'mentor'")) == 1
