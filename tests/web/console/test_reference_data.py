"""The screens of reference data (ADM-10.1, ADM-10.2): what they save is what a file would load."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch
from app.refdata.change_records import ChangeRecords, change_records
from app.refdata.copy_schedules import CopySchedules, copy_schedules
from app.refdata.load import load_set
from app.terms import Actor, ActorKind, Refused
from app.values import Invalid
from tests import factories
from tests.cast import TODAY, cast
from tests.web.console.test_fixes import WHY, hidden
from tests.web.console.test_staff import submitted

if TYPE_CHECKING:
    from pathlib import Path

PATH = "/admin/reference-data"
OPERATOR = Actor(ActorKind.OPERATOR, "An operator")
FERN = {"key": "fern", "name": "Fern"}
FROZEN = {
    "year": "2025",
    "started_on": "2025-06-01",
    "finished_on": "2026-05-31",
    "mentor_funding_enabled": "yes",
    "payments_frozen_on": "2027-01-01",
}
PAIRED = {"lead_provider": "larch", "delivery_partner": "fern", "year": "2025"}
TODAY_AS_DATE = date.fromisoformat(TODAY[:10])


@pytest.fixture
async def dee(client: Any) -> Any:
    """Give Dee's browser, signed in with the role data."""
    client.client.headers["X-With-Server-Date"] = TODAY
    await client.sign_in_as_staff("data")
    return client


def day(name: str, value: str) -> dict[str, str]:
    year, month, number = value.split("-")
    return {f"{name}_day": number, f"{name}_month": month, f"{name}_year": year}


async def refused(browser: Any, path: str, **fields: Any) -> str:
    """Fill in the form of a page that is not taken, and return what the page says."""
    await browser.get(path)
    answer = await browser.post(path, {**hidden(browser), **WHY, **fields})
    assert answer.status_code == 422, browser.text()
    return browser.text()


async def happened() -> list[Any]:
    rows = await fetch("SELECT kind, sentence, changes, metadata FROM event WHERE kind !~ 'sign|staff' ORDER BY id")
    return [(row["kind"], row["sentence"], json.loads(row["changes"])) for row in rows]


@pytest.mark.rule("ADM-10.1", "ADM-10.2", "ADM-1.2", "ADM-1.3", "PRM-04")
async def test_rows_are_added_changed_and_kept_by_one_engine(dee: Any) -> None:
    await factories.contract_period(2025)
    await submitted(dee, f"{PATH}/lead-providers/new", key="larch", name="Larch", notification_emails="a@larch.example")
    assert "The name is taken" in await refused(dee, f"{PATH}/lead-providers/new", key="larch-2", name="LARCH ")
    await submitted(dee, f"{PATH}/contracts/new", lead_provider="larch", year="2025")
    await change_records(ChangeRecords({"delivery_partners": [FERN], "pairings": [PAIRED]}), OPERATOR, TODAY_AS_DATE)
    assert "in use by 1 pairing" in await refused(dee, f"{PATH}/contracts/larch.2025/remove")

    empty = await refused(dee, f"{PATH}/milestones/new")
    for said in ("Select the academic year", "Select the schedule", "Select the declaration", "Enter the first day"):
        assert said in empty

    path, closure = f"{PATH}/registration-closures/new", {"key": "spring", "message": "Back on {reopens_on}"}
    days = {**day("starts_on", "2026-04-01"), **day("ends_on", "2026-04-05")}
    await dee.get(path)
    await dee.post(path, {**hidden(dee), **WHY, **closure, **days})
    assert "The banner will say: Back on 6 April 2026" in dee.text()
    assert "0 unfinished registrations are at schools now" in dee.text()
    await dee.post(path, {**hidden(dee), "confirm": "yes"})
    await dee.get(f"{PATH}/registration-closures")
    assert "Back on 6 April 2026" in dee.text()

    period = f"{PATH}/contract-periods/2025/change"
    assert "its first day cannot change" in await refused(dee, period, **day("started_on", "2025-06-02"))
    await submitted(dee, period, **day("registration_opens_on", "2025-06-15"))
    await dee.get(f"{PATH}/contract-periods?q=2025")
    assert ("15 June 2025" in dee.text(), "1 row" in dee.text()) == (True, True)
    by_staff = "SELECT kind, metadata ->> 'note' AS note FROM event WHERE actor_kind = 'staff' AND kind ~ '^(l|c|reg)'"
    assert [(row["kind"], row["note"]) for row in await fetch(f"{by_staff} ORDER BY id")] == [
        ("lead_provider_created", WHY["note"]),
        ("lead_provider_contract_added", WHY["note"]),
        ("registration_closure_added", WHY["note"]),
        ("contract_period_updated", WHY["note"]),
    ]


