"""What is known of a school before it is decided what it may do."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from app.schools.queries import school_facts
from app.terms import SchoolId
from tests import factories

pytestmark = pytest.mark.usefixtures("database")
TODAY = date(2025, 10, 6)


@pytest.mark.rule("SCH-02")
@pytest.mark.parametrize(
    ("school", "stay", "training", "has"),
    [
        pytest.param({}, {}, {}, True, id="goes on"),
        pytest.param({}, {}, {"finished_on": TODAY}, True, id="ends today"),
        pytest.param({}, {}, {"started_on": TODAY + timedelta(days=9)}, True, id="is to come"),
        pytest.param({}, {}, {"finished_on": TODAY - timedelta(days=1)}, False, id="ended yesterday"),
        pytest.param(
            {},
            {},
            {"cancelled_at": factories.noon(TODAY), "cancellation_reason": "replaced_before_start"},
            False,
            id="cancelled",
        ),
        pytest.param({}, {"removed_at": factories.noon(TODAY)}, {}, False, id="registered by mistake"),
        pytest.param({"section_41_approved": True}, {}, {}, False, id="decides nothing: approved"),
        pytest.param({"type_code": 1}, {}, {}, False, id="decides nothing: funded"),
    ],
)
@pytest.mark.parametrize("register", [factories.ect, factories.mentor])
async def test_open_training_of_an_independent_school(
    register: Any, school: dict[str, Any], stay: dict[str, Any], training: dict[str, Any], has: bool
) -> None:
    await factories.contract_periods()
    of = await factories.school(**{"type_code": 11, **school})
    await factories.training(await register(of, **stay), await factories.lead_provider(), **training)
    assert (await school_facts(SchoolId(of.id), TODAY)).has_open_training is has
