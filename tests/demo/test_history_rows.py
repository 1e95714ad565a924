"""`register history load`: which training or stay a fact of former years belongs to, of several that there are."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from app import clock
from app.db.engine import fetch
from app.demo.migrated import load_history
from app.terms import SYSTEM
from tests import factories as make

if TYPE_CHECKING:
    from pathlib import Path

    from app.refdata.report import Report

TODAY = date(2025, 11, 10)
GONE = {"cancelled_at": make.noon(TODAY), "cancellation_reason": "support"}


async def loaded(folder: Path, *rows: str) -> Report:
    file = folder / "history.csv"
    file.write_text("\n".join(("trn,role,kind,type,on,voided_on,reason", *rows)), encoding="utf-8")
    with clock.at(clock.at_noon(TODAY)):
        return await load_history(file, dry_run=False, actor=SYSTEM)


async def told() -> int:
    return len(await fetch("SELECT FROM event WHERE kind = 'history_loaded'"))


@pytest.mark.rule("API-25.1", "REF-1.4")
async def test_a_declaration_belongs_to_the_training_that_went_on_when_it_was_made(
    database: None, tmp_path: Path
) -> None:
    await make.contract_periods()
    ash, larch = await make.school(), await make.lead_provider()
    stay = await make.ect(ash, await make.teacher("Ann Ash", "1000001"), date(2025, 6, 1))
    await make.training(stay, larch, finished_on=date(2025, 8, 31))
    meant = await make.training(stay, larch, started_on=date(2025, 9, 1), finished_on=date(2025, 9, 30))
    await make.training(stay, larch, started_on=date(2025, 9, 15), **GONE)
    await make.training(stay, started_on=date(2025, 10, 1), finished_on=date(2025, 10, 31))
    await make.training(stay, larch, started_on=date(2025, 11, 1))
    await make.training(await make.mentor(ash, stay.teacher), larch, started_on=date(2025, 9, 20))
    row = "1000001,ect,declaration,started,2025-10-05,"
    states = [(await loaded(tmp_path, f"{row}{voided},")).state for voided in ("", "2025-10-05", "2025-10-05")]
    assert (states, await told()) == (["done", "done", "nothing_to_do"], 2)
    (declared,) = await fetch("SELECT training_period_id, voided_at FROM declaration")
    assert tuple(declared) == (meant["id"], clock.at_noon(date(2025, 10, 5)))


@pytest.mark.rule("REF-1.6")
async def test_days_up_to_today_can_be_and_none_after(database: None, tmp_path: Path) -> None:
    await make.contract_periods()
    stay = await make.ect(await make.school(), await make.teacher("Ann Ash", "1000001"))
    await make.training(stay, await make.lead_provider())
    row = f"1000001,ect,declaration,started,{TODAY},"
    assert (await loaded(tmp_path, f"{row}{TODAY},")).state == "done"
    assert [str(fault).split(" ")[:2] for fault in (await loaded(tmp_path, f"{row}2025-11-11,")).findings.errors] == [
        ["history.csv:2:voided_on", "IN_FUTURE"]
    ]


@pytest.mark.rule("REF-1.4")
async def test_a_missing_value_is_one_of_the_latest_stay_that_was_not_removed(database: None, tmp_path: Path) -> None:
    ash, ann = await make.school(), await make.teacher("Ann Ash", "1000001")
    await make.ect(ash, ann, date(2025, 1, 6), finished_on=date(2025, 7, 31))
    meant = await make.ect(ash, ann)
    await make.ect(ash, ann, date(2025, 10, 1), removed_at=clock.now())
    assert (await loaded(tmp_path, "1000001,ect,missing_value,working_pattern,,,")).state == "done"
    emptied = await fetch("SELECT id FROM ect_at_school_period WHERE working_pattern IS NULL")
    assert [row["id"] for row in emptied] == [meant.id]


@pytest.mark.rule("API-25.1")
async def test_a_fact_about_a_record_merged_into_another_is_kept_with_that(database: None, tmp_path: Path) -> None:
    await make.contract_periods()
    ann = await make.teacher("Ann Ash", "1000001")
    between = await make.teacher("Ann Ashe", "1000002", merged_into_teacher_id=ann.id)
    await make.teacher("Ann Ashe", "1000003", merged_into_teacher_id=between.id)
    await loaded(tmp_path, "1000003,ect,frozen_year,2023,,,")
    known = await fetch("SELECT trn, ect_payments_frozen_year AS year FROM teacher ORDER BY trn")
    assert [tuple(row) for row in known] == [("1000001", 2023), ("1000002", None), ("1000003", None)]
