"""`register induction load`: what appropriate bodies recorded (REF-4.14)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from app import clock
from app.db.engine import fetch
from app.events.verify import verify
from app.notices.school_notices import kind_for
from app.refdata.load_induction import load_induction
from app.terms import SYSTEM
from tests import factories as make

if TYPE_CHECKING:
    from pathlib import Path

    from app.refdata.report import Report

TODAY = date(2026, 3, 2)
HEADER = "trn,appropriate_body,started_on,finished_on,outcome,number_of_terms\n"


@pytest.fixture
async def stay(database: None) -> make.Stay:
    """Give an ECT at a school, whom two appropriate bodies may speak of."""
    await make.appropriate_body("North Hub")
    await make.appropriate_body("South Hub")
    return await make.ect(await make.school(), await make.teacher("Siân Evans", "1000001"))


async def load(path: Path, text: str | bytes, *, dry_run: bool = False, today: date = TODAY) -> Report:
    file = path / "induction_records.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with clock.at(clock.at_noon(today)):
        return await load_induction(file, dry_run=dry_run, actor=SYSTEM)


async def periods() -> list[tuple[object, ...]]:
    rows = await fetch(
        "SELECT b.key, i.started_on, i.finished_on, i.outcome, i.number_of_terms FROM induction_period i"
        " JOIN appropriate_body b ON b.id = i.appropriate_body_id ORDER BY i.started_on"
    )
    return [tuple(row) for row in rows]


async def events() -> list[tuple[str, str]]:
    rows = await fetch("SELECT kind, sentence FROM event ORDER BY id")
    return [(row["kind"], row["sentence"]) for row in rows]


def row(rest: str, trn: str = "1000001", body: str = "north-hub") -> str:
    return f"{HEADER}{trn},{body},{rest}\n"


@pytest.mark.rule("REF-4.14")
@pytest.mark.rule("REF-1.4")
async def test_a_record_is_kept_with_its_event_and_a_second_load_does_nothing(stay: make.Stay, tmp_path: Path) -> None:
    report = await load(tmp_path, row("2025-09-01,,,"))
    assert (report.state, report.counts["recorded"]) == ("done", 1)
    assert await periods() == [("north-hub", date(2025, 9, 1), None, None, None)]
    assert await events() == [
        ("induction_period_recorded", "Induction recorded, begun on 1 September 2025, by North Hub")
    ]
    (event,) = await fetch("SELECT teacher_id, school_id, ect_at_school_period_id, metadata::text AS said FROM event")
    assert tuple(event)[:3] == (stay.teacher.id, stay.school.id, stay.id)
    assert "1000001" not in event["said"]
    again = await load(tmp_path, row("2025-09-01,,,"))
    assert (again.state, again.exit_code, len(await events())) == ("nothing_to_do", 0, 1)
    assert await fetch("SELECT FROM register_run") == []


@pytest.mark.rule("REF-4.14")
@pytest.mark.rule("PER-46")
@pytest.mark.parametrize(("outcome", "words"), [("pass", "Induction passed"), ("fail", "Induction not passed")])
async def test_an_outcome_closes_the_current_stay_today(
    stay: make.Stay, tmp_path: Path, outcome: str, words: str
) -> None:
    await load(tmp_path, row("2025-09-01,,,"))
    report = await load(tmp_path, row(f"2025-09-01,2026-02-27,{outcome},6.0"))
    assert (report.counts["corrected"], report.counts["registrations_completed"]) == (1, 1)
    (closed,) = await fetch("SELECT finished_on, end_reason FROM ect_at_school_period")
    assert tuple(closed) == (TODAY, "induction_completed")
    kinds = await events()
    assert kinds[1] == ("induction_period_corrected", f"{words}, begun on 1 September 2025, by North Hub")
    assert len(kinds) > 2
    notices = await fetch(f"SELECT {kind_for('0')} AS kind FROM event v WHERE v.kind LIKE 'induction%' ORDER BY v.id")
    assert [notice["kind"] for notice in notices] == ["induction_recorded", "induction_completed"]
    again = await load(tmp_path, row(f"2025-09-01,2026-02-27,{outcome},6"))
    assert again.state == "nothing_to_do"
    assert await events() == kinds
    assert await verify() == []


@pytest.mark.rule("REF-4.14")
@pytest.mark.rule("REF-3.1")
async def test_a_run_stopped_before_the_stays_were_closed_goes_on(stay: make.Stay, tmp_path: Path) -> None:
    (body,) = await fetch("SELECT id, public_id, name FROM appropriate_body WHERE key = 'north-hub'")
    await make.induction(stay.teacher, make.Named(**dict(body)), finished_on=date(2026, 2, 27), outcome="pass")
    report = await load(tmp_path, row("2025-09-01,2026-02-27,pass,"))
    assert (report.state, report.counts["unchanged"], report.counts["registrations_completed"]) == ("done", 1, 1)


@pytest.mark.rule("REF-1.3")
async def test_a_dry_run_tells_what_a_real_run_then_does(stay: make.Stay, tmp_path: Path) -> None:
    text = row("2025-09-01,2026-02-27,pass,6")
    dry = await load(tmp_path, text, dry_run=True)
    assert await periods() == []
    assert await events() == []
    assert await fetch("SELECT FROM ect_at_school_period WHERE finished_on IS NOT NULL") == []
    real = await load(tmp_path, text)
    assert (real.changes, real.counts) == (dry.changes, dry.counts)
    assert (real.counts["registrations_completed"], await periods()) != (0, [])


@pytest.mark.rule("REF-4.14")
async def test_a_period_may_begin_and_end_today(stay: make.Stay, tmp_path: Path) -> None:
    assert (await load(tmp_path, row(f"{TODAY},{TODAY},,0"))).state == "done"


@pytest.mark.rule("REF-4.14")
async def test_a_record_of_somebody_merged_into_another_is_kept_with_that_person(
    stay: make.Stay, tmp_path: Path
) -> None:
    between = await make.teacher("Sian Evans", "1000002", merged_into_teacher_id=stay.teacher.id)
    await make.teacher("Sian Evans", "1000003", merged_into_teacher_id=between.id)
    await load(tmp_path, row("2025-09-01,,,", trn="1000003"))
    assert [kept["teacher_id"] for kept in await fetch("SELECT teacher_id FROM induction_period")] == [stay.teacher.id]


@pytest.mark.rule("REF-4.14")
async def test_two_rows_of_one_person_under_both_numbers_are_one_period_told_twice(
    stay: make.Stay, tmp_path: Path
) -> None:
    await make.teacher("Sian Evans", "1000002", merged_into_teacher_id=stay.teacher.id)
    report = await load(tmp_path, row("2025-09-01,,,") + "1000002,south-hub,2025-09-01,,,\n")
    (found,) = report.findings.errors
    assert (found.line, found.column, found.code, found.value) == (3, "trn", "KEY_REPEATED", "1000002")
    assert "line 2" in found.message
    assert await periods() == []


@pytest.mark.rule("REF-4.14", "PER-46")
async def test_a_registration_that_was_removed_is_neither_told_nor_closed(database: None, tmp_path: Path) -> None:
    await make.appropriate_body("North Hub")
    await make.ect(await make.school(), await make.teacher("Siân Evans", "1000001"), removed_at=clock.now())
    report = await load(tmp_path, row("2025-09-01,2026-02-27,pass,"))
    assert (report.state, "registrations_completed" in report.counts) == ("done", False)
    assert [tuple(event) for event in await fetch("SELECT kind, school_id FROM event")] == [
        ("induction_period_recorded", None)
    ]


@pytest.mark.rule("REF-4.14")
async def test_somebody_unknown_is_a_warning_and_skipped(stay: make.Stay, tmp_path: Path) -> None:
    report = await load(tmp_path, row("2025-09-01,,,", trn="1999999") + "1000001,north-hub,2025-09-01,,,\n")
    assert [str(finding) for finding in report.findings.warnings] == [
        "induction_records.csv:2:trn UNKNOWN_REFERENCE nobody with this TRN is known; the row is skipped [1999999]"
    ]
    assert (report.state, report.counts["skipped"], len(await periods())) == ("done", 1, 1)


@pytest.mark.rule("REF-4.14")
async def test_a_period_ends_and_the_next_begins_in_one_file(stay: make.Stay, tmp_path: Path) -> None:
    await load(tmp_path, row("2025-09-01,,,"))
    text = row("2025-09-01,2025-12-31,,1.5") + "1000001,south-hub,2026-01-01,,,\n"
    await load(tmp_path, text)
    assert [period[0] for period in await periods()] == ["north-hub", "south-hub"]
    assert [sentence.split(",")[0] for _, sentence in (await events())[1:]] == [
        "End of an induction period recorded",
        "Induction recorded",
    ]
    await load(tmp_path, "trn,appropriate_body,started_on\n1000001,south-hub,2025-09-01\n")
    assert (await periods())[0] == ("south-hub", date(2025, 9, 1), date(2025, 12, 31), None, 1.5)


@pytest.mark.rule("REF-4.14")
@pytest.mark.parametrize(
    ("end", "then", "words"),
    [
        ("2026-02-01", "2026-02-10", "Induction period extended"),
        ("2026-02-01", "2026-01-10", "End of an induction period recorded"),
        ("2026-02-01", "", "Induction period opened again"),
    ],
)
async def test_a_change_is_named_by_what_it_is(
    stay: make.Stay, tmp_path: Path, end: str, then: str, words: str
) -> None:
    await load(tmp_path, row(f"2025-09-01,{end},,"))
    await load(tmp_path, row(f"2025-09-01,{then},,"))
    assert (await events())[1][1].startswith(words)


STORED = "2025-01-01,2025-03-31,,"
"""What is stored before each fault."""
FAULTS = {
    "NOT_A_TRN": (row("2025-09-01,,,", trn="12"), "2:trn"),
    "REQUIRED": (row(",,,"), "2:started_on"),
    "NOT_A_KEY": (row("2025-09-01,,,", body="North Hub"), "2:appropriate_body"),
    "NOT_A_DATE": (row("1/9/2025,,,"), "2:started_on"),
    "NOT_IN_LIST": (row("2025-09-01,2025-10-01,passed,"), "2:outcome"),
    "NOT_A_NUMBER": (row("2025-09-01,,,16.5"), "2:number_of_terms"),
    "NOT_A_NUMBER two places": (row("2025-09-01,,,1.25"), "2:number_of_terms"),
    "UNKNOWN_REFERENCE": (row("2025-09-01,,,", body="north-hubb"), "2:appropriate_body"),
    "IN_FUTURE start": (row("2026-03-03,,,"), "2:started_on"),
    "IN_FUTURE end": (row("2025-09-01,2026-03-03,,"), "2:finished_on"),
    "DATES_REVERSED": (row("2025-09-01,2025-08-31,,"), "2:finished_on"),
    "OUTCOME_WITHOUT_END": (row("2025-09-01,,pass,"), "2:outcome"),
    "KEY_REPEATED": (row("2025-09-01,,,") + "1000001,south-hub,2025-09-01,,,\n", "3:trn"),
    "PERIOD_OVERLAP in the file": (row("2025-09-01,,,") + "1000001,south-hub,2025-12-01,,,\n", "3:started_on"),
    "PERIOD_OVERLAP one day": (
        row("2025-09-01,2025-12-01,,") + "1000001,south-hub,2025-12-01,,,\n",
        "3:started_on",
    ),
    "PERIOD_OVERLAP with a stored one": (row("2025-03-31,,,"), "2:started_on"),
    "PERIOD_OVERLAP before a stored one": (row("2024-12-01,,,"), "2:started_on"),
    "OUTCOME_REPEATED": (
        row("2025-09-01,2025-10-01,fail,") + "1000001,south-hub,2025-12-01,2026-01-01,pass,\n",
        "3:outcome",
    ),
    "FIELD_COUNT": (row("2025-09-01"), "2:-"),
    "HEADER_UNKNOWN": (HEADER.replace("outcome", "result"), "1:result"),
    "FILE_ENCODING": (row("2025-09-01,,,").encode() + b"\xe9\n", "0:-"),
    "FILE_TOO_BIG": (b"x" * 10_000_001, "0:-"),
}  # fmt: skip


@pytest.mark.rule("REF-4.14")
@pytest.mark.rule("REF-1.6")
@pytest.mark.parametrize(("name", "fault"), FAULTS.items(), ids=FAULTS)
async def test_a_fault_is_named_with_its_place_and_nothing_is_written(
    stay: make.Stay, tmp_path: Path, name: str, fault: tuple[str | bytes, str]
) -> None:
    await load(tmp_path, row(STORED))
    before = await periods()
    report = await load(tmp_path, fault[0])
    found = [str(finding) for finding in report.findings.errors]
    assert [
        line for line in found if line.startswith(f"induction_records.csv:{fault[1]} {name.split(maxsplit=1)[0]} ")
    ], found
    assert (report.state, report.exit_code) == ("invalid", 1)
    assert await periods() == before


@pytest.mark.rule("REF-4.14")
@pytest.mark.parametrize("changed", ["2025-09-01,2026-02-27,fail,", "2025-09-01,2026-02-27,,", "2025-09-01,,,"])
async def test_a_file_takes_no_stored_outcome_back(stay: make.Stay, tmp_path: Path, changed: str) -> None:
    await load(tmp_path, row("2025-09-01,2026-02-27,pass,"))
    report = await load(tmp_path, row(changed))
    assert [finding.code for finding in report.findings.errors] == ["OUTCOME_STORED"]


@pytest.mark.rule("REF-4.14")
async def test_a_second_outcome_beside_a_stored_one_is_refused(stay: make.Stay, tmp_path: Path) -> None:
    await load(tmp_path, row("2025-09-01,2025-10-01,fail,"))
    report = await load(tmp_path, row("2025-12-01,2026-01-01,pass,"))
    assert [finding.code for finding in report.findings.errors] == ["OUTCOME_REPEATED"]
    assert "stored period that began on 2025-09-01" in report.in_full()
