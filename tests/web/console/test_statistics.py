"""The statistics (ADM-12)."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from app import clock
from app.console.statistics import count, rounded, share
from app.db.engine import fetch
from tests import factories

if TYPE_CHECKING:
    from tests.cast import Cast

OCTOBER = {"range": "custom", "from": "2025-10-01", "to": "2025-10-31"}


def then(day: int, hour: int = 12) -> datetime:
    """Return a time in October."""
    return datetime(2025, 10, day, hour, tzinfo=UTC)


async def numbers(browser: Any, table: str, **asked: str) -> list[list[str]]:
    """Return the lines of the file of a table, without its head."""
    answer = await browser.get(f"/admin/statistics/{table}", params={**OCTOBER, **asked})
    assert answer.status_code == 200, browser.text()
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1:]


@pytest.fixture
async def filled(people: Cast) -> Cast:
    """Give six ECTs and a mentor at Ash, registered on 2 October, and whom a lead provider has answered."""
    larch, partner = await factories.lead_provider(), await factories.delivery_partner()
    together = await factories.partnership(people.ash, larch, partner)
    mentor = await factories.mentor(people.ash, "Mo Hill", created_at=then(1, 23))
    body = await factories.appropriate_body("North Hub")
    for number in range(6):
        ect = await factories.ect(
            people.ash,
            f"Eve {number}",
            date(2025, 10, 3),
            created_at=then(2),
            school_reported_appropriate_body_id=body.id,
        )
        await factories.training(ect, larch, together, requested_at=then(3), confirmed_at=then(3 + number))
        await factories.mentorship(ect, mentor, date(2025, 10, 6) if number else date(2025, 10, 20))
        await factories.induction(ect.teacher, body, date(2025, 10, 3), created_at=then(13))
    removed = await factories.ect(people.ash, "Rae Moved", date(2025, 10, 3), created_at=then(2))
    await fetch(
        "UPDATE ect_at_school_period SET removed_at = $1, removal_reason = 'wrong_person' WHERE id = $2",
        then(4),
        removed.id,
    )
    return people


@pytest.mark.rule("ADM-12.4")
def test_percentages_are_rounded_half_up_and_small_groups_are_hidden() -> None:
    assert [count(number) for number in (0, 1, 4, 5)] == ["0", "<5", "<5", "5"]
    assert (share(5, 80), share(1, 16), share(5, 8), share(0, 0)) == ("6.3", "", "", "")
    assert (rounded(2.25), rounded(2.5), rounded(None)) == ("2.3", "2.5", "")


@pytest.mark.rule("ADM-12.1", "ADM-12.2", "ADM-12.3")
async def test_every_chart_counts_what_its_definition_says(sam: Any, filled: Cast) -> None:
    for _ in range(5):
        await factories.insert("feedback", satisfaction=4, at=then(9), created_at=then(9))
    await factories.insert("field_error", day=date(2025, 10, 9), journey="register_ect", field="email", errors=7)

    registered = {(day, role): number for day, role, number in await numbers(sam, "registrations")}
    assert registered["2025-10-02", "ect"] == "6"
    assert registered["2025-10-02", "mentor"] == "<5"  # at 00:00 in London
    assert (registered["2025-10-01", "ect"], len(registered)) == ("0", 62)
    assert await numbers(sam, "programmes") == [
        ["2025-10-31", "provider_led", "6"],
        ["2025-10-31", "school_led", "0"],
        ["2025-10-31", "none", "0"],
    ]
    assert await numbers(sam, "lead-providers") == [["Larch Learning", "ect", "6", "0"]]
    covered = {day: rest for day, *rest in await numbers(sam, "mentor-coverage")}
    assert covered["2025-10-02"] == ["0", "0", "", ""]
    assert covered["2025-10-05"] == ["6", "0", "0.0", ""]
    assert covered["2025-10-06"] == ["6", "5", "", "3.0"]
    assert covered["2025-10-31"] == ["6", "6", "100.0", ""]
    assert await numbers(sam, "confirmation") == [["Larch Learning", "6", "2.5", "4.5", "0", "0", "0", "0"]]
    assert await numbers(sam, "induction") == [["North Hub", "6", "10.0", "10.0", "0", "0", "0", "0"]]
    assert await numbers(sam, "field-errors") == [["register_ect: email", "7"]]
    assert await numbers(sam, "satisfaction") == [["4", "5"]]
    assert await numbers(sam, "lead-providers", year="2024") == []
    assert (await numbers(sam, "programmes", region="Nowhere"))[0] == ["2025-10-31", "provider_led", "0"]


@pytest.mark.rule("ADM-12.2", "ADM-12.1")
async def test_pictures_have_titles_and_tables_and_a_range_is_at_most_three_years(sam: Any, filled: Cast) -> None:
    answer = await sam.get("/admin/statistics", params=OCTOBER)

    page = html.fromstring(answer.text)
    sections = page.xpath("//section[h2]")
    assert len(sections) == 8
    pictures = page.xpath("//figure[.//svg]")
    for picture in pictures:
        named = (picture.get("aria-labelledby"), picture.get("aria-describedby"))
        assert all(page.get_element_by_id(name).text_content() for name in named)
        assert picture.xpath(".//svg//text") == []
    assert len(pictures) >= 5
    assert "There is nothing to draw" in sam.text()
    assert "1 October 2025 to 31 October 2025, as of 10 November 2025" in sam.text()
    assert all(section.xpath(".//a[contains(@href, '/admin/statistics/')]") for section in sections)
    long = await sam.get("/admin/statistics", params={**OCTOBER, "from": "2022-10-31"})
    assert long.status_code == 422
    assert "at most 3 years" in sam.text()
    ahead = await sam.get("/admin/statistics", params={**OCTOBER, "from": "9999-12-01", "to": "9999-12-31"})
    assert (ahead.status_code, "must be today or earlier" in sam.text()) == (422, True)


@pytest.mark.rule("ADM-12.1")
async def test_numbers_are_kept_for_a_while_unless_another_time_is_asked_for(client: Any, people: Cast) -> None:
    await client.sign_in_as_staff("viewer")
    today = clock.machine_now()
    for _ in range(5):
        await factories.insert("feedback", satisfaction=4, at=today, created_at=today)

    async def opinions(**headers: str) -> int:
        answer = await client.client.get("/admin/statistics/satisfaction?range=7", headers=headers)
        return len(answer.text.splitlines()) - 1

    assert await opinions() == 1
    await fetch("DELETE FROM feedback")
    assert (await opinions(), await opinions(**{"X-With-Server-Date": today.isoformat()})) == (1, 0)
