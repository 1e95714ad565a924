"""Every fault of a reference-data set: its code, and the file, line and column it stands in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from app.db.engine import fetch
from app.refdata.findings import FileUnreadable
from app.refdata.load import check_set, load_set
from app.terms import SYSTEM
from tests.architecture.source import ROOT
from tests.refdata.files import DATA_SET, PERIODS, WHOLE, write_only, write_set
from tests.refdata.test_induction_records import FAULTS as INDUCTION_FAULTS

if TYPE_CHECKING:
    from pathlib import Path

BODIES = "key,name,type,allowed_school_kinds,active_from,active_to,districts,contact_email,contact_url\n"
MILESTONES = "year,schedule,declaration,opens_on,closes_on\n"
EXTENDED = "2025,ecf-extended-september,"
HUB = "state_funded;independent;british_school_overseas;other"
HEADER, _, ROWS = PERIODS.partition("\n")

FAULTS = {
    # whole files and headers
    "FILE_UNKNOWN a file no set has": ({"pairing": "a\n"}, "pairing.csv:0:- FILE_UNKNOWN"),
    "FILE_UNKNOWN induction records": ({"induction_records": "a\n"}, "induction_records.csv:0:- FILE_UNKNOWN"),
    "FILE_TOO_BIG": ({"pairings": b"x" * 10_000_001}, "pairings.csv:0:- FILE_TOO_BIG"),
    "FILE_ENCODING not UTF-8": ({"delivery_partners": b"key,name\nab,\xe9\n"}, "delivery_partners.csv:0:- FILE_ENCODING"),
    "FILE_ENCODING NUL": ({"delivery_partners": b"key,name\nab,\0\n"}, "delivery_partners.csv:0:- FILE_ENCODING"),
    "FILE_ENCODING control character": (
        {"delivery_partners": "key,name\ngrain-hub,Grain\x07Hub\n"},
        "delivery_partners.csv:2:name FILE_ENCODING",
    ),
    "FORMAT_VERSION": ({"dataset": DATA_SET.replace(",1\n", ",2\n")}, "dataset.csv:2:format FORMAT_VERSION"),
    "REQUIRED no dataset.csv": ({"dataset": None}, "dataset.csv:0:- REQUIRED"),
    "REQUIRED dataset.csv without a row": ({"dataset": DATA_SET.split("\n")[0]}, "dataset.csv:0:- REQUIRED"),
    "KEY_REPEATED two data sets": ({"dataset": DATA_SET + "B,2,C,2026-01-01,1\n"}, "dataset.csv:3:- KEY_REPEATED"),
    "HEADER_MISSING": ({"delivery_partners": "key\ngrain-hub\n"}, "delivery_partners.csv:1:name HEADER_MISSING"),
    "HEADER_MISSING empty file": ({"delivery_partners": ""}, "delivery_partners.csv:1:key HEADER_MISSING"),
    "HEADER_UNKNOWN semicolons": (
        {"delivery_partners": "key;name\ngrain-hub;Grain Hub\n"},
        "delivery_partners.csv:1:- HEADER_UNKNOWN the columns are separated by semicolons:",
    ),
    "FILE_ENCODING UTF-16": (
        {"delivery_partners": "key,name\n".encode("utf-16")},
        "delivery_partners.csv:0:- FILE_ENCODING the file must be UTF-8, and is",
    ),
    "NOT_A_DATE too far": (
        {"registration_closures": "key,starts_on,ends_on,message\nfar,2030-01-01,9999-12-31,x\n"},
        "registration_closures.csv:2:ends_on NOT_A_DATE a date lies between 1900 and",
    ),
    "LIST_ITEM_REPEATED without the address": (
        {"lead_providers": "key,name,notification_emails\nnorth,North,b@north.example;a@x.example;a@x.example\n"},
        "lead_providers.csv:2:notification_emails LIST_ITEM_REPEATED item 2 is listed twice",
    ),
    "HEADER_UNKNOWN": ({"delivery_partners": "key,name,nam\n"}, "delivery_partners.csv:1:nam HEADER_UNKNOWN"),
    "HEADER_UNKNOWN capitals": ({"delivery_partners": "Key,name\n"}, "delivery_partners.csv:1:Key HEADER_UNKNOWN"),
    "HEADER_REPEATED": ({"delivery_partners": "key,name,key\n"}, "delivery_partners.csv:1:key HEADER_REPEATED"),
    # cells
    "REQUIRED": ({"delivery_partners": "key,name\ngrain-hub, \n"}, "delivery_partners.csv:2:name REQUIRED"),
    "NOT_A_KEY": ({"delivery_partners": "key,name\ngrain-hub,G\nBad,B\n"}, "delivery_partners.csv:3:key NOT_A_KEY"),
    "NOT_A_DATE": ({"contract_periods": PERIODS.replace("2026-05-31", "2026-02-30")}, "contract_periods.csv:3:finished_on NOT_A_DATE"),
    "NOT_A_YEAR": ({"schedules": WHOLE["schedules.csv"] + "2019,ecf-standard-april\n"}, "schedules.csv:4:year NOT_A_YEAR"),
    "NOT_A_FLAG": ({"contract_periods": PERIODS.replace(",yes,no,", ",maybe,no,")}, "contract_periods.csv:3:mentor_funding_enabled NOT_A_FLAG"),
    "NOT_IN_LIST": ({"appropriate_bodies": BODIES + "ab,A,national,private,,,,,\n"}, "appropriate_bodies.csv:2:allowed_school_kinds NOT_IN_LIST"),
    "NOT_IN_LIST web address": ({"appropriate_bodies": BODIES + "ab,A,national,,,,,,javascript:x\n"}, "appropriate_bodies.csv:2:contact_url NOT_IN_LIST"),
    "NOT_IN_LIST placeholder": (
        {"registration_closures": WHOLE["registration_closures.csv"].replace("reopens_on", "today")},
        "registration_closures.csv:2:message NOT_IN_LIST",
    ),
    "TOO_LONG": ({"delivery_partners": f"key,name\ngrain-hub,{'x' * 121}\n"}, "delivery_partners.csv:2:name TOO_LONG"),
    "NOT_AN_EMAIL": (
        {"lead_providers": "key,name,notification_emails\nnorth,N,secret.person at north\n"},
        "lead_providers.csv:2:notification_emails NOT_AN_EMAIL",
    ),
    "LIST_ITEM_BLANK": (
        {"lead_providers": "key,name,notification_emails\nnorth,N,a@north.example;\n"},
        "lead_providers.csv:2:notification_emails LIST_ITEM_BLANK",
    ),
    "LIST_ITEM_REPEATED": ({"appropriate_bodies": BODIES + f"ab,A,teaching_school_hub,{HUB},,,X;X,,\n"}, "appropriate_bodies.csv:2:districts LIST_ITEM_REPEATED"),
    "FIELD_COUNT": ({"delivery_partners": "key,name\ngrain-hub,Grain,Hub\n"}, "delivery_partners.csv:2:- FIELD_COUNT"),
    "FIELD_COUNT cut short": ({"delivery_partners": 'key,name\ngrain-hub,"Grain'}, "delivery_partners.csv:2:- FIELD_COUNT"),
    # rules
    "KEY_REPEATED": ({"delivery_partners": "key,name\ngrain-hub,A\ngrain-hub,B\n"}, "delivery_partners.csv:3:key KEY_REPEATED"),
    "REF-4.16 KEY_REPEATED": (
        {"school_uplifts": "urn,year,pupil_premium,sparsity\n100001,2025,yes,no\n0100001,2025,no,no\n"},
        "school_uplifts.csv:3:urn KEY_REPEATED",
    ),
    "REF-4.10 NAME_REPEATED partner": ({"delivery_partners": "key,name\ngrain-hub,Grain Hub\nother,grain-HUB!\n"}, "delivery_partners.csv:3:name NAME_REPEATED"),
    "REF-4.10 NAME_REPEATED provider": ({"lead_providers": "key,name\nnorth,North Co\nother,NORTHCO\n"}, "lead_providers.csv:3:name NAME_REPEATED"),
    "REF-4.12 NAME_REPEATED body": ({"appropriate_bodies": BODIES + "ab,Name,national,,,,,,\ncd,NAME,national,,,,,,\n"}, "appropriate_bodies.csv:3:name NAME_REPEATED"),
    "REF-4.10 UNKNOWN_REFERENCE partner": ({"pairings": "lead_provider,delivery_partner,year\nnorth,grain-hubb,2025\n"}, "pairings.csv:2:delivery_partner UNKNOWN_REFERENCE"),
    "REF-4.10 UNKNOWN_REFERENCE no contract": ({"pairings": "lead_provider,delivery_partner,year\nnorth,grain-hub,2024\n"}, "pairings.csv:2:year UNKNOWN_REFERENCE"),
    "REF-4.10 UNKNOWN_REFERENCE provider": ({"lead_provider_contracts": "lead_provider,year\nnorth,2025\nsouth,2025\n"}, "lead_provider_contracts.csv:3:lead_provider UNKNOWN_REFERENCE"),
    "REF-4.10 UNKNOWN_REFERENCE year of a contract": (
        {"lead_provider_contracts": "lead_provider,year\nnorth,2025\nnorth,2030\n"},
        "lead_provider_contracts.csv:3:year UNKNOWN_REFERENCE",
    ),
    "REF-4.10 UNKNOWN_REFERENCE provider of a pairing": (
        {"pairings": "lead_provider,delivery_partner,year\nsouth,grain-hub,2025\n"},
        "pairings.csv:2:lead_provider UNKNOWN_REFERENCE",
    ),
    "REF-4.10 UNKNOWN_REFERENCE year of a pairing": (
        {"pairings": "lead_provider,delivery_partner,year\nnorth,grain-hub,2030\n"},
        "pairings.csv:2:year UNKNOWN_REFERENCE no academic year",
    ),
    "REF-4.16 UNKNOWN_REFERENCE year": (
        {"school_uplifts": "urn,year,pupil_premium,sparsity\n100001,2030,yes,no\n"},
        "school_uplifts.csv:2:year UNKNOWN_REFERENCE",
    ),
    "UNKNOWN_REFERENCE year": ({"schedules": WHOLE["schedules.csv"] + "2030,ecf-standard-april\n"}, "schedules.csv:4:year UNKNOWN_REFERENCE"),
    "REF-4.5 DATES_REVERSED": ({"contract_periods": PERIODS.replace("2026-05-31", "2025-06-01")}, "contract_periods.csv:3:finished_on DATES_REVERSED"),
    "REF-4.5 PERIOD_OVERLAP": ({"contract_periods": PERIODS.replace("2025-05-31", "2025-06-01")}, "contract_periods.csv:3:started_on PERIOD_OVERLAP"),
    "REF-4.5 PERIOD_GAP": ({"contract_periods": PERIODS.replace("2025-05-31", "2025-05-30")}, "contract_periods.csv:3:started_on PERIOD_GAP"),
    "REF-4.5 YEAR_MISMATCH": ({"contract_periods": PERIODS.replace("2024-06-01,2025", "2023-06-01,2025")}, "contract_periods.csv:2:started_on YEAR_MISMATCH"),
    "REF-4.5 SUCCESSOR_MISSING": ({"contract_periods": PERIODS.replace(",2025,ecf", ",,ecf")}, "contract_periods.csv:2:successor_year SUCCESSOR_MISSING"),
    "REF-4.5 SUCCESSOR_MISSING schedule": ({"contract_periods": PERIODS.replace("ecf-extended-september", "")}, "contract_periods.csv:2:successor_schedule_identifier SUCCESSOR_MISSING"),
    "REF-4.5 SUCCESSOR_LOOP": ({"contract_periods": PERIODS.replace(",2025,ecf", ",2024,ecf")}, "contract_periods.csv:2:successor_year SUCCESSOR_LOOP"),
    "REF-4.5 SUCCESSOR_LOOP of two": (
        {"contract_periods": PERIODS.replace("2025-06-01,,,,yes", "2025-06-01,,2024,,yes")},
        "contract_periods.csv:3:successor_year SUCCESSOR_LOOP",
    ),
    "REF-4.5 UNKNOWN_REFERENCE successor": (
        {"contract_periods": PERIODS.replace(",2025,ecf", ",2030,ecf")},
        "contract_periods.csv:2:successor_year UNKNOWN_REFERENCE",
    ),
    "REF-4.5 PERIOD_GAP allowed after another year": (
        {"contract_periods": PERIODS.replace("2025-05-31", "2025-05-30").replace("yes,no,\n", "yes,no,yes\n")},
        "contract_periods.csv:3:started_on PERIOD_GAP",
    ),
    "REF-4.5 SCHEDULE_UNKNOWN": ({"contract_periods": PERIODS.replace("ecf-extended-september", "ecf-reduced-april")}, "contract_periods.csv:2:successor_schedule_identifier SCHEDULE_UNKNOWN"),
    "REF-4.8 SCHEDULE_UNKNOWN": ({"schedules": WHOLE["schedules.csv"] + "2025,ecf-standard-may\n"}, "schedules.csv:4:identifier SCHEDULE_UNKNOWN"),
    "REF-4.7 DATES_REVERSED": ({"registration_closures": "key,starts_on,ends_on,message\nab,2025-04-02,2025-04-01,x\n"}, "registration_closures.csv:2:ends_on DATES_REVERSED"),
    "REF-4.7 CLOSURE_OVERLAP": (
        {"registration_closures": "key,starts_on,ends_on,message\nab,2025-04-01,2025-04-05,x\ncd,2025-04-05,2025-04-09,x\n"},
        "registration_closures.csv:3:starts_on CLOSURE_OVERLAP",
    ),
    "REF-4.9 MILESTONE_ORDER": (
        {"milestones": WHOLE["milestones.csv"] + "2025,ecf-standard-september,completed,2025-07-01,\n"},
        "milestones.csv:4:opens_on MILESTONE_ORDER",
    ),
    "REF-4.9 MILESTONE_ORDER before June": ({"milestones": MILESTONES + "2025,ecf-standard-september,started,2025-05-31,\n"}, "milestones.csv:2:opens_on MILESTONE_ORDER"),
    "REF-4.9 MILESTONE_ORDER extended before retained": (
        {"milestones": MILESTONES + EXTENDED + "retained-4,2025-08-01,\n" + EXTENDED + "extended-1,2025-07-01,\n"},
        "milestones.csv:3:opens_on MILESTONE_ORDER",
    ),
    "REF-4.9 MILESTONE_ORDER completed before extended": (
        {"milestones": MILESTONES + EXTENDED + "completed,2025-07-01,\n" + EXTENDED + "extended-3,2025-08-01,\n"},
        "milestones.csv:2:opens_on MILESTONE_ORDER",
    ),
    "REF-4.9 UNKNOWN_REFERENCE year": (
        {"milestones": MILESTONES + "2030,ecf-standard-september,started,2030-06-01,\n"},
        "milestones.csv:2:year UNKNOWN_REFERENCE",
    ),
    "REF-4.9 DATES_REVERSED": ({"milestones": MILESTONES + "2025,ecf-standard-september,started,2025-06-01,2025-06-01\n"}, "milestones.csv:2:closes_on DATES_REVERSED"),
    "REF-4.9 KEY_REPEATED": (
        {"milestones": WHOLE["milestones.csv"] + "2025,ecf-standard-september,started,2025-06-01,\n"},
        "milestones.csv:4:year KEY_REPEATED",
    ),
    "REF-4.9 UNKNOWN_REFERENCE": ({"milestones": MILESTONES + "2025,ecf-reduced-april,started,2025-06-01,\n"}, "milestones.csv:2:schedule UNKNOWN_REFERENCE"),
    "REF-4.8 DECLARATION_NOT_ALLOWED": ({"milestones": MILESTONES + "2025,ecf-standard-september,extended-1,2025-06-01,\n"}, "milestones.csv:2:declaration DECLARATION_NOT_ALLOWED"),
    "REF-4.12 SCHOOL_KINDS_NOT_ALLOWED authority": ({"appropriate_bodies": BODIES + "ab,A,local_authority,other,,,,,\n"}, "appropriate_bodies.csv:2:allowed_school_kinds SCHOOL_KINDS_NOT_ALLOWED"),
    "REF-4.12 SCHOOL_KINDS_NOT_ALLOWED hub": ({"appropriate_bodies": BODIES + "ab,A,teaching_school_hub,other,,,,,\n"}, "appropriate_bodies.csv:2:allowed_school_kinds SCHOOL_KINDS_NOT_ALLOWED"),
    "REF-4.12 DATES_REVERSED": ({"appropriate_bodies": BODIES + "ab,A,national,,2025-02-01,2025-01-31,,,\n"}, "appropriate_bodies.csv:2:active_to DATES_REVERSED"),
}  # fmt: skip
ELSEWHERE = {"IN_USE", "NOTHING_THERE", "NOT_THE_SAME", "NOT_USED", "NO_ROWS", "OUTCOME_STORED", "TRN_UNKNOWN"}
"""Need stored rows or another command: test_prune, test_export, test_induction_records, test_migrated."""
KINDS_OF_ROW = (
    "contract_period",
    "schedule",
    "lead_provider",
    "delivery_partner",
    "appropriate_body",
    "register_run",
    "event",
)


async def stored_rows() -> list[int]:
    return [(await fetch(f"SELECT count(*) AS n FROM {table}"))[0]["n"] for table in KINDS_OF_ROW]


@pytest.mark.rule("REF-1.6")
@pytest.mark.rule("REF-4.3")
@pytest.mark.parametrize(("changed", "expected"), FAULTS.values(), ids=FAULTS)
async def test_a_fault_is_named_with_its_place_and_nothing_is_written(
    database: None, tmp_path: Path, changed: dict[str, str | bytes | None], expected: str
) -> None:
    report = await load_set(write_set(tmp_path, **changed), dry_run=False, actor=SYSTEM)
    found = [str(finding) for finding in report.findings.errors]
    assert [line for line in found if line.startswith(f"{expected} ")], found
    assert (report.state, report.exit_code) == ("invalid", 1)
    assert await stored_rows() == [0] * len(KINDS_OF_ROW)


@pytest.mark.rule("REF-4.5", "REF-4.7", "REF-4.8", "REF-4.9", "REF-4.10", "REF-4.12")
async def test_what_lies_just_within_the_rules_is_no_fault(database: None, tmp_path: Path) -> None:
    one_day = "key,starts_on,ends_on,message\nab,2025-04-01,2025-04-01,x\ncd,2025-04-02,2025-04-02,x\n"
    bodies = (
        f"ab,Alder,teaching_school_hub,{HUB},2025-01-31,2025-01-31,North,A,,\n"
        f"cd,Birch,teaching_school_hub,{HUB},,,South,A,,\n"
        "ef,Cedar,national,independent,,,North,A,,\n"
        "gh,Damson,local_authority,,,,North,A,,\n"
    )
    opens = "".join(f"{EXTENDED}{name},2025-06-01,2025-06-02\n" for name in ("started", "extended-1", "completed"))
    report = await check_set(
        write_set(
            tmp_path,
            registration_closures=one_day,
            appropriate_bodies=BODIES.replace("active_to,", "active_to,region,") + bodies,
            milestones=MILESTONES + opens,
            lead_providers="key,name\nnorth,North-Co\nother,North Co\n",
            delivery_partners=f"key,name\ngrain-hub,{'x' * 120}\n",
        )
    )
    assert (report.findings.errors, report.findings.warnings) == ([], [])


@pytest.mark.rule("REF-4.3", "REF-4.7", "REF-4.9", "REF-4.10")
async def test_what_is_wrong_beside_stored_rows_is_said_of_the_row_given(database: None, tmp_path: Path) -> None:
    assert not (await load_set(write_set(tmp_path / "whole"), dry_run=False, actor=SYSTEM)).findings.errors
    later = write_only(
        tmp_path / "later",
        lead_providers="key,name\nother,NORTH Training\n",
        registration_closures="key,starts_on,ends_on,message\neaster,2025-03-20,2025-04-01,x\n",
        milestones=MILESTONES + "2025,ecf-standard-september,started,2026-01-02,\n",
        contract_periods=HEADER + "\n2026,2026-05-31,2027-05-31,,,,,yes,no,\n",
    )
    assert [str(finding).split(" ")[:2] for finding in (await check_set(later)).findings.errors] == [
        ["contract_periods.csv:2:started_on", "PERIOD_OVERLAP"],
        ["registration_closures.csv:2:starts_on", "CLOSURE_OVERLAP"],
        ["milestones.csv:2:opens_on", "MILESTONE_ORDER"],
        ["lead_providers.csv:2:name", "NAME_REPEATED"],
    ]


def test_every_code_of_the_specification_has_its_test() -> None:
    spec = (ROOT / "docs" / "spec" / "reference-data.md").read_text(encoding="utf-8")
    table = spec[spec.index("Error codes") : spec.index("Example: `pairings.csv")]
    codes = set(re.findall(r"`([A-Z_]+)`", table))
    proved = {word for name in (*FAULTS, *INDUCTION_FAULTS) for word in name.split()}
    assert codes - proved == ELSEWHERE


@pytest.mark.rule("REF-1.6")
async def test_every_error_of_every_file_is_listed(database: None, tmp_path: Path) -> None:
    bad = write_set(
        tmp_path,
        delivery_partners="key,name\ngrain-hub,\nBAD,\n",
        schedules="year,identifier\n2025,ecf-extended-september\nsoon,ecf-standard-september\n2025,ecf-x\n",
        milestones=None,
    )
    report = await check_set(bad)
    assert [str(finding).split(" ")[:2] for finding in report.findings.errors] == [
        ["schedules.csv:3:year", "NOT_A_YEAR"],
        ["schedules.csv:4:identifier", "SCHEDULE_UNKNOWN"],
        ["delivery_partners.csv:2:name", "REQUIRED"],
        ["delivery_partners.csv:3:key", "NOT_A_KEY"],
        ["delivery_partners.csv:3:name", "REQUIRED"],
    ]


@pytest.mark.rule("REF-1.6")
async def test_what_points_to_a_file_that_cannot_be_read_is_not_blamed(database: None, tmp_path: Path) -> None:
    report = await check_set(write_set(tmp_path, delivery_partners="key,nam\n", schedules=b"\xff\xfe"))
    assert {(finding.file, finding.code) for finding in report.findings.errors} == {
        ("delivery_partners.csv", "HEADER_UNKNOWN"),
        ("delivery_partners.csv", "HEADER_MISSING"),
        ("schedules.csv", "FILE_ENCODING"),
    }


@pytest.mark.rule("REF-1.6")
async def test_a_wrong_reference_names_what_may_have_been_meant(database: None, tmp_path: Path) -> None:
    pairings = "lead_provider,delivery_partner,year\nnorth,grain-hubb,2025\n"
    report = await check_set(write_set(tmp_path, pairings=pairings))
    assert [str(finding) for finding in report.findings.errors] == [
        'pairings.csv:2:delivery_partner UNKNOWN_REFERENCE no delivery partner has this key; did you mean "grain-hub"? [grain-hubb]'
    ]


NEAR = {
    "a provider": ({"lead_provider_contracts": "lead_provider,year\nnorht,2025\n"}, '"north"'),
    "a year": ({"schedules": WHOLE["schedules.csv"] + "2052,ecf-standard-april\n"}, '"2025"'),
    "a schedule of the year": ({"milestones": MILESTONES + "2025,ecf-reduced-september,started,2025-06-01,\n"}, '"ecf-extended-september"'),
    "a year with a contract": ({"pairings": "lead_provider,delivery_partner,year\nnorth,grain-hub,2024\n"}, '"2025"'),
    "a column": ({"delivery_partners": "key,naem\n"}, '"name"'),
    "a file": ({"delivery_partner": "key,name\n"}, '"delivery_partners.csv"'),
    "a schedule": ({"schedules": WHOLE["schedules.csv"] + "2025,ecf-standard-septmber\n"}, '"ecf-standard-september"'),
    "a kind of school": ({"appropriate_bodies": BODIES + "ab,A,national,independant,,,,,\n"}, '"independent"'),
}  # fmt: skip


@pytest.mark.rule("REF-1.6")
@pytest.mark.parametrize(("changed", "meant"), NEAR.values(), ids=NEAR)
async def test_what_may_have_been_meant_is_named_wherever_there_is_a_list(
    database: None, tmp_path: Path, changed: dict[str, str | bytes | None], meant: str
) -> None:
    report = await check_set(write_set(tmp_path, **changed))
    assert meant in report.in_full().partition("did you mean ")[2]


@pytest.mark.rule("REF-1.6")
async def test_an_email_address_is_masked(database: None, tmp_path: Path) -> None:
    providers = "key,name,notification_emails\nnorth,N,secret.person at north.example\n"
    report = await check_set(write_set(tmp_path, lead_providers=providers))
    assert "secret.person" not in report.in_full()
    assert "[s***.example]" in report.in_full()


@pytest.mark.rule("REF-1.6")
async def test_lines_are_physical_lines(database: None, tmp_path: Path) -> None:
    partners = 'key,name\r\n# a remark\r\n\r\nab,"Two\r\nlines"\r\ngrain-hub,\r\n'
    report = await check_set(write_set(tmp_path, delivery_partners=partners))
    assert [finding.line for finding in report.findings.errors] == [6]


@pytest.mark.rule("REF-1.2")
@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 not a zip"], ids=["absent", "empty", "damaged zip"])
async def test_a_path_that_cannot_be_read_is_wrong_use(database: None, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "set.zip"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FileUnreadable):
        await load_set(path, dry_run=False, actor=SYSTEM)
