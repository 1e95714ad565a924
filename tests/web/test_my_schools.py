"""All schools of somebody who works for several (MS-01, ACC-10)."""

from __future__ import annotations

import logging
from datetime import date
from typing import Any

import pytest
from lxml import html

from app.db.engine import fetch
from tests import factories
from tests.cast import Cast, cast, sign_in

PATH = "/school/my-schools"


@pytest.fixture
async def people(database: None) -> Cast:
    """Give the cast, stored."""
    return await cast()


@pytest.fixture
async def alice(client: Any, people: Cast) -> Any:
    """Give Alice's browser, signed in at Ash School; she works for Birch School too."""
    await factories.access(people.birch, people.alice)
    await sign_in(client, people.alice, people.ash)
    return client


def cards(browser: Any) -> dict[str, dict[str, str]]:
    """Return of each school by URN what its rows say."""
    found = html.fromstring(browser.page.text).xpath("//*[@data-school]")
    return {
        card.get("data-school"): {
            row.get("data-row"): row.xpath(".//dd")[0].text_content().strip() for row in card.xpath(".//*[@data-row]")
        }
        for card in found
    }


@pytest.mark.rule("MS-01", "ACC-10.5", "HM-02")
async def test_each_school_stands_with_its_own_counts_and_nobody_by_name(alice: Any, people: Cast) -> None:
    await factories.ect(people.ash, "Ann One")
    two = await factories.ect(people.birch, "Ben Two")
    await factories.mentorship(two, await factories.mentor(people.birch))
    await factories.ect(people.birch, "Cy Three", date(2024, 9, 1), finished_on=date(2025, 7, 1))
    await fetch("UPDATE induction_tutor SET confirmed_for_year = 2024 WHERE school_id = $1", people.birch.id)

    await alice.get("/school/home")
    own = len(html.fromstring(alice.page.text).xpath("//h2[@id='to-do']/following-sibling::ul[1]/li"))
    assert f'href="{PATH}"' in alice.page.text
    await alice.get(PATH)

    found = cards(alice)
    assert list(found) == ["100001", "100002"]
    assert found["100001"]["to-do"] == str(own)
    assert [found[urn]["ects-current"] for urn in found] == ["1", "1"]
    assert [found[urn]["without-mentor"] for urn in found] == ["1", "0"]
    assert [found[urn]["tutor-confirmed"] for urn in found] == ["Yes", "No"]
    assert found["100001"]["level"] == "Full"
    assert not [name for name in ("Ann One", "Ben Two", "Carla Cole") if name in alice.page.text]


@pytest.mark.rule("MS-01", "ACC-10.4", "ACC-10.2")
async def test_changing_school_is_posted_and_needs_access(alice: Any, people: Cast) -> None:
    other = await factories.school("100003", "Cedar School")
    for wrong in ("", "x", str(other.public_id)):
        await alice.get(PATH)
        assert (await alice.post(PATH, {"school_id": wrong})).status_code == 422
    await alice.get(PATH)

    answer = await alice.post(PATH, {"school_id": str(people.birch.public_id)})

    assert (answer.status_code, answer.headers["location"]) == (303, "/school/home")
    await alice.get("/school/home")
    assert "Birch School" in alice.text()


@pytest.mark.rule("MS-01", "ACC-13.8")
async def test_a_school_without_use_of_the_service_shows_no_counts(alice: Any, people: Cast) -> None:
    await fetch("UPDATE school SET access_override = 'none' WHERE id = $1", people.birch.id)

    await alice.get(PATH)

    assert "ects-current" not in cards(alice)["100002"]
    assert "to-do" in cards(alice)["100001"]


@pytest.mark.rule("MS-01")
async def test_who_works_for_one_school_has_no_such_page(client: Any, people: Cast) -> None:
    await sign_in(client, people.bob, people.ash)

    assert (await client.get(PATH)).headers["location"] == "/school/home"


@pytest.mark.rule("MS-01", "PRF-3")
async def test_twenty_schools_a_page_in_as_many_statements_as_two(
    alice: Any, people: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    counts = []
    for more in (0, 23):
        for number in range(more):
            school = await factories.school(f"1002{number:02}", f"School {number:02}")
            await factories.access(school, people.alice)
            await factories.ect(school, f"Eve Number{number}")
        caplog.clear()
        with caplog.at_level(logging.INFO):
            await alice.get(PATH)
        counts.append([record.fields["db_count"] for record in caplog.records if hasattr(record, "fields")][-1])
        assert len(cards(alice)) == min(2 + more, 20)
    assert counts[0] == counts[1]
    assert counts[0] <= 6
    await alice.get(f"{PATH}?page=2")
    assert len(cards(alice)) == 5
    assert (await alice.get(f"{PATH}?page=9")).headers["location"] == f"{PATH}?page=1"
