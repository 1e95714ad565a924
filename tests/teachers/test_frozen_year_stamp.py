"""The frozen year that somebody was moved out of is stamped once (CP-10)."""

from __future__ import annotations

import pytest

from app.db.engine import fetch
from app.teachers.eligibility import stamp_frozen_year
from app.terms import Role, Year
from tests import factories as make


@pytest.mark.rule("CP-10")
async def test_the_first_frozen_year_stays_stamped_for_each_role(database: None) -> None:
    teacher = await make.teacher()
    for year in (2022, 2023):
        await stamp_frozen_year(teacher.id, Year(year))
        await stamp_frozen_year(teacher.id, Year(year - 1), Role.MENTOR)
    stamped = await fetch("SELECT ect_payments_frozen_year, mentor_payments_frozen_year FROM teacher")
    assert [tuple(row) for row in stamped] == [(2022, 2021)]