@pytest.mark.rule("ADM-10.1", "REF-4.10")
async def test_what_is_changed_by_hand_keeps_to_the_rules_of_files(database: None) -> None:
    await factories.contract_period(2025)
    rows = {
        "lead_providers": [{"key": "larch", "name": "Larch"}],
        "lead_provider_contracts": [{"lead_provider": "larch", "year": "2025"}],
        "delivery_partners": [FERN],
        "pairings": [PAIRED],
    }
    await change_records(ChangeRecords(rows, new=True), OPERATOR, TODAY_AS_DATE)
    await change_records(ChangeRecords({"delivery_partners": [{**FERN, "name": "FERN"}]}), OPERATOR, TODAY_AS_DATE)
    await change_records(ChangeRecords(removed={"pairings": [("larch", "fern", 2025)]}), OPERATOR, TODAY_AS_DATE)
    await change_records(ChangeRecords(removed={"lead_provider_contracts": [("larch", 2025)]}), OPERATOR, TODAY_AS_DATE)
    closure = {"key": "spring", "starts_on": "2026-04-05", "ends_on": "2026-04-01", "message": "x"}
    for command, column in (
        (ChangeRecords({"delivery_partners": [FERN]}, new=True), "key"),
        (ChangeRecords({"delivery_partners": [{"key": "fern-2", "name": "f.e.r.n"}]}), "name"),
        (ChangeRecords({"pairings": [PAIRED]}), "year"),
        (ChangeRecords({"registration_closures": [closure]}), "ends_on"),
        (ChangeRecords({"contract_periods": [FROZEN]}), "successor_year"),
    ):
        with pytest.raises(Invalid) as invalid:
            await change_records(command, OPERATOR, TODAY_AS_DATE)
        assert column in invalid.value.errors
    assert [kind for kind, _, _ in await happened()][3:] == [
        *("provider_pairing_added", "delivery_partner_name_changed"),
        *("provider_pairing_removed", "lead_provider_contract_removed"),
    ]


@pytest.mark.rule("ADM-10.1", "REF-4.4")
async def test_a_screen_and_a_file_make_the_same_rows_and_events(database: None, tmp_path: Path) -> None:
    for name, text in {
        "dataset.csv": "name,version,source,published_on,format\nSet,1,here,2026-01-01,1\n",
        "contract_periods.csv": "year,started_on,finished_on,mentor_funding_enabled\n2026,2026-06-01,2027-05-31,yes\n",
        "schedules.csv": "year,identifier\n2026,ecf-standard-september\n",
        "milestones.csv": "year,schedule,declaration,opens_on,closes_on\n"
        "2026,ecf-standard-september,started,2026-09-01,2026-12-31\n",
    }.items():
        (tmp_path / name).write_text(text)
    await load_set(tmp_path, dry_run=False, actor=OPERATOR)
    loaded = [entry for entry in await happened() if entry[0] != "reference_data_loaded"]
    period = {"year": "2027", "started_on": "2027-06-01", "finished_on": "2028-05-31", "mentor_funding_enabled": "yes"}
    await change_records(ChangeRecords({"contract_periods": [period]}, new=True), OPERATOR, TODAY_AS_DATE)
    await change_records(
        ChangeRecords(
            {
                "schedules": [{"year": "2027", "identifier": "ecf-standard-september"}],
                "milestones": [
                    {
                        "year": "2027",
                        "schedule": "ecf-standard-september",
                        "declaration": "started",
                        "opens_on": "2027-09-01",
                        "closes_on": "2027-12-31",
                    }
                ],
            }
        ),
        OPERATOR,
        TODAY_AS_DATE,
    )
    by_hand = (await happened())[len(loaded) + 1 :]
    plain = json.dumps(loaded).replace("2027", "2028").replace("2026", "2027")
    assert json.dumps(by_hand) == plain


