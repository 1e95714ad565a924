"""Lists: their order, pages and filters, and what other lead providers are shown (API-7, API-1.4)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from app import clock
from app.db.engine import Statements, fetch, statements
from app.provider_records.asked import After, Filters, Listed, Offset, Order, ResourceType
from app.provider_records.queries import one_record, participant_id, records_page
from app.terms import LeadProviderId
from tests import factories
from tests.provider_records.world import listed, settled

if TYPE_CHECKING:
    from tests.factories import Named

TODAY = date(2025, 11, 24)
NOON = clock.at_noon(TODAY)
PEOPLE = ResourceType.PARTICIPANT


@pytest.fixture
async def larch(database: None) -> Named:
    """A lead provider with 12 participants, registered two at a time, of two years and several statuses."""
    with clock.at(NOON - timedelta(days=1)):
        await factories.contract_periods()
        ash, larch, partner = (
            await factories.school(),
            await factories.lead_provider(),
            await factories.delivery_partner(),
        )
        years = {year: await factories.partnership(ash, larch, partner, year) for year in (2024, 2025)}
    for number in range(12):
        year = 2024 + number % 3 % 2
        with clock.at(NOON + timedelta(minutes=number // 2, microseconds=number)):
            stay = await factories.ect(ash, f"Person {number}", date(year, 9, 1))
            stopped = (
                {"withdrawn_at": NOON, "withdrawal_reason": "other", "finished_on": TODAY} if number % 4 == 0 else {}
            )
            confirmed = {"confirmed_at": clock.now(), **stopped}
            await factories.training(stay, larch, years[year], year, **confirmed)
            await settled()
    return larch


async def page(of: Named, order: Order, at: Offset | After, today: date = TODAY, **filters: object) -> Listed:
    return await records_page(LeadProviderId(of.id), PEOPLE, Filters(**filters), order, at, today)  # type: ignore[arg-type]


async def ids(of: Named, order: Order, at: Offset | After, today: date = TODAY) -> list[str]:
    return [json.loads(row)["id"] for row in (await page(of, order, at, today)).rows]


ORDERS: tuple[Order, ...] = (
    (),
    (("created_at", True),),
    (("updated_at", False),),
    (("updated_at", True), ("created_at", False)),
)


@pytest.mark.rule("API-7.7", "API-7.8", "API-7.9")
@pytest.mark.parametrize("order", ORDERS, ids=str)
async def test_pages_of_either_kind_give_everything_once_in_one_order(larch: Named, order: Order) -> None:
    whole = await ids(larch, order, Offset(3_000))
    assert len(set(whole)) == 12
    by_offset = [one for first in range(0, 15, 5) for one in await ids(larch, order, Offset(5, first))]
    by_key: list[str] = []
    at = After(4)
    while at.position or not by_key:
        some = await page(larch, order, at)
        by_key += [json.loads(row)["id"] for row in some.rows]
        at = After(4, some.last and tuple(json.loads(json.dumps(some.last))))
    assert by_offset == by_key == whole


@pytest.mark.rule("API-7.7")
async def test_times_are_ordered_as_shown_and_then_by_id(larch: Named) -> None:
    shown = [json.loads(row) for row in (await page(larch, (("updated_at", True),), Offset(3_000))).rows]
    keys = [(one["attributes"]["updated_at"], one["id"]) for one in shown]
    assert keys == sorted(sorted(keys, key=lambda key: key[1]), key=lambda key: key[0], reverse=True)
    assert len({moment for moment, _ in keys}) == 6


@pytest.mark.rule("API-7.6", "API-12.2", "API-7.5")
@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"cohorts": (2024,)}, 8),
        ({"cohorts": (2024, 2025)}, 12),
        ({"cohorts": (2099,)}, 0),
        ({"cohorts": ()}, 0),
        ({"training_statuses": ("withdrawn",)}, 3),
        ({"training_statuses": ("active", "deferred")}, 9),
        ({"updated_since": NOON + timedelta(minutes=3, microseconds=6)}, 6),
        ({"updated_since": NOON + timedelta(minutes=3, microseconds=7)}, 5),
        ({"from_participant_ids": (uuid4(),)}, 0),
        ({"cohorts": (2024,), "training_statuses": ("withdrawn",)}, 2),
    ],
)
async def test_filters_narrow_together(larch: Named, filters: dict[str, object], found: int) -> None:
    assert len((await page(larch, (), Offset(3_000), **filters)).rows) == found


@pytest.mark.rule("API-1.4")
async def test_another_lead_provider_is_shown_nothing_of_it(larch: Named) -> None:
    maple = await factories.lead_provider("Maple Training")
    await settled()
    for kind in ResourceType:
        if kind is not ResourceType.SCHOOL:
            assert await listed(maple, kind, TODAY) == []
    somebody = UUID((await ids(larch, (), Offset(1)))[0])
    assert await one_record(LeadProviderId(maple.id), PEOPLE, somebody, TODAY) is None
    assert await participant_id(LeadProviderId(maple.id), somebody) is None
    assert await participant_id(LeadProviderId(larch.id), somebody) is not None


@pytest.mark.rule("API-26.2")
async def test_a_page_is_one_statement_whatever_is_asked(larch: Named) -> None:
    counted = Statements()
    token = statements.set(counted)
    await page(larch, (("updated_at", True),), Offset(2))
    await page(larch, (), After(12), cohorts=(2024, 2025), updated_since=NOON)
    statements.reset(token)
    assert counted.count == 2


@pytest.mark.rule("API-18.5", "API-7.9")
async def test_a_day_that_was_not_turned_is_worked_out_in_its_place(larch: Named) -> None:
    order: Order = (("created_at", False),)
    before = await ids(larch, order, Offset(3_000))
    with clock.at(NOON + timedelta(hours=1)):
        await fetch("UPDATE training_period SET finished_on = $1 WHERE withdrawn_at IS NULL", TODAY + timedelta(days=2))
        await settled()
    late = TODAY + timedelta(days=2)
    assert await ids(larch, order, Offset(3_000), late) == before
    assert {one["participant_status"] for one in await _enrolments(larch, late)} == {"left"}
    still = [one for one in await _enrolments(larch, TODAY) if one["training_status"] == "active"]
    assert {one["participant_status"] for one in still} == {"leaving"}


async def _enrolments(of: Named, day: date) -> list[dict[str, str]]:
    rows = (await page(of, (), Offset(3_000), day)).rows
    return [json.loads(row)["attributes"]["ecf_enrolments"][0] for row in rows]
