"""How far a school may use the service is the same in the database as in the rules (SCH-02, ACC-13.5)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from app.db.engine import fetch
from app.policy import Policy
from app.schools.rules import CLOSED, KNOWN_TYPES, PROPOSED_TO_OPEN, SchoolFacts, SchoolLevel, school_access
from tests import factories

TODAY = date(2025, 11, 24)
DAYS = (None, *(TODAY + timedelta(days=days) for days in (-1, 0, 1)))
FACTS: dict[str, tuple[Any, ...]] = {
    "type_code": (*sorted(KNOWN_TYPES), 4, 99, *(10, 11, 37) * 8),
    "status_code": (1, 1, 1, 3, CLOSED, PROPOSED_TO_OPEN),
    "opened_on": DAYS,
    "closed_on": DAYS,
    "district_code": (None, "", "9999", "E06000001", "W06000001", " E06 ", "S12"),
    "section_41_approved": (True, False, False),
    "access_override": (None, None, "full", "school_led_only", "none"),
    "access_override_until": DAYS,
    "trains": (True, False),
}


def schools(number: int) -> list[dict[str, Any]]:
    """Schools of every kind, the same in every run."""
    draw = Random(number)  # noqa: S311 - no secret
    return [{name: draw.choice(values) for name, values in FACTS.items()} for _ in range(number)]


def expected(row: dict[str, Any], policy: Policy) -> str:
    facts = SchoolFacts(
        type_code=row["type_code"],
        status_code=row["status_code"],
        opened_on=row["opened_on"],
        closed_on=row["closed_on"],
        district_code=row["district_code"] or "",
        section_41_approved=row["section_41_approved"],
        override=SchoolLevel(row["access_override"]) if row["access_override"] else None,
        override_until=row["access_override_until"],
        has_open_training=row["trains"],
    )
    return school_access(facts, TODAY, policy).level.value


@pytest.mark.rule("SCH-02", "ACC-13.5", "API-9.1")
@pytest.mark.parametrize("admitted", [frozenset(), frozenset({11, 37})], ids=["no unfunded types", "two of them"])
async def test_it_is_decided_alike(database: None, admitted: frozenset[int]) -> None:
    trains, empty = await factories.school("100001"), await factories.school("100002", "Birch School")
    await factories.training(await factories.ect(trains, finished_on=TODAY))
    await factories.insert("service_setting", key="admitted_unfunded_types", value=json.dumps(sorted(admitted)))
    rows = schools(1_500)
    given = [{**row, "id": trains.id if row.pop("trains") else empty.id} for row in map(dict, rows)]
    found = await fetch(
        """SELECT school_level(s, $2) AS level FROM unnest($1::jsonb[]) WITH ORDINALITY g (row, number),
            jsonb_populate_record(NULL::school, g.row) s ORDER BY g.number""",
        [json.dumps(row, default=str) for row in given],
        TODAY,
    )
    policy = Policy(admitted_unfunded_types=admitted)
    assert [row["level"] for row in found] == [expected(row, policy) for row in rows]
    assert {row["level"] for row in found} == {level.value for level in SchoolLevel}
