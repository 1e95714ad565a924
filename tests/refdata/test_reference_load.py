"""A reference-data set loaded whole: what is stored, told and left alone."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.db.engine import fetch
from app.events.verify import verify
from app.refdata.findings import Findings
from app.refdata.load import check_set, load_set
from app.refdata.records import DATA_SET, FORMATS, Format
from app.refdata.sheets import read_sheet
from app.terms import SYSTEM
from tests import factories as make
from tests.refdata.files import PERIODS, WHOLE, write_only, write_set

if TYPE_CHECKING:
    from pathlib import Path

    from app.refdata.report import Report


async def load(folder: Path) -> Report:
    report = await load_set(folder, dry_run=False, actor=SYSTEM)
    assert report.state == "done", report.on_screen()
    return report


async def kinds() -> list[str]:
    return [row["kind"] for row in await fetch("SELECT kind FROM event ORDER BY id")]


@pytest.mark.rule("REF-4.1")
@pytest.mark.rule("REF-4.4")
async def test_a_set_is_stored_with_an_event_a_row(database: None, tmp_path: Path) -> None:
    report = await load(write_set(tmp_path))
    assert len(report.changes) == 12
    assert await kinds() == [
        *["contract_period_added"] * 2,
        "registration_closure_added",
        *["schedule_added"] * 2,
        *["milestone_added"] * 2,
        "lead_provider_created",
        "lead_provider_contract_added",
        "delivery_partner_created",
        "provider_pairing_added",
        "appropriate_body_created",
        "reference_data_loaded",
    ]
    assert await verify() == []
    (pairing,) = await fetch("SELECT e.metadata, e.lead_provider_id = l.id AND e.delivery_partner_id = d.id AS is_right"
        " FROM event e, lead_provider l, delivery_partner d WHERE e.kind = 'provider_pairing_added'")  # fmt: skip
    assert pairing["is_right"]
    assert json.loads(pairing["metadata"]) == {"what": "north, grain-hub, 2025", "data_set": "Test", "version": "1"}
    (run,) = await fetch("SELECT kind, state, source_name, source_version, rows_read FROM register_run")
    assert tuple(run) == ("reference_data", "done", "Test", "1", 12)


@pytest.mark.rule("REF-1.4")
async def test_the_same_set_again_changes_nothing_but_the_list_of_runs(database: None, tmp_path: Path) -> None:
    await load(write_set(tmp_path))
    before = await fetch("SELECT * FROM lead_provider"), await fetch("SELECT * FROM contract_period ORDER BY year")
    told = len(await kinds())
    report = await load(tmp_path)
    assert report.changes == []
    assert (await kinds())[told:] == ["reference_data_loaded"]
    after = await fetch("SELECT * FROM lead_provider"), await fetch("SELECT * FROM contract_period ORDER BY year")
    assert after == before


@pytest.mark.rule("REF-4.3")
async def test_a_later_set_updates_by_key_and_leaves_the_rest_alone(database: None, tmp_path: Path) -> None:
    await load(write_set(tmp_path / "first"))
    ids = await fetch("SELECT id, public_id FROM lead_provider")
    later = write_only(tmp_path / "later", lead_providers="key,name\nnorth,North Teaching\nsouth,South Training\n")
    report = await load(later)
    assert report.changes[1] == "changed lead_providers north: name North Training -> North Teaching"
    stored = await fetch("SELECT key, name, notification_emails FROM lead_provider ORDER BY key")
    assert [tuple(row) for row in stored] == [
        ("north", "North Teaching", ["a@north.example", "b@north.example"]),
        ("south", "South Training", []),
    ]
    assert (await fetch("SELECT id, public_id FROM lead_provider WHERE key = 'north'")) == ids
    (event,) = await fetch("SELECT changes FROM event WHERE kind = 'lead_provider_updated'")
    assert json.loads(event["changes"]) == {"name": {"old": "North Training", "new": "North Teaching"}}
    assert len(await fetch("SELECT 1 FROM delivery_partner")) == 1


@pytest.mark.rule("REF-4.3")
async def test_a_blank_cell_empties_a_stored_value(database: None, tmp_path: Path) -> None:
    await load(write_set(tmp_path / "first"))
    await load(write_only(tmp_path / "later", lead_providers="key,name,notification_emails\nnorth,North Training,\n"))
    assert [row["notification_emails"] for row in await fetch("SELECT notification_emails FROM lead_provider")] == [[]]


@pytest.mark.rule("REF-4.3")
async def test_names_and_days_may_change_places(database: None, tmp_path: Path) -> None:
    await load(write_set(tmp_path / "first", delivery_partners=WHOLE["delivery_partners.csv"] + "oat-hub,Oat Hub\n"))
    moved = PERIODS.replace("2025-05-31", "2025-06-30").replace("2025,2025-06-01", "2025,2025-07-01")
    later = write_only(
        tmp_path / "later", delivery_partners="key,name\ngrain-hub,Oat Hub\noat-hub,Grain Hub\n", contract_periods=moved
    )
    await load(later)
    stored = await fetch("SELECT key, name FROM delivery_partner ORDER BY key")
    assert [tuple(row) for row in stored] == [("grain-hub", "Oat Hub"), ("oat-hub", "Grain Hub")]
    days = await fetch("SELECT started_on, finished_on FROM contract_period ORDER BY year")
    assert [row["started_on"] for row in days] == [date(2024, 6, 1), date(2025, 7, 1)]


@pytest.mark.rule("REF-1.3")
async def test_a_dry_run_tells_what_a_real_run_then_does(database: None, tmp_path: Path) -> None:
    folder = write_set(tmp_path)
    dry = await load_set(folder, dry_run=True, actor=SYSTEM)
    assert dry.is_dry_run
    assert await kinds() == []
    assert await fetch("SELECT 1 FROM contract_period UNION ALL SELECT 1 FROM register_run") == []
    assert (await load(folder)).changes == dry.changes


@pytest.mark.rule("REF-4.1")
async def test_a_zip_file_is_as_good_as_a_folder(database: None, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for path in write_set(tmp_path / "set").iterdir():
            archive.write(path, f"set/{path.name}")
        archive.writestr("__MACOSX/set/._pairings.csv", b"\0")
    assert len((await load(tmp_path / "set.zip")).changes) == 12


@pytest.mark.rule("REF-4.1")
async def test_a_byte_order_mark_any_order_and_remarks_are_fine(database: None, tmp_path: Path) -> None:
    partners = "\ufeffname,key\r\n# a remark,\r\n,\r\n  Grain \t Hub ,grain-hub\r\n"
    await load(write_set(tmp_path, delivery_partners=partners))
    assert [tuple(row) for row in await fetch("SELECT key, name FROM delivery_partner")] == [("grain-hub", "Grain Hub")]


@pytest.mark.rule("REF-4.5")
async def test_a_gap_is_fine_when_allowed_and_when_it_is_stored(database: None, tmp_path: Path) -> None:
    gap = PERIODS.replace("2025-05-31", "2025-05-30").replace("no,yes,\n", "no,yes,yes\n")
    await load(write_set(tmp_path / "first", contract_periods=gap))
    next_year = PERIODS.split("\n")[0] + "\n2026,2026-06-01,2027-05-31,,,,,yes,no,\n"
    assert (await check_set(write_only(tmp_path / "later", contract_periods=next_year))).exit_code == 0


@pytest.mark.rule("REF-4.16")
async def test_uplifts_are_stored_and_unknown_schools_skipped(database: None, tmp_path: Path) -> None:
    await fetch(
        "INSERT INTO school (created_at, updated_at, urn, kind, name, type_code, type_name, status_code,"
        " local_authority_code, section_41_approved, search_name, version)"
        " VALUES (now(), now(), '100001', 'state_funded', 'A', 1, 'X', 1, '971', false, 'a', 1)"
    )
    uplifts = "urn,year,pupil_premium,sparsity\n0100001,2025,yes,no\n100002,2025,yes,yes\n"
    report = await load(write_set(tmp_path, school_uplifts=uplifts))
    assert [str(finding) for finding in report.findings.warnings] == [
        "school_uplifts.csv:3:urn UNKNOWN_REFERENCE no stored school has this URN; the row is skipped [100002]"
    ]
    assert [line for line in report.changes if "uplifts" in line] == ["new school_uplifts 100001, 2025"]
    stored = await fetch("SELECT contract_period_year, pupil_premium, sparsity FROM school_uplift")
    assert [tuple(row) for row in stored] == [(2025, True, False)]


@pytest.mark.rule("REF-4.16")
async def test_the_flags_of_an_old_number_are_those_of_the_school_that_has_it_now(
    database: None, tmp_path: Path
) -> None:
    school = await make.school("100001")
    await make.school("100099", alias_of_school_id=school.id)
    uplifts = "urn,year,pupil_premium,sparsity\n100099,2025,yes,no\n"
    report = await load(write_set(tmp_path, school_uplifts=uplifts))
    assert report.findings.warnings == []
    assert [row["school_id"] for row in await fetch("SELECT school_id FROM school_uplift")] == [school.id]
    assert (await load(tmp_path)).changes == []


@pytest.mark.rule("REF-4.11")
async def test_a_file_makes_no_partnership_stay_or_training(database: None, tmp_path: Path) -> None:
    await load(write_set(tmp_path / "whole"))
    stay = await make.ect(await make.school())
    await make.training(stay)
    tables = ("school_partnership", "ect_at_school_period", "mentor_at_school_period", "training_period", "teacher")
    before = {table: await fetch(f"SELECT * FROM {table}") for table in tables}
    uplifts = "urn,year,pupil_premium,sparsity\n100001,2025,yes,no\n"
    await load(write_set(tmp_path / "more", school_uplifts=uplifts, delivery_partners="key,name\ngrain-hub,Grain\n"))
    assert {table: await fetch(f"SELECT * FROM {table}") for table in tables} == before


@pytest.mark.rule("REF-4.12")
async def test_a_district_claimed_twice_is_a_warning(database: None, tmp_path: Path) -> None:
    first, hub = (
        WHOLE["appropriate_bodies.csv"],
        "teaching_school_hub,state_funded;independent;british_school_overseas;other",
    )
    report = await load(write_set(tmp_path, appropriate_bodies=f"{first}birch,Birch Hub,{hub},,,North,a,\n"))
    assert [(finding.line, finding.column) for finding in report.findings.warnings] == [(3, "districts")]


@pytest.mark.rule("REF-4.1")
@pytest.mark.parametrize("form", [DATA_SET, *FORMATS], ids=lambda form: form.file)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.text(alphabet=st.sampled_from('a1-,;"\n\r# \té\x07\ufffd'), max_size=80))
def test_no_text_raises(form: Format, body: str) -> None:
    header = ",".join(column.name for column in form.columns)
    findings = Findings()
    rows = read_sheet(form, f"{header}\n{body}", findings)
    assert rows is not None
    assert all(finding.line >= 2 for finding in findings.errors)
    read_sheet(form, body, findings)


@pytest.mark.rule("REF-4.1")
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.binary(max_size=60))
async def test_no_bytes_raise(database: None, tmp_path: Path, data: bytes) -> None:
    report = await check_set(write_set(tmp_path, delivery_partners=b"key,name\ngrain-hub,G\n" + data))
    assert report.exit_code in {0, 1}
