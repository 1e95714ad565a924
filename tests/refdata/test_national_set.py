"""The shipped national set is the tables of the specification, and loads."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from app.db.engine import fetch
from app.refdata.load import load_set
from app.terms import SYSTEM, ScheduleIdentifier
from tests.refdata.files import NATIONAL

YEARS = {
    2021: ("", "2024-06-18", "2024", "ecf-extended-september", "no", "yes"),
    2022: ("", "2025-06-16", "2024", "ecf-extended-september", "no", "yes"),
    2023: ("2023-06-01", "", "", "", "no", "yes"),
    2024: ("2024-06-01", "", "", "", "no", "yes"),
    2025: ("2025-06-01", "", "", "", "yes", "no"),
    2026: ("2026-06-15", "", "", "", "yes", "no"),
    2027: ("", "", "", "", "yes", "no"),
}
SIX = ("started", "retained-1", "retained-2", "retained-3", "retained-4", "completed")
NINE = (*SIX[:5], "extended-1", "extended-2", "extended-3", "completed")
# (month, day) opens and closes with the calendar years after Y, as the specification prints them
STANDARD_2021 = {
    "september": "1 Sep 21-30 Nov 21|1 Sep 21-31 Jan 22|1 Feb 22-30 Apr 22|1 May 22-30 Sep 22|1 Oct 22-31 Jan 23|1 Feb 23-30 Apr 23",
    "january": "1 Dec 21-31 Jan 22|1 Feb 22-30 Apr 22|1 May 22-30 Sep 22|1 Oct 22-31 Jan 23|1 Feb 23-30 Apr 23|1 May 23-30 Sep 23",
    "april": "1 Feb 22-31 May 22|1 May 22-30 Sep 22|1 Oct 22-31 Jan 23|1 Feb 23-30 Apr 23|1 May 23-30 Sep 23|1 Oct 23-31 Jan 24",
}
STANDARD_2022_TO_2024 = {
    "september": "1 Jun 0-31 Dec 0|1 Jan 1-31 Mar 1|1 Apr 1-31 Jul 1|1 Aug 1-31 Dec 1|1 Jan 2-31 Mar 2|1 Apr 2-31 Jul 2",
    "january": "1 Jan 1-31 Mar 1|1 Apr 1-31 Jul 1|1 Aug 1-31 Dec 1|1 Jan 2-31 Mar 2|1 Apr 2-31 Jul 2|1 Aug 2-31 Dec 2",
    "april": "1 Apr 1-31 Jul 1|1 Aug 1-31 Dec 1|1 Jan 2-31 Mar 2|1 Apr 2-31 Jul 2|1 Aug 2-31 Dec 2|1 Jan 3-31 Mar 3",
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def rows(name: str) -> list[dict[str, str]]:
    with (NATIONAL / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def day(words: str, base: int) -> str:
    number, month, year = words.split()
    return date(base + int(year), MONTHS.index(month) + 1, int(number)).isoformat()


def spans(words: str, base: int) -> list[tuple[str, str]]:
    return [(day(opens, base), day(closes, base)) for opens, closes in (part.split("-") for part in words.split("|"))]


def first_day(year: int, month: str, september: tuple[int, int]) -> str:
    return {"september": date(year, *september), "january": date(year + 1, 1, 1), "april": date(year + 1, 4, 1)}[
        month
    ].isoformat()


def milestones(year: int, identifier: str) -> list[tuple[str, str, str]]:
    """Return (declaration, opens, closes) of a schedule as REF-5.3 and REF-5.4 print them."""
    _, pattern, month = identifier.split("-")
    if pattern != "standard":
        return [(name, first_day(year, month, (9, 1)), "") for name in (NINE if pattern == "extended" else SIX)]
    if year == 2021:
        printed = spans(STANDARD_2021[month], 2000)
    elif year <= 2024:
        printed = spans(STANDARD_2022_TO_2024[month], year)
    else:
        printed = [(first_day(year, month, (6, 1)), "")] * 6
    return [(name, opens, closes) for name, (opens, closes) in zip(SIX, printed, strict=True)]


@pytest.mark.rule("REF-5.1")
def test_the_years_are_those_of_the_table() -> None:
    columns = (
        *("registration_opens_on", "payments_frozen_on", "successor_year", "successor_schedule_identifier"),
        *("mentor_funding_enabled", "uplift_fees"),
    )
    shipped = {int(row["year"]): row for row in rows("contract_periods")}
    assert {year: tuple(row[column] for column in columns) for year, row in shipped.items()} == YEARS
    for year, row in shipped.items():
        assert (row["started_on"], row["finished_on"]) == (f"{year}-06-01", f"{year + 1}-05-31")


@pytest.mark.rule("REF-5.2")
def test_registration_is_closed_while_2026_is_set_up() -> None:
    (closure,) = rows("registration_closures")
    assert (closure["key"], closure["starts_on"], closure["ends_on"]) == ("opening-2026", "2026-06-01", "2026-06-14")


@pytest.mark.rule("REF-5.3")
@pytest.mark.rule("REF-4.8")
def test_every_year_has_every_schedule() -> None:
    shipped = [(int(row["year"]), row["identifier"]) for row in rows("schedules")]
    assert sorted(shipped) == sorted((year, identifier.value) for year in YEARS for identifier in ScheduleIdentifier)


@pytest.mark.rule("REF-5.3")
@pytest.mark.rule("REF-5.4")
@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("identifier", list(ScheduleIdentifier))
def test_the_milestones_are_those_of_the_table(year: int, identifier: str) -> None:
    shipped = [
        (row["declaration"], row["opens_on"], row["closes_on"])
        for row in rows("milestones")
        if row["year"] == str(year) and row["schedule"] == identifier
    ]
    assert shipped == milestones(year, identifier)


@pytest.mark.rule("REF-4.13")
def test_the_two_national_bodies_serve_their_own_kind_of_school() -> None:
    shipped = {row["key"]: (row["type"], row["allowed_school_kinds"]) for row in rows("appropriate_bodies")}
    assert shipped == {"istip": ("national", "independent"), "esp": ("national", "british_school_overseas")}


@pytest.mark.rule("REF-5.1")
def test_no_provider_contract_pairing_or_hub_is_shipped() -> None:
    assert sorted(path.stem for path in NATIONAL.iterdir()) == [
        *("appropriate_bodies", "contract_periods", "dataset", "milestones", "registration_closures", "schedules")
    ]


@pytest.mark.rule("REF-1.4")
async def test_it_loads_and_loads_again_without_a_change(database: None) -> None:
    first = await load_set(NATIONAL, dry_run=False, actor=SYSTEM)
    assert (first.state, len(first.changes)) == ("done", 7 + 1 + 84 + 567 + 2)
    second = await load_set(NATIONAL, dry_run=False, actor=SYSTEM)
    assert (second.state, second.changes) == ("done", [])
    (period,) = await fetch("SELECT * FROM contract_period WHERE year = 2021")
    assert (period["payments_frozen_on"], period["successor_year"]) == (date(2024, 6, 18), 2024)
