"""Any file at all ends in a report, with what is stored as it was (REF-1.2, FLT-42)."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import clock
from app.db.engine import fetch
from app.refdata import register_files, staging
from app.refdata.findings import FileUnreadable
from app.refdata.load_induction import load_induction
from app.refdata.school_import import import_schools
from app.terms import SYSTEM
from tests.refdata.files import EXTRACT, SCHOOL, fillers, school, table, write_links, write_register

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.refdata.report import Report

TODAY, TOMORROW = date(2026, 11, 2), date(2026, 11, 3)
WHOLE = table(EXTRACT, [SCHOOL, *fillers(120)]).encode("cp1252")


async def run(*files: Path, links: Path | None = None, today: date = TOMORROW) -> Report:
    with clock.at(clock.at_noon(today)):
        return await import_schools(files, links, actor=SYSTEM)


def swapped(data: bytes) -> bytes:
    """Exchange the values of two columns, but not their headers."""
    rows = list(csv.reader(io.StringIO(data.decode("cp1252"))))
    one, other = EXTRACT.index("URN"), EXTRACT.index("EstablishmentName")
    for row in rows[1:]:
        row[one], row[other] = row[other], row[one]
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("cp1252")


ODD: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda data: b"", "invalid"),
    "cut in the middle": (lambda data: data[: len(data) // 2], "refused"),
    "cut in a quoted value": (lambda data: data + b'900009,"97', "invalid"),
    "UTF-16": (lambda data: data.decode("cp1252").encode("utf-16"), "invalid"),
    "NULs everywhere": (lambda data: data.replace(b"Northshire", b"North\0shire"), "refused"),
    "columns swapped": (swapped, "refused"),
    "every school twice": (lambda data: data + b"".join(data.replace(b"High", b"Low").splitlines(True)[1:]), "refused"),
    "a web page": (lambda data: b"<!DOCTYPE html><html><body>Sign in</body></html>", "invalid"),
    "10,000 columns": (lambda data: b",".join(b"x%d" % number for number in range(10_000)) + b"\n" + data, "invalid"),
    "a page of random bytes": (lambda data: bytes(range(256)) * 50, "invalid"),
}


@pytest.mark.rule("FLT-42")
@pytest.mark.rule("REF-2.8")
@pytest.mark.parametrize(("spoil", "state"), ODD.values(), ids=ODD)
@pytest.mark.rule("SEC-9")
async def test_an_odd_file_ends_in_a_report_and_changes_no_school(
    database: None, tmp_path: Path, spoil: Callable[[bytes], bytes], state: str
) -> None:
    whole, odd = tmp_path / "whole.csv", tmp_path / "odd.csv"
    whole.write_bytes(WHOLE)
    await run(whole, today=TODAY)
    before = await fetch("SELECT * FROM school ORDER BY id")
    odd.write_bytes(spoil(WHOLE))
    report = await run(odd)
    assert report.state == state, report.on_screen()[:2_000]
    assert await fetch("SELECT * FROM school ORDER BY id") == before


@pytest.mark.rule("FLT-42")
async def test_10_000_more_columns_are_left_aside(database: None, tmp_path: Path) -> None:
    more = [f"x{number}" for number in range(10_000)]
    file = write_register(tmp_path / "wide.csv", [SCHOOL], [*EXTRACT, *more])
    assert (await run(file)).state == "done"


@pytest.mark.rule("FLT-42")
@pytest.mark.rule("REF-2.1")
@pytest.mark.rule("SEC-9")
async def test_an_archive_that_unpacks_to_too_much_is_refused_unread(
    database: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register_files, "MOST_UNPACKED", 1_000_000)
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("establishments.csv", WHOLE + b"\n" * 1_000_000)
    assert bomb.stat().st_size < 100_000
    with pytest.raises(FileUnreadable, match="more than"):
        await run(bomb)


@pytest.mark.rule("FLT-42")
async def test_an_archive_that_lies_about_its_size_is_unreadable(database: None, tmp_path: Path) -> None:
    path = tmp_path / "liar.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("establishments.csv", WHOLE)
    honest, size = path.read_bytes(), len(WHOLE).to_bytes(4, "little")
    path.write_bytes(honest.replace(size, (2_000).to_bytes(4, "little")))
    with pytest.raises(FileUnreadable):
        await run(path)


@pytest.mark.rule("FLT-42")
async def test_a_file_with_hardly_a_good_row_is_not_read_to_its_end(
    database: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "MOST_FINDINGS", 50)
    file = write_register(tmp_path / "bad.csv", [school("x") for _ in range(60)])
    with pytest.raises(FileUnreadable, match="right file"):
        await run(file)


@pytest.mark.rule("REF-2.6")
async def test_successors_in_a_circle_change_nothing_but_the_links(database: None, tmp_path: Path) -> None:
    closed = [
        school(urn, **{"EstablishmentStatus (code)": "2", "CloseDate": "01-11-2026"}) for urn in (900_001, 900_002)
    ]
    links = write_links(
        tmp_path / "links.csv",
        ("900001", "900002", "Successor", ""),
        ("900002", "900001", "Successor", ""),
        ("900001", "900001", "Successor", ""),
    )
    report = await run(write_register(tmp_path / "one.csv", [*closed, *fillers(30)]), links=links)
    assert (report.state, report.counts["links_new"]) == ("done", 3)


@pytest.mark.rule("FLT-42")
@pytest.mark.rule("REF-1.3")
@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(cut=st.integers(0, len(WHOLE)), at=st.integers(0, len(WHOLE)), noise=st.binary(max_size=40))
async def test_a_file_cut_and_spoiled_anywhere_ends_in_a_report(
    database: None, tmp_path: Path, cut: int, at: int, noise: bytes
) -> None:
    file = tmp_path / "odd.csv"
    file.write_bytes(WHOLE[:at] + noise + WHOLE[at:cut] if at < cut else WHOLE[:cut] + noise)
    with clock.at(clock.at_noon(TODAY)):
        report = await import_schools([file], actor=SYSTEM, dry_run=True)
    assert report.exit_code in {0, 1, 3}
    assert report.in_full()
    assert await fetch("SELECT 1 FROM school") == []


@pytest.mark.rule("FLT-42")
@pytest.mark.parametrize("byte", [b"x", b'"'], ids=["one line", "quotes"])
async def test_100_megabytes_of_nothing_end_in_a_report(database: None, tmp_path: Path, byte: bytes) -> None:
    file = tmp_path / "large.csv"
    file.write_bytes(byte * 100_000_000)
    report = await run(file)
    assert (report.state, report.exit_code) == ("invalid", 1)
    assert len(report.in_full()) < 20_000
    assert await fetch("SELECT 1 FROM school") == []


LINKS_FILE = b"URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\r\n" + b"".join(
    b'900001,9100%02d,"A, ""B""",Successor,01-09-2020\r\n' % number for number in range(20)
)


