"""Registering a mentor as a person would, in Chromium, with JavaScript and without (QUA-2.3)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch
from tests.browser.keyboard import WAYS
from tests.web.register_ect import history
from tests.web.register_ect.walking import DATE_OF_BIRTH
from tests.web.register_mentor.walking import SINCE, TOM, VIC, ect_with, mentor_training, mentors_of, stays

if TYPE_CHECKING:
    from tests.browser.conftest import Served
    from tests.browser.reader import Reader

BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["JavaScript", "no JavaScript"])


async def to_email(reader: Reader, trn: str) -> None:
    """Look somebody up, say that it is them, and give an address."""
    await reader.press("Start now", "find-mentor")
    await reader.fill(trn=trn, **DATE_OF_BIRTH)
    await reader.press("Continue", "review-mentor")
    await reader.choose("Yes")
    await reader.press("Continue", "email-address")
    await reader.fill(email="mentor@ash.example")
    await reader.press("Continue")


@WAYS
@pytest.mark.rule("WT-17", "WT-18", "RM-03", "RM-12", "AX-15", "HTX-1", "AX-1", "QUA-2.3")
async def test_a_mentor_is_registered_for_an_ect(open_browser: Any, served: Served, way: dict[str, bool]) -> None:
    ect = await ect_with(served.world)
    async with open_browser(**way) as reader:
        await reader.open(f"/school/register-mentor?ect_id={ect['public_id']}")
        await reader.press("Start now", "find-mentor")
        await reader.follow("They do not have a teacher reference number", "no-trn")
        await reader.follow("Go back and enter", "find-mentor")
        await reader.fill(trn="9900001", **DATE_OF_BIRTH)
        await reader.press("Continue", "cannot-mentor-themself")
        await reader.open(f"/school/register-mentor?ect_id={ect['public_id']}")
        await to_email(reader, TOM)
        await reader.press("Choose another lead provider", "lead-provider")
        await reader.press("Continue")
        await reader.choose("Oak")
        await reader.press("Continue", "check-answers")
        await reader.press("Confirm and register", "confirmation")
        assert await reader.h1() == "Tom Baker is registered as a mentor"
        assert "Priya Shah, from 6 October 2025" in await reader.text()
        await reader.follow("View their record")
        assert await reader.h1() == "Tom Baker"
    assert [trn for trn, _, _ in await mentors_of(ect)] == [TOM]


@BOTH
@pytest.mark.rule("WT-20", "RM-09", "RM-10", "RM-11", "RM-13")
async def test_a_mentor_moves_from_another_school(open_browser: Any, served: Served, javascript: bool) -> None:
    first = await ect_with(served.world, "Oak")
    await ect_with(served.world, "Oak", "9900017")
    vic = await history.mentor(served.world.birch, date(2024, 9, 1), trn=VIC)
    await mentor_training(served.world, vic)
    async with open_browser(javascript=javascript) as reader:
        await reader.open("/school/register-mentor")
        await to_email(reader, VIC)
        await reader.choose("Yes")
        await reader.press("Continue", "start-date")
        await reader.press("Continue")
        await reader.fill(start_date_day="1", start_date_month="10", start_date_year="2025")
        await reader.press("Continue", "assign-ects")
        await reader.choose("Priya Shah")
        await reader.choose("Una Quinn")
        await reader.press("Continue", "earlier-training")
        await reader.press("Continue")
        await reader.choose("Oak")
        await reader.press("Continue", "check-answers")
        assert "30 September 2025" in await reader.text()
        await reader.press("Confirm and register", "confirmation")
        assert "Una Quinn, from 1 October 2025" in await reader.text()
    assert await mentors_of(first) == [(VIC, date(2025, 10, 1), None)]
    assert [started for _, started, _, _ in await stays(VIC)] == [date(2024, 9, 1), date(2025, 10, 1)]


@BOTH
@pytest.mark.rule("RM-19", "RM-20", "G-08")
async def test_each_dead_end_of_a_mentor_is_a_page_of_its_own(
    open_browser: Any, served: Served, javascript: bool
) -> None:
    await history.mentor(served.world.ash, SINCE, trn=VIC)
    async with open_browser(javascript=javascript) as reader:
        for trn, step in {
            "9900004": "trn-not-found",
            VIC: "already-registered",
            "9900011": "cannot-register",
            "9900015": "national-insurance-number",
        }.items():
            await reader.open("/school/register-mentor")
            await reader.press("Start now", "find-mentor")
            await reader.fill(trn=trn, **DATE_OF_BIRTH)
            await reader.press("Continue", step)
        await reader.fill(national_insurance_number="JM123456D")
        await reader.press("Continue", "not-found")
    assert len(await fetch("SELECT FROM mentor_at_school_period")) == 1
