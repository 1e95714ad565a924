"""Each resource as a lead provider is shown it (API-9 to API-16)."""

from __future__ import annotations

from datetime import date

import pytest

from app import clock
from app.provider_records.asked import ResourceType
from tests import factories
from tests.provider_records.world import filters_of, listed, settled

TODAY = date(2025, 11, 24)


@pytest.fixture(autouse=True)
def on_a_day():
    with clock.at(clock.at_noon(TODAY)):
        yield


async def test_a_lead_provider_is_shown_what_concerns_it(database: None) -> None:
    await factories.contract_periods()
    ash = await factories.school()
    larch = await factories.lead_provider()
    there = await factories.partnership(ash, larch, await factories.delivery_partner())
    trained, mentor = await factories.ect(ash), await factories.mentor(ash)
    await factories.mentorship(trained, mentor)
    await factories.training(trained, larch, there)
    await factories.training(await factories.ect(ash, "Una Waiting"), larch)
    gone = await factories.ect(ash, "Wim Gone", finished_on=date(2025, 10, 1))
    await factories.training(gone, larch, there)
    await settled()
    shown = {kind: await listed(larch, kind, **filters_of(kind)) for kind in ResourceType}
    assert {kind.value: len(rows) for kind, rows in shown.items()} == {
        "school": 1,
        "delivery-partner": 1,
        "partnership": 1,
        "participant": 2,
        "participant-transfer": 1,
        "unfunded-mentor": 1,
        "expression-of-interest": 1,
    }
