"""Which frozen year is remembered of somebody whose training is filed in another year (CP-10, API-13.12, FIX-08)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from app.db.engine import fetch, fetch_one
from app.terms import Role, Year
from app.training.frozen_years import Refiled, remember_frozen_year
from tests import factories

FROZEN_ON = date(2025, 9, 1)
COLUMNS = {Role.ECT: "ect_payments_frozen_year", Role.MENTOR: "mentor_payments_frozen_year"}
OTHER_ROLE = {Role.ECT: Role.MENTOR, Role.MENTOR: Role.ECT}


@pytest.mark.rule("CP-10", "API-13.12", "FIX-08")
@pytest.mark.parametrize("role", COLUMNS)
@pytest.mark.parametrize(
    ("left", "filed", "remembered", "today", "result"),
    [
        pytest.param(2024, 2025, None, FROZEN_ON, 2024, id="a frozen year that is left is remembered"),
        pytest.param(2024, 2025, None, FROZEN_ON - timedelta(days=1), None, id="not before it is frozen"),
        pytest.param(2025, 2026, None, FROZEN_ON, None, id="one that is not frozen is not"),
        pytest.param(2024, 2025, 2023, FROZEN_ON, 2023, id="the first one stays remembered"),
        pytest.param(2025, 2024, 2024, FROZEN_ON, None, id="back in it, it is forgotten"),
        pytest.param(2025, 2026, 2024, FROZEN_ON, 2024, id="not in any other year"),
        pytest.param(2024, 2024, None, FROZEN_ON, None, id="whoever stays in it has not left it"),
        pytest.param(2024, 2024, 2024, FROZEN_ON, 2024, id="nor come back"),
    ],
)
async def test_the_frozen_year_that_somebody_came_from(
    database: None, role: Role, left: int, filed: int, remembered: int | None, today: date, result: int | None
) -> None:
    await factories.contract_periods()
    await fetch(
        """UPDATE contract_period SET payments_frozen_on = $1, successor_year = 2025,
            successor_schedule_identifier = 'ecf-extended-september' WHERE year = 2024""",
        FROZEN_ON,
    )
    in_role, in_other = COLUMNS[role], COLUMNS[OTHER_ROLE[role]]
    stamps: dict[str, Any] = {in_role: remembered, in_other: 2023}
    teacher = await factories.teacher(**stamps)
    move = Refiled(teacher.id, role, Year(left), Year(filed), Year(remembered) if remembered else None)  # type: ignore[arg-type]
    await remember_frozen_year(move, today)
    row = await fetch_one(f"SELECT {in_role}, {in_other} FROM teacher WHERE id = $1", teacher.id)
    assert row is not None
    assert tuple(row) == (result, 2023)
