"""Saying that a partnership is wrong, and taking that back, in Chromium, with JavaScript and without (QUA-2.3)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch, fetch_one
from tests.browser.keyboard import WAYS
from tests.web.register_ect import history

if TYPE_CHECKING:
    from tests.browser.conftest import Served

SINCE = date(2025, 9, 1)


@WAYS
@pytest.mark.rule("QUA-2.3")
@pytest.mark.rule("PT-03")
@pytest.mark.rule("PT-04")
async def test_a_partnership_is_wrong_and_then_right_again(
    open_browser: Any, served: Served, way: dict[str, bool]
) -> None:
    world = served.world
    held = await history.partnership(world, world.ash, "Elm", "Moss", 2025)
    await history.provider_led(world, await history.ect(world.ash, SINCE), "Elm", 2025, held)
    async with open_browser(**way) as reader:
        await reader.open("/school/partnerships")
        await reader.follow("Elm and Moss")
        assert "Is this right?" in await reader.text()
        await reader.press("Confirm that this is right")
        assert "You have told us that this is right" in await reader.page.inner_text("#page")
        await reader.follow("Tell us that this is wrong", "challenge")
        await reader.press("Continue")
        assert "Select what is wrong" in await reader.text()
        await reader.choose("It looks like a mistake")
        await reader.press("Continue", "check-answers")
        assert "no longer counts as confirmed" in await reader.text()
        await reader.press("Confirm that this partnership is wrong", "confirmation")
        assert await reader.h1() == "You have told us that this partnership is wrong"
        await reader.follow("Take this back", "undo-challenge")
        await reader.press("Confirm that this partnership is right", "confirmation")
        assert await reader.h1() == "The partnership counts as confirmed again"
        await reader.open(f"/school/partnerships/{held['public_id']}/undo-challenge")
        assert await reader.h1() == "You cannot take this back"
    row = await fetch_one("SELECT challenged_at FROM school_partnership")
    assert row is not None
    assert row["challenged_at"] is None
    assert len(await fetch("SELECT FROM message WHERE message_id = 'M-22'")) == 2
