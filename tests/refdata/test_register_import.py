"""The register's files applied: what is stored, kept, told and refused."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from app import clock
from app.db.engine import fetch
from app.events.verify import verify
from app.refdata.findings import FileUnreadable
from app.refdata.school_import import import_schools
from app.terms import SYSTEM
from tests.refdata.files import EXTRACT, PUBLIC, SCHOOL, fillers, school, table, write_links, write_register

if TYPE_CHECKING:
    from pathlib import Path

    from app.refdata.report import Report

TODAY = date(2026, 11, 2)
TOMORROW = date(2026, 11, 3)


async def run(*files: Path, links: Path | None = None, today: date = TODAY, **options: bool) -> Report:
    with clock.at(clock.at_noon(today)):
        return await import_schools(files, links, actor=SYSTEM, **options)


async def stored(urn: str = "900001") -> dict[str, Any]:
    (row,) = await fetch("SELECT * FROM school WHERE urn = $1", urn)
    return dict(row)


async def urns() -> list[str]:
    return [row["urn"] for row in await fetch("SELECT urn FROM school ORDER BY urn::int")]


async def events() -> list[str]:
    return [row["kind"] for row in await fetch("SELECT kind FROM event ORDER BY id")]


async def runs() -> list[str]:
    return [row["state"] for row in await fetch("SELECT state FROM register_run ORDER BY id")]


@pytest.mark.rule("REF-2.3")
@pytest.mark.rule("SCH-01")
async def test_the_extract_is_stored_column_by_column(database: None, tmp_path: Path) -> None:
    report = await run(write_register(tmp_path / "extract.csv", [SCHOOL | {"URN": "0900001"}]))
    assert (report.state, report.findings.errors, report.findings.warnings) == ("done", [], [])
    row = await stored()
    assert {name: row[name] for name in ("name", "kind", "type_code", "type_name", "status_code", "search_name")} == {
        "name": "Amberley Grove School",
        "kind": "state_funded",
        "type_code": 34,
        "type_name": "Academy converter",
        "status_code": 1,
        "search_name": "amberley grove school",
    }
    assert (row["local_authority_code"], row["local_authority_name"], row["establishment_number"]) == (
        *("971", "Northshire", "2001"),
    )
    assert (row["opened_on"], row["closed_on"], row["last_changed_on"]) == (date(1999, 9, 1), None, date(2026, 10, 20))
    assert (row["postcode"], row["website"], row["ukprn"]) == ("AB1 2CD", "http://www.amberley.example", "10000001")
    assert (row["primary_email"], row["secondary_email"]) == ("Office@amberley.example", "head@amberley.example")
    assert (row["section_41_approved"], row["district_code"], row["region"]) == (False, "E07000001", "North East")
    assert (row["close_reason"], row["trust_code"], row["street"], row["town"]) == (
        None,
        None,
        "1 High Street",
        "Amberley",
    )


@pytest.mark.rule("REF-2.4")
@pytest.mark.rule("REF-2.3")
async def test_the_public_file_never_wipes_the_emails_it_does_not_have(database: None, tmp_path: Path) -> None:
    await run(write_register(tmp_path / "extract.csv", [SCHOOL]))
    moved = SCHOOL | {"Street": "", "Town": "Newtown"}
    report = await run(write_register(tmp_path / "public.csv", [moved], PUBLIC), today=TOMORROW)
    assert report.state == "done"
    row = await stored()
    assert (row["street"], row["town"], row["primary_email"]) == (None, "Newtown", "Office@amberley.example")


@pytest.mark.rule("REF-2.4")
async def test_a_supplement_adds_what_its_columns_say(database: None, tmp_path: Path) -> None:
    public = write_register(tmp_path / "public.csv", [SCHOOL, school(900_002)], PUBLIC)
    required = [name for name in EXTRACT[:9] if name != "EstablishmentNumber"]
    supplement = write_register(tmp_path / "more.csv", [SCHOOL, school(900_003)], [*required, "MainEmail"])
    for today in (TODAY, TOMORROW):
        await run(public, supplement, today=today)
    row = await stored()
    assert (row["primary_email"], row["town"]) == ("Office@amberley.example", "Amberley")
    assert await urns() == ["900001", "900002", "900003"]
    assert (await stored("900003"))["primary_email"] == "office@s900003.example"
    assert await events() == ["import_run_finished"] * 2


@pytest.mark.rule("REF-1.4")
@pytest.mark.rule("REF-2.8")
async def test_the_same_file_on_the_same_day_is_nothing_to_do(database: None, tmp_path: Path) -> None:
    file = write_register(tmp_path / "extract.csv", [SCHOOL])
    await run(file)
    before = await stored()
    assert (await run(file)).state == "nothing_to_do"
    assert await runs() == ["done"]
    report = await run(file, today=TOMORROW)
    assert (report.state, report.changes, report.counts["unchanged"]) == ("done", [], 1)
    assert await stored() == before
    assert await events() == ["import_run_finished"] * 2


@pytest.mark.rule("REF-3.2")
async def test_a_changed_school_keeps_its_ids_and_tells_what_changed(database: None, tmp_path: Path) -> None:
    await run(write_register(tmp_path / "one.csv", [SCHOOL]))
    before = await stored()
    changed = SCHOOL | {"EstablishmentName": "Amberley Academy", "MainEmail": "new@amberley.example"}
    report = await run(write_register(tmp_path / "two.csv", [changed]), today=TOMORROW)
    after = await stored()
    assert (after["id"], after["public_id"], after["version"]) == (before["id"], before["public_id"], 2)
    assert after["search_name"] == "amberley academy"
    (event,) = await fetch("SELECT school_id, changes, business_date FROM event WHERE kind = 'school_details_changed'")
    assert (event["school_id"], event["business_date"]) == (before["id"], TOMORROW)
    assert json.loads(event["changes"]) == {
        "name": {"old": "Amberley Grove School", "new": "Amberley Academy"},
        "primary_email": {"old": "not shown", "new": "changed"},
    }
    assert "new@amberley.example" not in report.in_full()


@pytest.mark.rule("REF-3.2")
@pytest.mark.rule("SEC-33")
async def test_more_changes_than_one_statement_holds_are_each_told(database: None, tmp_path: Path) -> None:
    await run(write_register(tmp_path / "one.csv", fillers(1_700)))
    moved = [row | {"Street": "2 Low Road"} for row in fillers(1_700)]
    await run(write_register(tmp_path / "two.csv", moved), today=TOMORROW)
    assert (await events()).count("school_details_changed") == 1_700
    assert await verify() == []


@pytest.mark.rule("REF-3.2")
@pytest.mark.parametrize(
    ("facts", "was", "now"),
    [
        ({"TypeOfEstablishment (code)": "11"}, "full", "none(not_funded)"),
        ({"EstablishmentStatus (code)": "2", "CloseDate": "01-11-2026"}, "full", "none(closed)"),
        ({"DistrictAdministrative (code)": "W06000001"}, "full", "none(not_in_england)"),
    ],
)
async def test_a_changed_level_is_told(
    database: None, tmp_path: Path, facts: dict[str, str], was: str, now: str
) -> None:
    await run(write_register(tmp_path / "one.csv", [SCHOOL]))
    await run(write_register(tmp_path / "two.csv", [SCHOOL | facts]), today=TOMORROW)
    (event,) = await fetch("SELECT changes FROM event WHERE kind = 'school_eligibility_changed'")
    assert json.loads(event["changes"]) == {"level": {"old": was, "new": now}}


@pytest.mark.rule("REF-3.2")
@pytest.mark.rule("REF-3.10")
async def test_schools_new_after_the_first_load_and_open_again_are_told(database: None, tmp_path: Path) -> None:
    closed = school(900_002) | {"EstablishmentStatus (code)": "2", "CloseDate": "31-08-2026"}
    await run(write_register(tmp_path / "one.csv", [SCHOOL, closed]))
    assert await events() == ["import_run_finished"]
    await run(write_register(tmp_path / "two.csv", [SCHOOL, school(900_002), school(900_003)]), today=TOMORROW)
    told = await fetch(
        "SELECT s.urn, e.metadata FROM event e JOIN school s ON s.id = e.school_id WHERE e.kind = 'school_opened'"
    )
    assert sorted((row["urn"], json.loads(row["metadata"])["reopened"]) for row in told) == [
        ("900002", True),
        ("900003", False),
    ]


@pytest.mark.rule("REF-2.9")
async def test_long_closed_schools_are_kept_only_for_those_who_need_them(database: None, tmp_path: Path) -> None:
    def closed(urn: int, on: str) -> dict[str, str]:
        return school(urn) | {"EstablishmentStatus (code)": "2", "CloseDate": on}

    rows = [
        SCHOOL,
        closed(900_002, "31-12-2019"),
        closed(900_003, "01-01-2020"),
        closed(900_004, "31-12-1999"),
        closed(900_005, "31-12-1998"),
    ]
    links = write_links(
        tmp_path / "links.csv",
        ("900001", "900004", "Predecessor", "01-01-2000"),
        ("900004", "900005", "Predecessor", "01-01-1999"),
    )
    first = await run(write_register(tmp_path / "one.csv", rows), links=links)
    assert await urns() == ["900001", "900003", "900004", "900005"]
    assert (first.counts["new"], first.counts["not_kept"]) == (4, 1)
    rows[0] = SCHOOL | {"EstablishmentStatus (code)": "2", "CloseDate": "01-01-2010"}
    second = await run(write_register(tmp_path / "two.csv", rows), links=links, today=TOMORROW)
    assert (second.counts["changed"], await urns()) == (1, ["900001", "900003", "900004", "900005"])


@pytest.mark.rule("REF-2.5")
async def test_links_of_a_school_are_replaced_together(database: None, tmp_path: Path) -> None:
    file = write_register(tmp_path / "one.csv", [SCHOOL, school(900_002), school(900_003)])
    first = write_links(
        tmp_path / "links.csv",
        ("900001", "900002", "Successor", "01-09-2030"),
        ("900001", "900003", "Other", ""),
        ("900002", "900001", "Predecessor", ""),
        ("900002", "999999", "Expansion", ""),
    )
    report = await run(file, links=first)
    assert [str(finding) for finding in report.findings.warnings] == [
        "links.csv:5:LinkURN LINK_TARGET_UNKNOWN neither the file nor this service has a school with this URN [999999]"
    ]
    second = write_links(tmp_path / "later.csv", ("900001", "900002", "Successor", "01-10-2030"))
    later = await run(file, links=second, today=TOMORROW)
    assert [later.counts[f"links_{name}"] for name in ("new", "changed", "removed")] == [0, 1, 1]
    links = await fetch("SELECT urn, link_urn, link_type, established_on FROM school_link ORDER BY urn, link_urn")
    assert [tuple(row) for row in links] == [
        ("900001", "900002", "Successor", date(2030, 10, 1)),
        ("900002", "900001", "Predecessor", None),
        ("900002", "999999", "Expansion", None),
    ]
    await run(file, today=date(2026, 11, 4))
    assert len(await fetch("SELECT 1 FROM school_link")) == 3


@pytest.mark.rule("REF-2.10")
async def test_a_school_missing_from_the_file_is_marked_until_it_is_back(database: None, tmp_path: Path) -> None:
    both = [SCHOOL, *fillers(20)]
    await run(write_register(tmp_path / "one.csv", both))
    without = write_register(tmp_path / "two.csv", fillers(20))
    await run(without, today=TOMORROW)
    row = await stored()
    assert (row["absent_since"], row["status_code"]) == (TOMORROW, 1)
    await run(without, today=date(2026, 11, 4))
    assert (await stored())["absent_since"] == TOMORROW
    await run(write_register(tmp_path / "three.csv", both), today=date(2026, 11, 5))
    assert (await stored())["absent_since"] is None


@pytest.mark.rule("REF-1.3")
async def test_a_dry_run_lists_what_the_real_run_does_and_writes_nothing(database: None, tmp_path: Path) -> None:
    file = write_register(tmp_path / "one.csv", [SCHOOL, *fillers(3)])
    dry = await run(file, dry_run=True)
    assert (dry.state, await urns(), await runs(), await events()) == ("done", [], [], [])
    real = await run(file)
    assert (real.changes, real.counts) == (dry.changes, dry.counts)
    assert len(real.changes) == 4


@pytest.mark.rule("REF-2.1")
@pytest.mark.rule("REF-2.5")
async def test_the_members_of_a_zip_are_known_by_their_headers(database: None, tmp_path: Path) -> None:
    links = write_links(tmp_path / "links.csv", ("900001", "900001", "Other", ""))
    with zipfile.ZipFile(tmp_path / "extract.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(links, "a.csv")
        archive.writestr("b.csv", table(EXTRACT, [SCHOOL]).encode("cp1252"))
    report = await run(tmp_path / "extract.zip")
    assert (report.counts["rows_read"], report.counts["links_new"], await urns()) == (1, 1, ["900001"])


REFUSED = {
    "no data rows": ([], {}),
    "more than 1 % row errors": ([school("x"), *fillers(98)], {}),
    "fewer than 90 % of the rows": (fillers(89), {}),
    "an older file": ([row | {"LastChangedDate": "12-10-2026"} for row in fillers(100)], {}),
    "an older file, shrinking accepted": (
        [row | {"LastChangedDate": "12-10-2026"} for row in fillers(100)],
        {"accept_shrink": True},
    ),
}


@pytest.mark.rule("REF-2.8")
@pytest.mark.parametrize(("rows", "options"), REFUSED.values(), ids=REFUSED)
async def test_a_safety_rule_refuses_the_run(
    database: None, tmp_path: Path, rows: list[dict[str, str]], options: dict[str, bool]
) -> None:
    await run(write_register(tmp_path / "one.csv", fillers(100)))
    before = await fetch("SELECT * FROM school ORDER BY id")
    report = await run(write_register(tmp_path / "two.csv", rows), today=TOMORROW, **options)
    assert (report.state, report.exit_code) == ("refused", 3)
    assert await fetch("SELECT * FROM school ORDER BY id") == before
    assert await runs() == ["done", "refused"]
    assert await events() == ["import_run_finished", "import_run_refused"]


@pytest.mark.rule("REF-2.8")
@pytest.mark.parametrize(
    ("rows", "options"),
    [
        (fillers(89), {"accept_shrink": True}),
        ([row | {"LastChangedDate": "12-10-2026"} for row in fillers(100)], {"force": True}),
    ],
    ids=["--accept-shrink", "--force"],
)
async def test_a_refusal_can_be_overridden(
    database: None, tmp_path: Path, rows: list[dict[str, str]], options: dict[str, bool]
) -> None:
    await run(write_register(tmp_path / "one.csv", fillers(100)))
    report = await run(write_register(tmp_path / "two.csv", rows), today=TOMORROW, **options)
    assert report.state == "done"
    assert (await events())[-1] == "import_run_forced"


@pytest.mark.rule("REF-2.8")
async def test_the_limits_themselves_are_allowed(database: None, tmp_path: Path) -> None:
    await run(write_register(tmp_path / "one.csv", fillers(100)))
    rows = [row | {"LastChangedDate": "13-10-2026"} for row in fillers(90)]
    assert (await run(write_register(tmp_path / "two.csv", rows), today=TOMORROW)).state == "done"
    later = [school("x"), *fillers(99)]
    report = await run(write_register(tmp_path / "three.csv", later), today=date(2026, 11, 4))
    assert (report.state, report.counts["invalid"]) == ("done", 1)


@pytest.mark.rule("REF-1.2")
async def test_a_file_that_is_not_there_is_wrong_use(database: None, tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable):
        await run(tmp_path / "nowhere.csv")
