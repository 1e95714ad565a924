"""`register history load`: facts of former years, all of a file or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app import clock
from app.db.engine import fetch, fetch_one
from app.demo.migrated import load_history
from app.refdata.findings import FileUnreadable
from app.terms import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.demo.calendar import Days
    from app.refdata.report import Report

HEADER = "trn,role,kind,type,on,voided_on,reason\n"
GOOD = """9900102,ect,declaration,retained-1,2026-09-20,,
9900020,ect,declaration,started,2026-09-20,2026-09-25,
9900131,mentor,mentor_ineligible,,2026-01-31,,completed_declaration_received
9900101,ect,frozen_year,2021,,,
9900103,ect,missing_value,working_pattern,,,
9900103,ect,missing_value,appropriate_body,,,
"""


@pytest.fixture(autouse=True)
def day(demo_data: Days) -> Iterator[None]:
    """Load on the day that the data is built around."""
    with clock.at(demo_data.moment):
        yield


async def loaded(folder: Path, rows: str, *, dry_run: bool = False) -> Report:
    """Load rows under the header."""
    file = folder / "history.csv"
    file.write_text(HEADER + rows, encoding="utf-8")
    return await load_history(file, dry_run=dry_run, actor=SYSTEM)


@pytest.mark.rule("API-25.1", "REF-1.4")
async def test_every_kind_of_fact_is_loaded_once(tmp_path: Path) -> None:
    report = await loaded(tmp_path, GOOD)
    assert (report.state, report.counts) == (
        "done", {"declaration": 2, "frozen_year": 1, "mentor_ineligible": 1, "missing_value": 2}
    )  # fmt: skip
    declared = await fetch(
        """SELECT t.trn, d.type, d.voided_at IS NULL AS stands FROM declaration d JOIN training_period p
        ON p.id = d.training_period_id JOIN teacher t ON t.id = p.teacher_id WHERE d.declared_on = '2026-09-20'
        ORDER BY 1"""
    )
    assert [tuple(row) for row in declared] == [("9900020", "started", False), ("9900102", "retained-1", True)]
    stay = await fetch_one(
        """SELECT e.working_pattern, e.school_reported_appropriate_body_id AS body FROM ect_at_school_period e
        JOIN teacher t ON t.id = e.teacher_id WHERE t.trn = '9900103'"""
    )
    assert tuple(stay or ()) == (None, None)
    people = await fetch(
        """SELECT ect_payments_frozen_year AS year, mentor_ineligible_reason AS why FROM teacher
        WHERE trn IN ('9900101', '9900131') ORDER BY trn"""
    )
    assert [tuple(row) for row in people] == [(2021, None), (None, "completed_declaration_received")]
    assert (await loaded(tmp_path, GOOD)).state == "nothing_to_do"


@pytest.mark.rule("REF-1.3")
async def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    report = await loaded(tmp_path, GOOD, dry_run=True)
    assert (report.state, sum(report.counts.values())) == ("done", 6)
    assert not await fetch("SELECT FROM declaration WHERE declared_on = '2026-09-20'")


@pytest.mark.rule("REF-1.6")
@pytest.mark.parametrize(
    ("row", "error"),
    [
        ("123,ect,frozen_year,2021,,,", "2:trn NOT_A_TRN"),
        ("9999999,ect,frozen_year,2021,,,", "2:trn TRN_UNKNOWN"),
        ("9900102,tutor,frozen_year,2021,,,", "2:role NOT_IN_LIST"),
        ("9900102,ect,grant,2021,,,", "2:kind NOT_IN_LIST"),
        ("9900102,ect,frozen_year,,,,", "2:type REQUIRED"),
        ("9900102,ect,frozen_year,last,,,", "2:type NOT_A_YEAR"),
        ("9900102,ect,frozen_year,2098,,,", "2:type UNKNOWN_REFERENCE"),
        ("9900102,ect,frozen_year,2021,2026-01-01,,", "2:on NOT_USED"),
        ("9900102,ect,declaration,begun,2026-09-20,,", "2:type NOT_IN_LIST"),
        ("9900102,ect,declaration,started,2026-02-30,,", "2:on NOT_A_DATE"),
        ("9900101,ect,declaration,started,2026-09-20,,", "2:- NOTHING_THERE"),
        ("9900131,ect,mentor_ineligible,,2026-01-31,,started_not_completed", "2:role NOT_IN_LIST"),
        ("9900131,mentor,mentor_ineligible,,2026-01-31,,retired", "2:reason NOT_IN_LIST"),
        ("9900102,mentor,missing_value,working_pattern,,,", "2:role NOT_IN_LIST"),
        ("9900131,ect,missing_value,appropriate_body,,,", "2:- NOTHING_THERE"),
        ("9900102,ect", "2:- FIELD_COUNT"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_said_with_its_place_and_nothing_is_written(
    tmp_path: Path, row: str, error: str
) -> None:
    report = await loaded(tmp_path, f"{row}\n9900020,ect,frozen_year,2022,,,\n")
    assert report.state == "invalid"
    assert str(report.findings.errors[0]).startswith(f"history.csv:{error}")
    assert not await fetch("SELECT FROM teacher WHERE ect_payments_frozen_year = 2022")


@pytest.mark.rule("REF-1.2")
async def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable):
        await load_history(tmp_path / "nowhere.csv", dry_run=False, actor=SYSTEM)


@pytest.mark.rule("REF-1.6")
async def test_days_that_cannot_be_are_named_and_nothing_is_counted(tmp_path: Path) -> None:
    rows = """9900102,ect,declaration,retained-1,2098-09-20,,
9900020,ect,declaration,started,2026-09-20,2026-09-19,
9900101,ect,frozen_year,2021,,,
"""
    report = await loaded(tmp_path, rows)
    assert [str(found) for found in report.findings.errors] == [
        "history.csv:2:on IN_FUTURE the day must not lie in the future [2098-09-20]",
        "history.csv:3:voided_on DATES_REVERSED what was declared on 2026-09-20 can't have been voided before [2026-09-19]",
    ]
    assert (report.state, report.counts) == ("invalid", {})
