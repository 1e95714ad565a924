"""Whatever path an operator names ends in words that say what to do, never in a stack trace (REF-1.2, FLT-42)."""

from __future__ import annotations

import os
import zipfile
from datetime import date
from typing import TYPE_CHECKING

import pytest

from app import clock
from app.db.engine import fetch
from app.refdata.findings import FileUnreadable, Findings
from app.refdata.load import load_set
from app.refdata.register_files import sources_of
from app.refdata.school_import import import_schools
from app.refdata.set_files import read_file
from app.terms import SYSTEM
from tests.refdata.files import EXTRACT, SCHOOL, fillers, school, table, write_links, write_register

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.refdata.report import Report

WHOLE = table(EXTRACT, [SCHOOL, *fillers(120)]).encode("cp1252")


async def run(*files: Path, links: Path | None = None) -> Report:
    with clock.at(clock.at_noon(date(2026, 11, 2))):
        return await import_schools(files, links, actor=SYSTEM)


def zipped(path: Path, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("establishments.csv", WHOLE)
    return path.read_bytes()


def locked(data: bytes) -> bytes:
    """Mark the one file of an archive as protected by a password, in both places."""
    marked = bytearray(data)
    marked[6] |= 1
    marked[data.index(b"PK\1\2") + 8] |= 1
    return bytes(marked)


def misnamed(data: bytes) -> bytes:
    """Let the archive say that a name is UTF-8 that is none."""
    at = data.index(b"PK\1\2")
    marked = bytearray(data)
    marked[at + 9] |= 8
    marked[at + 46] = 0xFF
    return bytes(marked)


ARCHIVES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "protected": (locked, "protected by a password"),
    "misnamed": (misnamed, "damaged"),
    "a stump": (lambda data: data[: len(data) // 2], "damaged"),
}


@pytest.mark.rule("REF-1.2", "FLT-42")
@pytest.mark.parametrize(("spoil", "words"), ARCHIVES.values(), ids=ARCHIVES)
@pytest.mark.parametrize("name", ["register.zip", "register.csv"])
async def test_an_archive_that_cannot_be_read_is_named(
    database: None, tmp_path: Path, name: str, spoil: Callable[[bytes], bytes], words: str
) -> None:
    file = tmp_path / name
    file.write_bytes(spoil(zipped(file)))
    with pytest.raises(FileUnreadable, match=words):
        await run(file)
    with pytest.raises(FileUnreadable, match=words):
        await load_set(file, dry_run=False, actor=SYSTEM)


@pytest.mark.rule("REF-1.2", "FLT-42")
@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_an_archive_packed_in_an_unusual_way_is_named(tmp_path: Path, method: int) -> None:
    zipped(tmp_path / "odd.zip", method)
    with pytest.raises(FileUnreadable, match="unusual"):
        sources_of(tmp_path / "odd.zip")


@pytest.mark.rule("REF-1.2", "FLT-42")
async def test_pipes_devices_and_folders_are_not_waited_for(database: None, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path.__class__("/dev/zero")):
        with pytest.raises(FileUnreadable, match="no file"):
            await run(path)
        with pytest.raises(FileUnreadable, match="no file"):
            await load_set(path, dry_run=False, actor=SYSTEM)
        with pytest.raises(FileUnreadable, match="no file"):
            read_file(path, Findings())
    with pytest.raises(FileUnreadable, match="folder"):
        await run(tmp_path)


@pytest.mark.rule("REF-1.2")
async def test_one_file_of_a_set_is_not_taken_for_a_set(database: None, tmp_path: Path) -> None:
    (tmp_path / "pairings.csv").write_text("lead_provider,delivery_partner,year\n")
    with pytest.raises(FileUnreadable, match=r"Name the folder that holds dataset\.csv"):
        await load_set(tmp_path / "pairings.csv", dry_run=False, actor=SYSTEM)


@pytest.mark.rule("REF-2.8")
async def test_the_same_file_twice_does_not_make_the_next_run_look_short(database: None, tmp_path: Path) -> None:
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    one.write_bytes(WHOLE)
    other.write_bytes(WHOLE)
    with pytest.raises(FileUnreadable, match=r"other\.csv is the same file as one\.csv"):
        await run(one, other)


HEADERS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", ":0:- HEADER_MISSING the file is empty"),
    "UTF-16": (WHOLE.decode("cp1252").encode("utf-16"), ":0:- FILE_ENCODING"),
    "UTF-16 without mark": (WHOLE.decode("cp1252").encode("utf-16-le"), ":0:- FILE_ENCODING"),
    "semicolons": (WHOLE.replace(b",", b";"), ":1:- HEADER_UNKNOWN the columns are separated by semicolons"),
    "another name": (
        WHOLE.replace(b"EstablishmentName", b"Establishment Name"),
        ':1:EstablishmentName HEADER_MISSING this column is required; did you mean "Establishment Name"',
    ),
    "twice": (
        WHOLE.replace(b"EstablishmentNumber", b"CloseDate", 1),
        ":1:CloseDate HEADER_REPEATED the column stands there twice",
    ),
}


@pytest.mark.rule("REF-2.3", "REF-1.6")
@pytest.mark.parametrize(("data", "expected"), HEADERS.values(), ids=HEADERS)
async def test_a_header_that_cannot_be_used_is_explained(
    database: None, tmp_path: Path, data: bytes, expected: str
) -> None:
    file = tmp_path / "file.csv"
    file.write_bytes(data)
    packed = tmp_path / "files.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(file, "file.csv")
    for path in (file, packed):
        report = await run(path)
        assert report.state == "invalid"
        assert str(report.findings.errors[0]).startswith(f"file.csv{expected}"), report.findings.errors
    assert await fetch("SELECT FROM school") == []


@pytest.mark.rule("REF-2.2")
@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
async def test_names_are_read_in_the_encoding_that_the_file_has(database: None, tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "file.csv"
    name = "École d’été"
    file.write_bytes(table(EXTRACT, [school(900_001, EstablishmentName=name), *fillers(120)]).encode(encoding))
    assert (await run(file)).state == "done"
    (row,) = await fetch("SELECT name FROM school WHERE urn = '900001'")
    assert row["name"] == name


@pytest.mark.rule("REF-2.7", "REF-2.8", "REF-2.10")
async def test_rows_that_an_open_quote_swallows_are_counted_and_not_absent(database: None, tmp_path: Path) -> None:
    rows = [SCHOOL, *fillers(900)]
    await run(write_register(tmp_path / "one.csv", rows))
    spoiled = table(EXTRACT, rows).replace("Filler 3,", '"Filler 3,', 1).replace("Filler 6,", '"Filler 6",', 1)
    file = tmp_path / "two.csv"
    file.write_bytes(spoiled.encode("cp1252"))
    report = await run(file)
    assert [(found.line, found.code) for found in report.findings.errors] == [
        (line, "FIELD_COUNT") for line in (6, 7, 8, 9)
    ]
    assert (report.state, report.counts["invalid"], report.counts["absent"]) == ("done", 4, 0)
    assert report.counts["rows_read"] == len(rows)


@pytest.mark.rule("REF-2.5", "REF-2.7")
async def test_a_faulty_link_leaves_the_stored_links_of_its_school(database: None, tmp_path: Path) -> None:
    file = write_register(tmp_path / "one.csv", [SCHOOL, *fillers(200)])
    more = [(str(910_100 + number), "910001", "Other", "") for number in range(99)]
    good = ("900001", "910001", "Successor", ""), ("900001", "910002", "Other", ""), ("910003", "910004", "Other", "")
    await run(file, links=write_links(tmp_path / "links.csv", *good, *more))
    bad = ("900001", "91000x", "Successor", ""), ("900001", "910005", "Other", "")
    report = await run(file, links=write_links(tmp_path / "more.csv", *bad, *more))
    assert report.state == "done", report.on_screen()
    stored = await fetch("SELECT link_urn FROM school_link WHERE urn = '900001' ORDER BY link_urn")
    assert [row["link_urn"] for row in stored] == ["910001", "910002"]


@pytest.mark.rule("REF-2.8")
async def test_more_than_one_faulty_link_in_a_hundred_refuses_the_run(database: None, tmp_path: Path) -> None:
    file = write_register(tmp_path / "one.csv", [SCHOOL, *fillers(200)])
    links = write_links(tmp_path / "links.csv", ("900001", "x", "Successor", ""), ("900001", "910002", "Other", ""))
    report = await run(file, links=links)
    assert (report.state, "1 of 2 rows of links have errors" in report.refusal) == ("refused", True)
    assert await fetch("SELECT FROM school") == []


@pytest.mark.rule("REF-2.8")
async def test_a_change_dated_in_the_future_does_not_make_later_files_look_old(database: None, tmp_path: Path) -> None:
    ahead = school(900_002, LastChangedDate="31-12-2999")
    assert (await run(write_register(tmp_path / "one.csv", [SCHOOL, ahead, *fillers(20)]))).state == "done"
    (row,) = await fetch("SELECT newest_change_on FROM register_run")
    assert row["newest_change_on"] == date(2026, 10, 20)
    report = await run(write_register(tmp_path / "two.csv", [SCHOOL, *fillers(21)]))
    assert report.state == "done", report.refusal