@pytest.mark.rule("FLT-42", "REF-2.5")
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(cut=st.integers(0, len(LINKS_FILE)), at=st.integers(0, len(LINKS_FILE)), noise=st.binary(max_size=30))
async def test_links_cut_and_spoiled_anywhere_end_in_a_report(
    database: None, tmp_path: Path, cut: int, at: int, noise: bytes
) -> None:
    links = tmp_path / "links.csv"
    links.write_bytes(LINKS_FILE[:at] + noise + LINKS_FILE[at:cut] if at < cut else LINKS_FILE[:cut] + noise)
    whole = write_register(tmp_path / "whole.csv", [SCHOOL, *fillers(25)])
    with clock.at(clock.at_noon(TODAY)):
        report = await import_schools([whole], links, actor=SYSTEM, dry_run=True)
    assert report.exit_code in {0, 1, 3}
    assert await fetch("SELECT 1 FROM school UNION ALL SELECT 1 FROM school_link") == []


RECORDS = b"trn,appropriate_body,started_on,finished_on,outcome,number_of_terms\n1000001,north-hub,2025-09-01,,,\n"


@pytest.mark.rule("FLT-42", "REF-4.14")
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(cut=st.integers(0, len(RECORDS)), noise=st.binary(max_size=40))
async def test_induction_records_cut_and_spoiled_anywhere_end_in_a_report(
    database: None, tmp_path: Path, cut: int, noise: bytes
) -> None:
    file = tmp_path / "induction_records.csv"
    file.write_bytes(RECORDS[:cut] + noise + RECORDS[cut:])
    report = await load_induction(file, dry_run=False, actor=SYSTEM)
    assert report.exit_code in {0, 1}
    assert await fetch("SELECT 1 FROM induction_period") == []
