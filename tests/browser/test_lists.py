"""Searching, paging and reading records in Chromium, with JavaScript and without, at 1280 and 320 px (QUA-2.3)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from playwright.async_api import expect

from tests import factories

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.conftest import Served
    from tests.browser.reader import Reader

BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["JavaScript", "no JavaScript"])
SEPTEMBER = date(2025, 9, 1)
STOPPED = {"finished_on": SEPTEMBER, "withdrawn_at": datetime(2025, 9, 1, tzinfo=UTC), "withdrawal_reason": "other"}


async def people(served: Served) -> tuple[factories.Stay, factories.Stay]:
    """Store 22 ECTs of Ash School, one with stopped training, and a mentor; give that ECT and the mentor."""
    ash = factories.School(served.world.ash, UUID(int=0), "100001", "Ash School")
    for number in range(21):
        await factories.ect(ash, f"Eve Number{number:02}")
    stopped = await factories.ect(ash, await factories.teacher("Sian Dowd", "4512378", corrected_name="Siân O’Dowd"))
    mentor = await factories.mentor(ash, "Maximilian-Konstantin Mentorovskaya-Featherstonehaugh")
    await factories.mentorship(stopped, mentor)
    await factories.training(stopped, await factories.lead_provider(), **STOPPED)
    return stopped, mentor


async def search(reader: Reader, typed: str) -> None:
    """Search as a person does, with Enter in the box."""
    await reader.page.fill("#q", typed)
    await reader.page.press("#q", "Enter")
    await reader.page.wait_for_url("**q=*")
    await reader.page.wait_for_load_state("load")


@BOTH
@pytest.mark.rule("LS-03", "LS-10", "HTX-2", "HTX-9", "AX-25", "AX-26")
async def test_a_search_shows_its_results_and_leaves_the_reader_where_they_are(
    open_browser: Any, served: Served, javascript: bool
) -> None:
    await people(served)
    async with open_browser(javascript=javascript) as reader:
        await reader.open("/school/ects")
        await search(reader, "odowd")
        cards = reader.page.locator(".govuk-summary-card__title a")
        await expect(cards).to_have_text(["Siân O’Dowd"])
        if javascript:
            await expect(reader.page.locator("#q")).to_be_focused()
            await expect(reader.page.locator("#announcement")).to_have_text("1 ECT found in “Current”")
        await expect(reader.page.locator("#q")).to_have_value("odowd")
        await reader.look()
        await search(reader, "nobody at all")
        await expect(cards).to_have_count(0)
        await reader.follow("Clear search")
        await expect(cards).to_have_count(20)
        await expect(reader.page.locator("#q")).to_have_value("")


@BOTH
@pytest.mark.rule("LS-05", "LS-10", "HTX-1", "HTX-3", "AX-6")
async def test_paging_changes_the_results_alone_and_back_leads_back(
    open_browser: Any, served: Served, javascript: bool
) -> None:
    await people(served)
    async with open_browser(javascript=javascript) as reader:
        await reader.open("/school/ects?sort=name")
        await reader.page.fill("#q", "not sent yet")
        await reader.page.get_by_role("link", name="Next page").click()
        await expect(reader.page).to_have_title("ECTs (Current, page 2 of 2) – Register early career teachers")
        assert reader.page.url.endswith("sort=name&page=2")
        if javascript:
            await expect(reader.page.locator("#results h2")).to_be_focused()
            await expect(reader.page.locator("#announcement")).to_have_text("22 ECTs found in “Current”, page 2 of 2")
            await expect(reader.page.locator("#q")).to_have_value("not sent yet")
        await reader.look()
        await reader.page.go_back()
        await expect(reader.page).to_have_title("ECTs (Current, page 1 of 2) – Register early career teachers")


@BOTH
@pytest.mark.rule("LS-02", "RC-01", "WD-01", "AX-7")
async def test_a_record_is_read_from_the_list_and_leads_back_to_it(
    open_browser: Any, served: Served, javascript: bool
) -> None:
    _, mentor = await people(served)
    async with open_browser(javascript=javascript) as reader:
        await reader.open("/school/ects?q=4512378")
        await reader.follow("See the training of Siân O’Dowd")
        assert "Continue with another lead provider" in await reader.text()
        await reader.follow("Maximilian-Konstantin")
        assert reader.page.url.endswith(mentor.url)
        await reader.follow("See the whole history", "history")
        await reader.follow("Back")
        await reader.follow("Siân O’Dowd")
        await reader.open("/school/mentors")
        await reader.follow("Maximilian-Konstantin")
        await reader.follow("Back", "mentors")
        await reader.open("/school/mentors?tab=left")


@BOTH
@pytest.mark.rule("LS-09", "HTX-7", "EX-01")
async def test_a_list_is_downloaded_and_the_page_stays(
    open_browser: Any, served: Served, javascript: bool, tmp_path: Path
) -> None:
    await people(served)
    async with open_browser(javascript=javascript) as reader:
        await reader.open("/school/ects?q=eve")
        async with reader.page.expect_download() as waiting:
            await reader.page.get_by_role("link", name="Download the ECTs found here (CSV)").click()
        download = await waiting.value
        await download.save_as(tmp_path / "ects.csv")
        assert download.suggested_filename == "ects-current-2025-10-06.csv"
        assert len((tmp_path / "ects.csv").read_text(encoding="utf-8-sig").splitlines()) == 22
        assert await reader.h1() == "ECTs"


@pytest.mark.rule("RC-06")
async def test_a_record_is_printed_as_a_summary_without_links(open_browser: Any, served: Served) -> None:
    stopped, _ = await people(served)
    async with open_browser() as reader:
        await reader.open(stopped.url)
        await reader.page.emulate_media(media="print")
        await expect(reader.page.get_by_role("heading", name="ECT details")).to_be_visible()
        for unprinted in ("nav", ".govuk-back-link", ".govuk-button", "main .govuk-summary-list__actions", "#wrong"):
            for each in await reader.page.locator(unprinted).all():
                await expect(each).to_be_hidden()
        after = "(link) => [getComputedStyle(link, '::after').content, getComputedStyle(link).textDecorationLine]"
        links = [link for link in await reader.page.locator("main a").all() if await link.is_visible()]
        assert [await link.evaluate(after) for link in links] == [["none", "none"]] * len(links)
        assert links
