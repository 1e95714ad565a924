"""What a school expects of an academic year (YR-01, SCH-06, TD-16)."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from lxml import html

from app import clock
from app.db.engine import fetch
from app.jobs.school_reminders import send_school_reminders
from tests import factories
from tests.cast import Cast, cast, sign_in


@pytest.fixture
async def people(database: None) -> Cast:
    """Give the cast, stored."""
    return await cast()


@pytest.fixture
async def alice(client: Any, people: Cast) -> Any:
    """Give Alice's browser, signed in at Ash School."""
    await sign_in(client, people.alice, people.ash)
    return client


async def stored() -> list[tuple[Any, ...]]:
    rows = await fetch(
        """SELECT contract_period_year, expecting_ects, all_registered_at IS NOT NULL, answered_by_user_id
        FROM school_year ORDER BY contract_period_year"""
    )
    return [tuple(row) for row in rows]


async def recorded() -> list[str]:
    rows = await fetch("SELECT sentence FROM event WHERE kind = 'school_year_answered' ORDER BY id")
    return [row["sentence"] for row in rows]


@pytest.mark.rule("YR-01", "SCH-06", "TD-16", "EVT-05")
async def test_answers_are_saved_at_once_and_can_be_changed(alice: Any, people: Cast) -> None:
    await alice.get("/school/home")
    assert "Are you expecting new ECTs in the academic year 2025 to 2026? (optional)" in alice.text()

    await alice.get("/school/year")
    assert "we stop sending reminder emails" in alice.text()
    answer = await alice.post("/school/year", {"expecting_ects": "no"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/school/home?notice=year-saved")
    await alice.get(answer.headers["location"])
    assert "have been saved" in alice.text()
    assert "(optional)" not in alice.text()

    await alice.get("/school/year")
    assert html.fromstring(alice.page.text).xpath("//input[@name='expecting_ects'][@checked]/@value") == ["no"]
    await alice.post("/school/year", {"year": "2025", "expecting_ects": "not_sure", "everyone_registered": "yes"})
    assert await stored() == [(2025, "not_sure", True, people.alice.id)]
    for _ in range(2):
        await alice.get("/school/year")
        await alice.post("/school/year", {"expecting_ects": "not_sure"})
    assert await stored() == [(2025, "not_sure", False, people.alice.id)]
    assert await recorded() == [
        "Academic year 2025 to 2026: not expecting new ECTs",
        "Academic year 2025 to 2026: not sure about new ECTs, everyone is registered",
        "Academic year 2025 to 2026: not sure about new ECTs",
    ]


@pytest.mark.rule("YR-01", "GEN-06")
@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({}, "expecting_ects"),
        ({"expecting_ects": "perhaps"}, "expecting_ects"),
        ({"expecting_ects": "yes", "everyone_registered": "no"}, "everyone_registered"),
    ],
)
async def test_a_wrong_answer_is_refused_beside_its_field(form: dict[str, str], field: str, alice: Any) -> None:
    await alice.get("/school/year")
    answer = await alice.post("/school/year", form)

    assert answer.status_code == 422
    assert html.fromstring(answer.text).xpath("//*[@class='govuk-error-summary']//a/@href") == [f"#{field}"]
    assert await stored() == []


@pytest.mark.rule("YR-01")
async def test_each_academic_year_that_can_be_registered_for_has_its_own_answers(client: Any, people: Cast) -> None:
    await fetch("UPDATE contract_period SET registration_opens_on = '2026-05-01' WHERE year = 2026")
    await sign_in(client, people.alice, people.ash, "2026-05-10")

    await client.get("/school/year")
    assert client.h1() == "Academic year 2025 to 2026"
    assert html.fromstring(client.page.text).xpath("//main//a[contains(@href, 'year=')]/@href") == [
        "/school/year?year=2026"
    ]
    await client.get("/school/year?year=2026")
    await client.post("/school/year", {"year": "2026", "expecting_ects": "yes"})
    assert [row[:2] for row in await stored()] == [(2026, "yes")]

    for year in ("2024", "2027", "x", ""):
        assert (await client.get(f"/school/year?year={year}")).status_code == 404


@pytest.mark.rule("TD-16")
async def test_a_school_that_cannot_register_ects_is_not_asked(alice: Any, people: Cast) -> None:
    await fetch("UPDATE school SET type_code = 10, kind = 'independent' WHERE id = $1", people.ash.id)
    await factories.training(await factories.ect(people.ash))

    await alice.get("/school/home")

    assert "cannot register new ECTs" in alice.text()
    assert "(optional)" not in alice.text()


@pytest.mark.rule("NOT-5.4", "SCH-06", "M-40", "M-46")
@pytest.mark.parametrize(("message", "day"), [("M-40", date(2025, 11, 3)), ("M-46", date(2025, 6, 2))])
async def test_the_link_of_a_reminder_leads_to_the_answers_of_its_year(
    message: str, day: date, alice: Any, people: Cast
) -> None:
    with clock.at(factories.noon(day)):
        await send_school_reminders()
    rows = await fetch("SELECT personalisation::text AS said FROM message WHERE message_id = $1", message)
    link = re.search(r"/school/year\?year=[0-9]{4}", rows[0]["said"])
    assert link is not None

    assert (await alice.get(link[0])).status_code == 200
    await alice.post("/school/year", {"year": link[0][-4:], "expecting_ects": "no"})

    assert [(year, answer) for year, answer, *_ in await stored()] == [(int(link[0][-4:]), "no")]
