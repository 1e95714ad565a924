"""Odd files and odd rows of the register: what is skipped, what is applied with a warning, what stops the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import clock
from app.db.engine import fetch
from app.refdata.establishments import REQUIRED
from app.refdata.register_files import establishments_and_links
from app.refdata.school_import import import_schools
from app.terms import SYSTEM
from tests.refdata.files import EXTRACT, LINKS, SCHOOL, fillers, school, table, write_links, write_register
from tests.refdata.test_register_import import TODAY, TOMORROW, run, stored, urns

if TYPE_CHECKING:
    from pathlib import Path

OTHER = {"EstablishmentName": "Another name"}
ERRORS = {
    "URN_INVALID": ([school("12x45")], [(2, "URN")]),
    "URN_INVALID four digits": ([school("0001234")], [(2, "URN")]),
    "NAME_BLANK": ([school(900_001, EstablishmentName=" ")], [(2, "EstablishmentName")]),
    "NAME_BLANK too long": ([school(900_001, EstablishmentName="x" * 201)], [(2, "EstablishmentName")]),
    "STATUS_UNKNOWN": ([SCHOOL | {"EstablishmentStatus (code)": "5"}], [(2, "EstablishmentStatus (code)")]),
    "TYPE_BLANK": ([SCHOOL | {"TypeOfEstablishment (code)": ""}], [(2, "TypeOfEstablishment (code)")]),
    "URN_REPEATED": ([SCHOOL, SCHOOL | OTHER], [(2, "URN"), (3, "URN")]),
    "FIELD_COUNT NUL": ([SCHOOL | {"Town": "Amb\0erley"}], [(2, "-")]),
}
WARNINGS = {
    "TYPE_UNKNOWN": ([SCHOOL | {"TypeOfEstablishment (code)": "99"}], "TypeOfEstablishment (code)"),
    "STATUS_NAME_DIFFERS": ([SCHOOL | {"EstablishmentStatus (name)": "Closed"}], "EstablishmentStatus (name)"),
    "DATE_UNREADABLE": ([SCHOOL | {"OpenDate": "31-02-2001"}], "OpenDate"),
    "CLOSE_BEFORE_OPEN": ([SCHOOL | {"CloseDate": "31-08-1999"}], "CloseDate"),
    "EMAIL_INVALID": ([SCHOOL | {"MainEmail": "private person at school"}], "MainEmail"),
    "UKPRN_INVALID": ([SCHOOL | {"UKPRN": "123"}], "UKPRN"),
    "SECTION_41_UNKNOWN": ([SCHOOL | {"Section41Approved (name)": "Perhaps"}], "Section41Approved (name)"),
    "AUTHORITY_INVALID": ([SCHOOL | {"LA (code)": "Northshire"}], "LA (code)"),
    "PHASE_UNKNOWN": ([SCHOOL | {"PhaseOfEducation (code)": "8"}], "PhaseOfEducation (code)"),
    "WEBSITE_INVALID": ([SCHOOL | {"SchoolWebsite": "ftp://school.example"}], "SchoolWebsite"),
    "URN_REPEATED": ([SCHOOL, SCHOOL], "URN"),
}


@pytest.mark.rule("REF-2.7")
@pytest.mark.parametrize(
    ("code", "rows", "places"), [(code.split()[0], *case) for code, case in ERRORS.items()], ids=ERRORS
)
async def test_a_faulty_row_is_skipped_and_the_stored_school_untouched(
    database: None, tmp_path: Path, code: str, rows: list[dict[str, str]], places: list[tuple[int, str]]
) -> None:
    await run(write_register(tmp_path / "before.csv", [SCHOOL, *fillers()]))
    before = await stored()
    report = await run(write_register(tmp_path / "file.csv", [*rows, *fillers()]), today=TOMORROW)
    found = [(finding.file, finding.code, finding.line, finding.column) for finding in report.findings.errors]
    assert found == [("file.csv", code, *place) for place in places]
    after = await stored()
    if code != "URN_INVALID":
        assert after == before
    assert after["name"] == before["name"]
    assert report.counts["unchanged"] == len(fillers())


@pytest.mark.rule("REF-2.7")
@pytest.mark.parametrize(("code", "rows", "column"), [(code, *case) for code, case in WARNINGS.items()], ids=WARNINGS)
async def test_an_odd_row_is_applied_with_a_warning(
    database: None, tmp_path: Path, code: str, rows: list[dict[str, str]], column: str
) -> None:
    report = await run(write_register(tmp_path / "file.csv", rows))
    found = [(finding.code, finding.line, finding.column) for finding in report.findings.warnings]
    assert found == [(code, 1 + len(rows), column)]
    assert await urns() == ["900001"]
    assert "private person" not in report.in_full()


@pytest.mark.rule("REF-2.7")
async def test_a_ukprn_stays_with_the_lowest_open_school(database: None, tmp_path: Path) -> None:
    closed = {"EstablishmentStatus (code)": "2", "EstablishmentStatus (name)": "Closed", "CloseDate": "01-09-2026"}
    rows = [
        school(900_003, UKPRN="10000009"),
        school(900_002, UKPRN="10000009"),
        school(900_001, UKPRN="10000009") | closed,
    ]
    report = await run(write_register(tmp_path / "file.csv", rows))
    found = [(finding.code, finding.line) for finding in report.findings.warnings]
    assert found == [("UKPRN_REPEATED", 2), ("UKPRN_REPEATED", 4)]
    assert [row["urn"] for row in await fetch("SELECT urn FROM school WHERE ukprn IS NOT NULL")] == ["900002"]


@pytest.mark.rule("REF-2.3")
@pytest.mark.parametrize(
    ("facts", "column", "value"),
    [
        ({"OpenDate": "01-01-1900"}, "opened_on", None),
        ({"SchoolWebsite": "HTTPS://school.example"}, "website", "HTTPS://school.example"),
        ({"SchoolWebsite": "ftp://school.example"}, "website", None),
        ({"SchoolWebsite": "javascript:alert(1)"}, "website", "http://javascript:alert(1)"),
        ({"Postcode": "sw1a2aa"}, "postcode", "SW1A 2AA"),
        ({"EstablishmentName": "  St   Mary's "}, "name", "St Mary's"),
        ({"TypeOfEstablishment (code)": "02"}, "type_code", 2),
        ({"TypeOfEstablishment (code)": "10", "Section41Approved (name)": "APPROVED"}, "section_41_approved", True),
        ({"PhaseOfEducation (code)": "8"}, "phase_code", None),
        ({"PhaseOfEducation (code)": "07"}, "phase_code", 7),
        ({"PhaseOfEducation (code)": "0"}, "phase_code", 0),
        ({"LA (code)": "97"}, "local_authority_code", ""),
        ({"LA (code)": "000"}, "local_authority_code", "000"),
        ({"SchoolWebsite": "www.a.example or www.b.example"}, "website", None),
        ({"EstablishmentName": "École d'Été"}, "search_name", "ecole dete"),
    ],
)
async def test_values_are_tidied(
    database: None, tmp_path: Path, facts: dict[str, str], column: str, value: object
) -> None:
    await run(write_register(tmp_path / "file.csv", [SCHOOL | facts]))
    assert (await stored())[column] == value


@pytest.mark.rule("REF-2.2")
@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig"])
async def test_both_encodings_are_read(database: None, tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "file.csv"
    file.write_bytes(table(EXTRACT, [SCHOOL | {"EstablishmentName": "Église – Ysgol"}]).encode(encoding))
    await run(file)
    assert (await stored())["name"] == "Église – Ysgol"


@pytest.mark.rule("REF-2.2")
async def test_characters_that_cannot_be_read_are_counted(database: None, tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    text = table(EXTRACT, [SCHOOL, school(900_002, Town="Am?er?ey"), school(900_003, Town="?")])
    file.write_bytes(text.encode("cp1252").replace(b"?", b"\x81"))
    report = await run(file)
    assert [str(finding) for finding in report.findings.warnings] == [
        "file.csv:3:Town CHARACTER_REPLACED 3 characters could not be read in this column, here for the first time"
    ]
    assert (await stored("900002"))["town"] == "Am\ufffder\ufffdey"
    assert report.counts["characters_replaced"] == 3


@pytest.mark.rule("REF-2.2")
@pytest.mark.rule("REF-1.6")
async def test_quoted_line_breaks_are_part_of_a_value_and_count_as_lines(database: None, tmp_path: Path) -> None:
    rows = [
        SCHOOL | {"Street": "The Lodge\r\n1 High Street", "Locality": 'The "Green"'},
        SCHOOL | {"URN": "bad"},
        *fillers(),
    ]
    report = await run(write_register(tmp_path / "file.csv", rows))
    row = await stored()
    assert (row["street"], row["locality"]) == ("The Lodge 1 High Street", 'The "Green"')
    assert [finding.line for finding in report.findings.errors] == [4]


@pytest.mark.rule("REF-2.7")
async def test_a_row_of_another_length_is_skipped(database: None, tmp_path: Path) -> None:
    file = write_register(tmp_path / "file.csv", fillers())
    file.write_bytes(file.read_bytes() + b"900001,971,North")
    report = await run(file)
    assert [str(finding) for finding in report.findings.errors] == [
        f"file.csv:252:- FIELD_COUNT the row has 3 values, the header {len(EXTRACT)}"
    ]
    assert len(await urns()) == len(fillers())


@pytest.mark.rule("REF-1.2")
async def test_a_file_cut_short_inside_a_value_is_not_applied(database: None, tmp_path: Path) -> None:
    file = write_register(tmp_path / "file.csv", fillers())
    file.write_bytes(file.read_bytes() + b'900001,"971')
    report = await run(file)
    assert (report.state, report.exit_code, await urns()) == ("invalid", 1, [])


@pytest.mark.rule("REF-2.3")
async def test_every_missing_header_is_named(database: None, tmp_path: Path) -> None:
    links = tmp_path / "links.csv"
    links.write_text("URN,LinkName\n", encoding="ascii")
    report = await run(write_register(tmp_path / "file.csv", [SCHOOL], ["EstablishmentName"]), links=links)
    missing = [(finding.file, finding.line, finding.column, finding.code) for finding in report.findings.errors]
    assert missing == [
        *(("file.csv", 1, name, "HEADER_MISSING") for name in REQUIRED if name != "EstablishmentName"),
        ("links.csv", 1, "LinkURN", "HEADER_MISSING"),
        ("links.csv", 1, "LinkType", "HEADER_MISSING"),
    ]
    assert (report.exit_code, await urns()) == (1, [])


@pytest.mark.rule("REF-2.3")
async def test_headers_are_found_in_any_case_and_with_spaces(database: None, tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    header, _, rest = table(EXTRACT, [SCHOOL]).partition("\r\n")
    spaced = ",".join(f" {name.upper()} " for name in header.split(","))
    file.write_text(f"{spaced}\n{rest}", encoding="cp1252")
    await run(file)
    assert (await stored())["town"] == "Amberley"


@pytest.mark.rule("REF-2.7")
async def test_faulty_links_are_skipped(database: None, tmp_path: Path) -> None:
    links = write_links(
        tmp_path / "links.csv",
        ("900001", "oops", "Successor", ""),
        ("900002", "900001", "Successor", "2001-09-01"),
        ("900002", "900001", "Successor", ""),
        *((str(910_000 + number), "900001", "Other", "") for number in range(100)),
    )
    report = await run(write_register(tmp_path / "file.csv", [SCHOOL]), links=links)
    assert [(f.line, f.column, f.code) for f in report.findings.errors] == [(2, "LinkURN", "URN_INVALID")]
    first = report.findings.warnings[0]
    assert (first.line, first.column, first.code) == (3, "LinkEstablishedDate", "DATE_UNREADABLE")
    assert len(await fetch("SELECT 1 FROM school_link")) == 101


@pytest.mark.rule("REF-2.2")
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.binary(max_size=120), has_header=st.booleans(), is_links=st.booleans())
async def test_no_bytes_raise(database: None, tmp_path: Path, data: bytes, has_header: bool, is_links: bool) -> None:
    good, odd = write_register(tmp_path / "good.csv", [SCHOOL]), tmp_path / "odd.csv"
    header = ",".join(LINKS if is_links else EXTRACT).encode() + b"\r\n" if has_header else b""
    odd.write_bytes(header + data)
    with clock.at(clock.at_noon(TODAY)):
        files = ([good], odd) if is_links else ([odd], None)
        report = await import_schools(*files, actor=SYSTEM, dry_run=True)
    assert report.exit_code in {0, 1, 3}


@pytest.mark.rule("REF-2.1")
def test_a_plain_file_is_taken_as_it_was_given(tmp_path: Path) -> None:
    file = tmp_path / "any name.txt"
    file.write_bytes(b"URN\n")
    establishments, links = establishments_and_links(file)
    assert ([source.name for source in establishments], links) == (["any name.txt"], [])
