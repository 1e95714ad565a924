"""Which alerts stop a registration, and what a draft keeps of them."""

from __future__ import annotations

import ast
import json
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest

from app.settings import Settings
from app.teachers.prohibition import Alert, active_prohibition
from app.teachers.snapshot import Snapshot, from_dict, take, to_dict
from app.teachers.trs import TeachingRecord
from app.terms import TRN, TRSAnswer, TRSInductionStatus

TODAY = date(2026, 3, 10)
PROHIBITION = UUID("b2b19019-b165-47a3-8745-3297ff152581")
COUNCIL = UUID("70b7d473-2ec8-4643-bfd4-d4ab9a9a0988")
RESTRICTION = UUID("790410c1-b884-4cdd-8db9-64a042ab54ae")
OTHERS = (
    "790410c1-b884-4cdd-8db9-64a042ab54ae",
    "0ae0707b-1503-477d-bc0f-1505ed95dbdf",
    "38df5a00-94ab-486f-8905-d5b2eac04000",
    "227b75e5-bb98-496c-8860-1baea37aa5c6",
    "06d98708-b52d-496a-aaa7-c1d7d2ca8b24",
)
CATEGORIES = Settings(environment="test").prohibition_categories
RECORD = TeachingRecord(
    trn=TRN("9900011"),
    first_name="Aled",
    last_name="Prosser",
    induction_status=TRSInductionStatus.FAILED_IN_WALES,
    induction_start_date=date(2025, 9, 1),
    induction_completed_date=None,
    qts_awarded_on=date(2025, 7, 15),
    alerts=(Alert(PROHIBITION, "secret end"),),
    read_at=datetime(2026, 3, 10, 12, tzinfo=UTC),
)


@pytest.mark.rule("EXT-2.14")
@pytest.mark.rule("EXT-2.15")
@pytest.mark.rule("IDN-08")
@pytest.mark.parametrize("category", [PROHIBITION, COUNCIL], ids=["prohibition", "council prohibition"])
@pytest.mark.parametrize(
    ("end_date", "active"),
    [
        pytest.param(None, True, id="EXT-2.14 no end"),
        pytest.param("", True, id="EXT-2.14 blank end"),
        pytest.param("  ", True, id="EXT-2.14 spaces for an end"),
        pytest.param("2026-03-11", True, id="EXT-2.14 ends tomorrow"),
        pytest.param("31/12/2030", True, id="EXT-2.14 unreadable end"),
        pytest.param("31/12/2020", True, id="EXT-2.14 unreadable end in the past"),
        pytest.param("20200101", True, id="EXT-2.14 another date format"),
        pytest.param("2020-02-30", True, id="EXT-2.14 impossible end"),
        pytest.param("2020-01-01T00:00:00", True, id="EXT-2.14 a date-time"),
        pytest.param("2026-03-10", False, id="EXT-2.14 ends today"),
        pytest.param("2026-03-09", False, id="EXT-2.14 ended yesterday"),
    ],
)
def test_a_prohibition_is_over_only_by_a_readable_end_of_today_or_earlier(
    category: UUID, end_date: str | None, active: bool
) -> None:
    assert active_prohibition([Alert(category, end_date)], TODAY, CATEGORIES) is active


@pytest.mark.rule("EXT-2.15")
@pytest.mark.parametrize("category", OTHERS)
def test_other_categories_are_no_prohibition(category: str) -> None:
    assert active_prohibition([Alert(UUID(category))], TODAY, CATEGORIES) is False


@pytest.mark.rule("EXT-2.14")
def test_one_active_alert_among_others_is_enough_and_none_is_none() -> None:
    alerts = [Alert(RESTRICTION), Alert(PROHIBITION, "2020-01-01"), Alert(COUNCIL)]
    assert active_prohibition(alerts, TODAY, CATEGORIES) is True
    assert active_prohibition([], TODAY, CATEGORIES) is False


@pytest.mark.rule("EXT-2.14")
def test_the_decision_knows_no_database_web_or_network() -> None:
    code = (Path(__file__).parents[2] / "app" / "teachers" / "prohibition.py").read_text(encoding="utf-8")
    imported = {
        name
        for node in ast.walk(ast.parse(code))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in [getattr(node, "module", None) or node.names[0].name]
    }
    assert imported <= {"__future__", "re", "dataclasses", "datetime", "typing", "collections.abc", "uuid"}


@pytest.mark.rule("DM-01")
@pytest.mark.rule("EXT-2.16")
def test_a_snapshot_holds_these_facts_and_nothing_of_the_alerts() -> None:
    stored = to_dict(take(RECORD, TODAY, CATEGORIES))
    assert stored == {
        "answer": "found",
        "first_name": "Aled",
        "last_name": "Prosser",
        "induction_status": "FailedInWales",
        "induction_start_date": "2025-09-01",
        "induction_completed_date": None,
        "qts_awarded_on": "2025-07-15",
        "prohibited": True,
    }
    assert {field.name for field in fields(Snapshot)} == set(stored)


@pytest.mark.rule("DM-01")
@pytest.mark.parametrize("alerts", [RECORD.alerts, ()], ids=["prohibited", "not prohibited"])
def test_a_snapshot_survives_being_stored(alerts: tuple[Alert, ...]) -> None:
    snapshot = take(replace(RECORD, alerts=alerts), TODAY, CATEGORIES)
    assert from_dict(json.loads(json.dumps(to_dict(snapshot)))) == snapshot
    assert snapshot.answer is TRSAnswer.FOUND


@pytest.mark.rule("EXT-2.17")
def test_only_a_plain_no_clears_a_stored_snapshot() -> None:
    stored = to_dict(take(RECORD, TODAY, CATEGORIES))
    assert from_dict({**stored, "prohibited": None}).prohibited is True
    with pytest.raises(KeyError):
        from_dict({name: value for name, value in stored.items() if name != "prohibited"})
