"""The rows that the demo data makes."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import asyncpg
import pytest

from app import clock
from app.db.engine import engine, fetch
from app.demo.calendar import Days
from app.demo.load import is_empty, load, loaded_for
from app.demo.people import people, teaching_records
from app.demo.registered import stays
from app.demo.schools import schools
from app.events.verify import verify
from app.provider_records.verify import verify as verify_records
from app.stand_ins.people import read_people
from tests.conftest import drop_database, make_database

TABLES = """SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'
    AND table_type = 'BASE TABLE' AND table_name NOT LIKE 'procrastinate%' AND table_name NOT IN ('migration', 'reference_version') ORDER BY 1"""
BOUNDARIES = [
    date(2026, 5, 31),
    date(2026, 6, 1),
    date(2026, 6, 2),
    date(2026, 8, 31),
    date(2026, 9, 1),
    date(2028, 2, 29),
]


async def everything(conn: Any) -> dict[str, list[str]]:
    """Return every row of every table of ours, as text, without how long the machine took over a run."""
    found = {}
    for table in [row["name"] for row in await conn.fetch(TABLES)]:
        rows = await conn.fetch(f'SELECT t::text AS row FROM "{table}" t')
        found[table] = sorted(re.sub(r'""seconds"": [\d.]+', "", row["row"]) for row in rows)
    return found


async def loaded(template: str, name: str, days: Days) -> dict[str, list[str]]:
    """Load the demo data into a database of its own; returns everything in it."""
    url = await make_database(name, template)
    engine.point_at(url)
    await engine.open(size=2)
    try:
        await load(days)
        assert await verify() == []
        with clock.at(days.moment):
            assert await verify_records() == []
    finally:
        await engine.close()
    conn = await asyncpg.connect(url)
    try:
        return await everything(conn)
    finally:
        await conn.close()
        await drop_database(name)


@pytest.mark.rule("REF-6.2")
async def test_the_same_day_gives_identical_rows(template_database: str, demo_database: str) -> None:
    conn = await asyncpg.connect(demo_database)
    try:
        first = await everything(conn)
    finally:
        await conn.close()
    days = Days.around(date(2026, 10, 6))
    second = await loaded(template_database, f"{template_database}_again", days)
    assert {name: rows for name, rows in second.items() if rows != first[name]} == {}
    assert len(second["event"]) > 100


@pytest.mark.rule("REF-6.2", "REF-6.3")
@pytest.mark.parametrize("day", BOUNDARIES, ids=str)
async def test_no_constraint_is_broken_on_the_days_around_a_boundary(template_database: str, day: date) -> None:
    days = Days.around(day)
    rows = await loaded(template_database, f"{template_database}_boundary", days)
    assert len(rows["school"]) == 68
    assert len(rows["contract_period"]) == 7


@pytest.mark.rule("REF-6.1", "IDN-03")
async def test_no_personal_fact_of_a_teaching_record_is_stored(demo_database: str) -> None:
    conn = await asyncpg.connect(demo_database)
    try:
        text = "\n".join(row for rows in (await everything(conn)).values() for row in rows)
    finally:
        await conn.close()
    assert "Freya" in text
    for person in people(Days.around(date(2026, 10, 6))):
        assert person.born.isoformat() not in text
        assert person.national_insurance_number is None or person.national_insurance_number not in text


@pytest.mark.rule("REF-6.1")
async def test_everything_is_invented(demo_data: Days) -> None:
    assert await loaded_for() == demo_data.as_of
    assert not await is_empty()
    emails = await fetch(
        """SELECT email FROM app_user UNION SELECT email FROM induction_tutor UNION SELECT email FROM
        ect_at_school_period UNION SELECT email FROM mentor_at_school_period UNION SELECT primary_email FROM school
        UNION SELECT contact_email FROM appropriate_body UNION SELECT unnest(notification_emails) FROM lead_provider"""
    )
    assert [row["email"] for row in emails if row["email"] and not row["email"].endswith(".example")] == []
    odd = await fetch(
        "SELECT trn FROM teacher WHERE trn NOT LIKE '99%' UNION SELECT urn FROM school WHERE urn NOT LIKE '90000__'"
    )
    assert odd == []


@pytest.mark.rule("REF-6.5")
async def test_every_school_has_a_confirmed_tutor_but_those_that_show_the_gate(demo_data: Days) -> None:
    rows = await fetch(
        """SELECT s.urn, t.confirmed_for_year AS year FROM school s
        LEFT JOIN induction_tutor t ON t.school_id = s.id AND t.ended_at IS NULL
        WHERE t.confirmed_for_year IS DISTINCT FROM $1 ORDER BY s.urn""",
        demo_data.year,
    )
    assert [(row["urn"], row["year"]) for row in rows] == [("9000002", None), ("9000068", demo_data.year - 1)]


@pytest.mark.rule("REF-6.5")
async def test_amberley_grove_has_four_users(demo_data: Days) -> None:
    del demo_data
    rows = await fetch(
        """SELECT u.name FROM school_access a JOIN app_user u ON u.id = a.user_id JOIN school s ON s.id = a.school_id
        WHERE s.urn = '9000001' ORDER BY 1"""
    )
    assert [row["name"] for row in rows] == ["Alice Archer", "Amir Aziz", "Anna Ames", "Bob Bright"]


@pytest.mark.rule("EVT-05")
async def test_every_ect_stay_has_its_registration_in_the_history(demo_data: Days) -> None:
    del demo_data
    untold = await fetch(
        """SELECT id FROM ect_at_school_period p WHERE NOT EXISTS (SELECT FROM event e
        WHERE e.ect_at_school_period_id = p.id AND e.kind = 'teacher_registered_as_ect')"""
    )
    assert untold == []


@pytest.mark.rule("REF-6.1", "EXT-6.2", "EXT-6.4")
@pytest.mark.parametrize("day", [date(2026, 10, 6), *BOUNDARIES], ids=str)
def test_the_stand_in_reads_the_people_of_the_demo(day: date) -> None:
    days = Days.around(day)
    read = read_people(teaching_records(days), day)
    served = {person.trn for person in read.people}
    assert {stay.trn for stay in stays(days)} <= served
    assert "9900003" not in served


@pytest.mark.rule("REF-6.5")
def test_names_mail_domains_and_postcodes_are_as_in_a_real_register() -> None:
    listed = schools(Days.around(date(2026, 10, 6)))
    assert [school.urn for school in listed] == [str(number) for number in range(9_000_001, 9_000_069)]
    assert len({school.domain for school in listed}) == len(listed)
    assert [school.urn for school in listed if school.name == "Larkfield Primary School"] == ["9000018", "9000019"]


@pytest.mark.rule("REF-6.3")
def test_years_are_those_around_the_day() -> None:
    assert Days.around(date(2026, 5, 31)).years == (2020, 2021, 2022, 2023, 2024, 2025, 2026)
    assert Days.around(date(2026, 6, 1)).year == 2026
    with pytest.raises(ValueError, match="2025-06-01"):
        Days.around(date(2025, 5, 31))
