"""`register refdata export`: what is stored, as a set that loads back unchanged (REF-4.15)."""

from __future__ import annotations

import zipfile
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from app import clock
from app.db.engine import fetch
from app.refdata.export import export_set
from app.refdata.findings import FileUnreadable
from app.refdata.load import check_set, load_set
from app.terms import SYSTEM
from tests import factories as make
from tests.refdata.files import NATIONAL, PERIODS, WHOLE, write_set

if TYPE_CHECKING:
    from pathlib import Path

TABLES = (
    *("contract_period", "registration_closure", "schedule", "milestone", "lead_provider", "lead_provider_contract"),
    *("delivery_partner", "provider_pairing", "school_uplift", "appropriate_body"),
)
UPLIFTS = "urn,year,pupil_premium,sparsity\n100001,2025,yes,no\n"


async def stored() -> dict[str, list[Any]]:
    return {table: await fetch(f"SELECT * FROM {table} ORDER BY 1, 2") for table in TABLES}


async def load(path: Path) -> Any:
    report = await load_set(path, dry_run=False, actor=SYSTEM)
    assert report.state == "done", report.on_screen()
    return report


@pytest.mark.rule("REF-4.15")
@pytest.mark.parametrize("name", ["exported", "exported.zip"])
async def test_an_export_loads_back_without_a_change(database: None, tmp_path: Path, name: str) -> None:
    school = await make.school("100001")
    gap = PERIODS.replace("2025-05-31", "2025-05-30").replace("no,yes,\n", "no,yes,yes\n")
    partners = 'key,name\ngrain-hub,"Grain, ""Hub"" & Söhne"\n'
    await load(write_set(tmp_path / "set", contract_periods=gap, delivery_partners=partners, school_uplifts=UPLIFTS))
    await make.school("100099", alias_of_school_id=school.id)
    before = await stored()
    report = await export_set(tmp_path / name)
    assert (report.state, report.counts["school_uplifts"], report.counts["milestones"]) == ("done", 1, 2)
    assert (await load(tmp_path / name)).changes == []
    assert await stored() == before
    with clock.at(clock.at_noon(date(2026, 1, 5))):
        pruned = await load_set(tmp_path / name, dry_run=False, actor=SYSTEM, prune=True)
    assert pruned.changes == []


@pytest.mark.rule("REF-4.15")
async def test_the_export_of_an_empty_database_is_a_set(database: None, tmp_path: Path) -> None:
    await export_set(tmp_path / "new")
    assert (await check_set(tmp_path / "new")).exit_code == 0
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == sorted([*WHOLE, "school_uplifts.csv"])


@pytest.mark.rule("REF-4.15")
async def test_the_national_set_comes_out_as_it_went_in(database: None, tmp_path: Path) -> None:
    await load(NATIONAL)
    await export_set(tmp_path / "national.zip")
    with zipfile.ZipFile(tmp_path / "national.zip") as archive:
        out = archive.read("milestones.csv").decode().split()
    there = (NATIONAL / "milestones.csv").read_text(encoding="utf-8").split()
    assert set(out) == {line for line in there if not line.startswith("#")}


@pytest.mark.rule("REF-4.15")
async def test_what_would_not_load_back_is_named_and_nothing_is_written(database: None, tmp_path: Path) -> None:
    await make.delivery_partner("Two  spaces")
    report = await export_set(tmp_path / "new")
    assert (report.state, report.exit_code) == ("invalid", 1)
    assert [str(finding).split(" ")[:2] for finding in report.findings.errors] == [
        ["delivery_partners.csv:2:key", "NOT_THE_SAME"]
    ]
    assert not (tmp_path / "new").exists()


@pytest.mark.rule("REF-4.15")
async def test_nothing_is_written_over(database: None, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "old.zip").write_bytes(b"mine")
    (tmp_path / "folder.zip").mkdir()
    for name in ("full", "old.zip", "folder.zip"):
        with pytest.raises(FileUnreadable, match="there already"):
            await export_set(tmp_path / name)
    assert (tmp_path / "old.zip").read_bytes() == b"mine"
