"""`--prune`: what a file leaves out goes, unless something needs it (REF-4.3)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from app import clock
from app.db.engine import fetch
from app.refdata.load import check_set, load_set
from app.terms import SYSTEM
from tests import factories as make
from tests.refdata.files import WHOLE, write_only, write_set

if TYPE_CHECKING:
    from pathlib import Path

    from app.refdata.report import Report

TODAY = date(2025, 10, 1)
CONTRACTS, PAIRINGS = "lead_provider,year\n", "lead_provider,delivery_partner,year\n"
BODIES = WHOLE["appropriate_bodies.csv"].split("\n")[0] + "\n"
HUB = "teaching_school_hub,state_funded;independent;british_school_overseas;other"


async def load(folder: Path, *, prune: bool = True, dry_run: bool = False) -> Report:
    with clock.at(clock.at_noon(TODAY)):
        return await load_set(folder, dry_run=dry_run, actor=SYSTEM, prune=prune)


async def pairings() -> list[tuple[int, int]]:
    (row,) = await fetch(
        "SELECT (SELECT count(*) FROM lead_provider_contract) AS contracts, (SELECT count(*) FROM provider_pairing) AS n"
    )
    return [(row["contracts"], row["n"])]


async def kinds() -> list[str]:
    rows = await fetch("SELECT kind FROM event WHERE kind LIKE '%removed' OR kind = 'appropriate_body_updated'")
    return sorted(row["kind"] for row in rows)


@pytest.mark.rule("REF-4.3")
@pytest.mark.rule("REF-1.4")
async def test_contracts_and_pairings_left_out_go_and_nothing_happens_again(database: None, tmp_path: Path) -> None:
    await load(write_set(tmp_path / "whole"))
    fewer = write_only(tmp_path / "fewer", lead_provider_contracts=CONTRACTS, pairings=PAIRINGS)
    kept = await load(fewer, prune=False)
    assert (kept.state, await pairings()) == ("done", [(1, 1)])
    rehearsed = await load(fewer, dry_run=True)
    assert await pairings() == [(1, 1)]
    report = await load(fewer)
    assert report.changes == rehearsed.changes
    assert report.changes == ["removed pairings north, grain-hub, 2025", "removed lead_provider_contracts north, 2025"]
    assert (report.counts["pairings_removed"], await pairings()) == (1, [(0, 0)])
    assert await kinds() == ["lead_provider_contract_removed", "provider_pairing_removed"]
    assert (await load(fewer)).changes == []
    assert await kinds() == ["lead_provider_contract_removed", "provider_pairing_removed"]


@pytest.mark.rule("REF-4.3")
async def test_files_that_are_not_there_and_other_kinds_lose_nothing(database: None, tmp_path: Path) -> None:
    await load(write_set(tmp_path / "whole"))
    await load(write_only(tmp_path / "empty", lead_providers="key,name\n", delivery_partners="key,name\n"))
    assert await pairings() == [(1, 1)]
    assert len(await fetch("SELECT FROM lead_provider UNION ALL SELECT FROM delivery_partner")) == 2


@pytest.mark.rule("REF-4.3")
async def test_what_is_in_use_stays_and_the_error_says_why(database: None, tmp_path: Path) -> None:
    await make.contract_periods()
    school = await make.school()
    north = await make.lead_provider("North")
    partnership = await make.partnership(school, north, await make.delivery_partner("Grain"))
    await make.training(await make.ect(school), north, partnership)
    bad = write_only(tmp_path / "bad", lead_provider_contracts=CONTRACTS, pairings=PAIRINGS)
    report = await load(bad)
    assert (report.state, report.exit_code) == ("invalid", 1)
    assert [str(finding) for finding in report.findings.errors] == [
        "pairings.csv:0:- IN_USE the file leaves it out, but it is in use: 1 partnership [north, grain, 2025]",
        (
            "lead_provider_contracts.csv:0:- IN_USE the file leaves it out, but it is in use: 1 pairing and"
            " 1 training period [north, 2025]"
        ),
    ]
    assert await pairings() == [(1, 1)]


@pytest.mark.rule("REF-4.3", "REF-4.10")
async def test_a_pairing_of_a_contract_that_goes_leads_nowhere(database: None, tmp_path: Path) -> None:
    await load(write_set(tmp_path / "whole"))
    report = await load(
        write_only(tmp_path / "odd", lead_provider_contracts=CONTRACTS, pairings=PAIRINGS + "north,grain-hub,2025\n")
    )
    assert [str(finding).split(" ")[:2] for finding in report.findings.errors] == [
        ["pairings.csv:2:year", "UNKNOWN_REFERENCE"]
    ]


@pytest.mark.rule("REF-4.3")
async def test_bodies_left_out_end_yesterday_once(database: None, tmp_path: Path) -> None:
    bodies = f"alder,Alder,{HUB},,,North,A,\nbirch,Birch,{HUB},2026-01-01,,North,B,\ncedar,Cedar,{HUB},,2025-01-31,,,\n"
    bodies += f"damson,Damson,{HUB},,{TODAY},,,\n"
    await load(write_set(tmp_path / "whole", appropriate_bodies=BODIES + bodies))
    empty = write_only(tmp_path / "none", appropriate_bodies=BODIES)
    await load(empty)
    assert (await load(empty)).changes == []
    stored = await fetch("SELECT key, active_from, active_to FROM appropriate_body ORDER BY key")
    yesterday = date(2025, 9, 30)
    assert [tuple(row) for row in stored] == [
        ("alder", None, yesterday),
        ("birch", yesterday, yesterday),
        ("cedar", None, date(2025, 1, 31)),
        ("damson", None, yesterday),
    ]
    assert await kinds() == ["appropriate_body_updated"] * 3


@pytest.mark.rule("REF-4.3")
async def test_a_file_of_a_header_alone_is_warned_of_before_everything_goes(database: None, tmp_path: Path) -> None:
    bodies = f"alder,Alder,{HUB},,,North,A,\nbirch,Birch,{HUB},,,North,B,\ncedar,Cedar,{HUB},,2025-09-30,,,\n"
    await load(write_set(tmp_path / "whole", appropriate_bodies=BODIES + bodies))
    empty = write_only(
        tmp_path / "none", appropriate_bodies=BODIES, lead_provider_contracts=CONTRACTS, pairings=PAIRINGS
    )
    with clock.at(clock.at_noon(TODAY)):
        checked = await check_set(empty)
    rehearsed = await load(empty, dry_run=True)
    assert [str(found) for found in checked.findings.warnings] == [
        f"{file}.csv:0:- NO_ROWS the file has no rows: with --prune, all that is stored is {what}"
        for file, what in (
            ("lead_provider_contracts", "taken away (1 contract)"),
            ("pairings", "taken away (1 pairing)"),
            ("appropriate_bodies", "ended (2 appropriate bodies)"),
        )
    ]
    assert (await load(empty, prune=False)).findings.warnings == []
    assert [rehearsed.findings.warnings, (await load(empty)).findings.warnings] == [checked.findings.warnings] * 2
    assert (await load(empty)).findings.warnings == []
    some = write_only(tmp_path / "some", appropriate_bodies=BODIES + f"alder,Alder,{HUB},,,North,A,\n")
    assert (await load(some)).findings.warnings == []
