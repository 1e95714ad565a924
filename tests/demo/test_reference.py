"""Providers, partners and pairings of the demo, and the set they make (REF-6.4, REF-4.15)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from app import clock
from app.access.api_tokens import Scope, caller_of
from app.db.engine import fetch
from app.demo.reference import LEAD_PROVIDERS
from app.demo.tokens import token_of
from app.refdata.export import export_set
from app.refdata.load import load_set
from app.settings import settings
from app.terms import SYSTEM

if TYPE_CHECKING:
    from pathlib import Path

    from app.demo.calendar import Days

EVERY_YEAR = {"Northstar Training", "Brightpath Learning", "Keystone Teacher Development"}
PARTNERS = {"Grain Hub", "Rivermouth Alliance", "Copperfield Partnership", "Willow Learning Trust"}


@pytest.mark.rule("REF-6.3")
async def test_which_years_are_frozen_and_which_is_not_open_yet(demo_data: Days) -> None:
    rows = await fetch("SELECT * FROM contract_period ORDER BY year")
    now, today = demo_data.year, demo_data.as_of
    assert [row["year"] for row in rows] == list(range(now - 5, now + 2))
    frozen = {row["year"]: row["successor_year"] for row in rows if row["payments_frozen_on"]}
    assert frozen == {now - 5: now - 2, now - 4: now - 2}
    assert all(row["payments_frozen_on"] <= today for row in rows if row["payments_frozen_on"])
    assert [row["year"] for row in rows if row["registration_opens_on"] is None] == [now + 1]
    assert all(row["registration_opens_on"] <= today for row in rows if row["year"] <= now)


@pytest.mark.rule("REF-6.5")
async def test_which_bodies_there_are_and_when(demo_data: Days) -> None:
    assert demo_data.as_of == date(2026, 10, 6)
    rows = await fetch("SELECT * FROM appropriate_body ORDER BY key")
    hubs = [row for row in rows if row["type"] == "teaching_school_hub"]
    assert (len(hubs), [row["name"] for row in hubs if not row["districts"]]) == (8, [])
    assert [row["active_to"] for row in hubs if row["active_to"]] == [date(2026, 8, 31)]
    assert [row["active_from"] for row in hubs if row["active_from"]] == [date(2027, 9, 1)]
    national = [row["allowed_school_kinds"] for row in rows if row["type"] == "national"]
    assert sorted(national) == [["british_school_overseas"], ["independent"]]
    (authority,) = [row for row in rows if row["type"] == "local_authority"]
    assert (authority["allowed_school_kinds"], authority["active_to"] < demo_data.as_of) == ([], True)


@pytest.mark.rule("REF-6.4")
async def test_who_is_contracted_in_which_year(demo_data: Days) -> None:
    rows = await fetch(
        """SELECT p.name, array_agg(c.contract_period_year ORDER BY c.contract_period_year) AS years
        FROM lead_provider p JOIN lead_provider_contract c ON c.lead_provider_id = p.id GROUP BY 1"""
    )
    years = {row["name"]: row["years"] for row in rows}
    everyone, now = list(demo_data.years), demo_data.year
    assert {name for name, listed in years.items() if listed == everyone} == EVERY_YEAR
    assert years["Meridian Education"] == list(range(now - 5, now))
    assert years["Summit Professional"] == [now, now + 1]
    assert len(years) == 5


@pytest.mark.rule("REF-6.4")
async def test_pairings_that_end_change_and_begin(demo_data: Days) -> None:
    rows = await fetch(
        """SELECT p.name AS provider, d.name AS partner, array_agg(x.contract_period_year) AS years
        FROM provider_pairing x JOIN lead_provider p ON p.id = x.lead_provider_id
        JOIN delivery_partner d ON d.id = x.delivery_partner_id GROUP BY 1, 2"""
    )
    now = demo_data.year
    pairs = {(row["provider"], row["partner"]): row["years"] for row in rows}
    assert {partner for _, partner in pairs} == PARTNERS
    ended = {pair for pair, years in pairs.items() if max(years) == now - 1}
    begun = {pair for pair, years in pairs.items() if min(years) == now}
    assert ("Keystone Teacher Development", "Willow Learning Trust") in ended
    changed = {provider for provider, _ in ended} & {provider for provider, _ in begun}
    assert changed == {"Brightpath Learning"}
    assert ("Summit Professional", "Willow Learning Trust") in begun


@pytest.mark.rule("REF-6.4")
@pytest.mark.parametrize("key", LEAD_PROVIDERS)
async def test_each_provider_has_a_token_that_works(demo_data: Days, key: str) -> None:
    del demo_data
    called = await caller_of(token_of(key), clock.machine_now(), settings())
    assert called
    assert (called.lead_provider, called.scope) == (LEAD_PROVIDERS[key], Scope.READ_AND_WRITE)


@pytest.mark.rule("REF-4.15")
async def test_the_demo_set_loads_back_unchanged(demo_data: Days, tmp_path: Path) -> None:
    with clock.at(clock.at_noon(demo_data.as_of)):
        exported = await export_set(tmp_path / "demo.zip")
        assert exported.state == "done", exported.on_screen()
        report = await load_set(tmp_path / "demo.zip", dry_run=False, actor=SYSTEM, prune=True)
    assert (report.state, report.changes) == ("done", [])