@pytest.mark.rule("ADM-10.1")
async def test_schedules_are_copied_and_go_only_while_nothing_needs_them(dee: Any) -> None:
    for year in (2025, 2026):
        await factories.contract_period(year)
    identifier = "ecf-standard-september"
    await fetch(
        "INSERT INTO milestone (created_at, updated_at, schedule_id, declaration, opens_on, closes_on)"
        " VALUES (now(), now(), $1, 'started', '2025-09-01', '2025-12-31')",
        await factories.schedule(2025, identifier),
    )
    await submitted(dee, f"{PATH}/schedules/copy", source="2025", target="2026")
    await dee.get(f"{PATH}/milestones/2026.{identifier}.started")
    assert "1 September 2026" in dee.text()
    with pytest.raises(Refused, match="nothing to copy"):
        await copy_schedules(CopySchedules(2025, 2026), OPERATOR, TODAY_AS_DATE)
    milestone, schedule = (2026, identifier, "started"), (2026, identifier)
    with pytest.raises(Refused, match="1 milestone"):
        await change_records(ChangeRecords(removed={"schedules": [schedule]}), OPERATOR, TODAY_AS_DATE)
    gone = {"milestones": [milestone]}
    await change_records(ChangeRecords(removed=gone), OPERATOR, TODAY_AS_DATE)
    await change_records(ChangeRecords(removed={"schedules": [schedule]}), OPERATOR, TODAY_AS_DATE)
    with pytest.raises(Refused, match="1 schedule"):
        await change_records(ChangeRecords(removed={"contract_periods": [(2025,)]}), OPERATOR, TODAY_AS_DATE)
    await submitted(dee, f"{PATH}/contract-periods/2026/remove")
    await dee.get(f"{PATH}/contract-periods")
    again = await dee.post(f"{PATH}/contract-periods/2026/remove", {"confirm": "yes"})
    await dee.get(again.headers["location"])
    assert "This was done already" in dee.text()
    kinds = [kind for kind, _, _ in await happened()][-3:]
    assert kinds == ["milestone_deleted", "schedule_deleted", "contract_period_removed"]


@pytest.mark.rule("ADM-10.1", "REF-4.16")
async def test_the_flags_of_a_school_are_shown_by_year(dee: Any) -> None:
    await factories.contract_period(2025)
    ash = await factories.school()
    await factories.insert(
        "school_uplift", school_id=ash.id, contract_period_year=2025, pupil_premium=True, sparsity=False
    )
    for urn, said in (("", "Never loaded"), ("999999", "No school has this URN"), ("100001", "2025 to 2026 Yes No")):
        await dee.get(f"{PATH}/school-uplifts?urn={urn}")
        assert said in " ".join(dee.text().split())


@pytest.mark.rule("ADM-10.1")
async def test_a_body_that_ends_before_people_start_needs_a_tick(database: None) -> None:
    people = await cast()
    body = await factories.appropriate_body("Grain Hub")
    await factories.ect(people.ash, "Ned New", school_reported_appropriate_body_id=body.id, started_on=date(2025, 9, 1))
    row = (await fetch("SELECT key FROM appropriate_body WHERE id = $1", body.id))[0]
    kinds = "state_funded;independent;british_school_overseas;other"
    cells = {"key": row["key"], "name": "Grain Hub", "type": "teaching_school_hub", "allowed_school_kinds": kinds}
    ends = {"appropriate_bodies": [{**cells, "active_to": "2025-08-31"}]}
    with pytest.raises(Invalid) as invalid:
        await change_records(ChangeRecords(ends), OPERATOR, TODAY_AS_DATE)
    assert "1 ECT starts after its last day: Ned New (Ash" in invalid.value.errors["accepted"]
    await change_records(ChangeRecords(ends, accepted=True), OPERATOR, TODAY_AS_DATE)
    assert [kind for kind, _, _ in await happened()] == ["appropriate_body_updated"]
