"""Old entries, and records that are not what the facts say (API-17.8; API, section 28)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from app import clock
from app.db.engine import fetch
from app.db.sight import OWNER, seen_by
from app.db.transaction import transaction
from app.provider_records.asked import ResourceType
from app.provider_records.changes import Expired, changes_page, forget_old_changes, latest_change_number
from app.provider_records.fill import fill
from app.provider_records.verify import verify, verify_by_night
from app.terms import LeadProviderId
from tests import factories
from tests.provider_records.world import entries, settled

if TYPE_CHECKING:
    from tests.factories import Named

TODAY = date(2025, 11, 24)
NOON = clock.at_noon(TODAY)


@pytest.fixture
async def larch(database: None) -> Named:
    """A lead provider with a delivery partner in four years, and four entries on four days."""
    partner, larch = await factories.delivery_partner(), await factories.lead_provider()
    for number in range(4):
        with clock.at(NOON + timedelta(days=number)):
            year = 2023 + number
            await factories.contract_period(year)
            await factories.insert(
                "provider_pairing",
                lead_provider_contract_id=await factories.contract(larch, year),
                delivery_partner_id=partner.id,
                lead_provider_id=larch.id,
                contract_period_year=year,
            )
            await settled()
    return larch


@pytest.mark.rule("API-17.8")
async def test_entries_are_kept_400_days_and_a_reader_who_is_later_is_told(larch: Named) -> None:
    of = LeadProviderId(larch.id)
    with clock.at(NOON + timedelta(days=401)):
        assert await forget_old_changes() == 1
    for after, limit, numbers in ((None, 10, ["2", "3", "4"]), (1, 2, ["2", "3"])):
        assert [json.loads(each)["id"] for each in (await changes_page(of, after, limit)).entries] == numbers
    with pytest.raises(Expired):
        await changes_page(of, 0, 10)
    with clock.at(NOON + timedelta(days=500)):
        assert await forget_old_changes() == 3
    assert await latest_change_number(of) == 4
    up_to_date = await changes_page(of, 4, 10)
    assert (up_to_date.entries, up_to_date.next_number, up_to_date.more) == ([], 4, False)


@pytest.mark.rule("API-17.2", "API-17.4")
async def test_types_leave_others_out_without_moving_positions(larch: Named) -> None:
    page = await changes_page(LeadProviderId(larch.id), 0, 10, (ResourceType.SCHOOL,))
    assert (page.entries, page.next_number, page.more) == ([], 4, False)


@pytest.mark.rule("API-17.3")
async def test_what_is_rolled_back_leaves_no_entry(larch: Named) -> None:
    with pytest.raises(LookupError):
        async with transaction():
            await fetch("UPDATE delivery_partner SET name = 'Other'")
            raise LookupError
    await settled()
    assert len(await entries(larch)) == 4


async def test_a_record_that_is_not_what_the_facts_say_is_found_and_put_right(larch: Named) -> None:
    assert await verify() == []
    await fetch("UPDATE provider_record SET body = replace(body, 'Dogwood', 'Wrong')")
    (found,) = await verify()
    assert (found.kind, found.lead_provider_id, found.what) == (ResourceType.DELIVERY_PARTNER, larch.id, "differs")
    assert str(found.resource_id) in str(found)
    assert await verify_by_night() == 1
    assert await verify(repair=True) == [found]
    assert await verify() == []
    assert len(await entries(larch)) == 5


@pytest.mark.rule("API-17.8")
async def test_filling_makes_records_of_what_was_there_without_entries(larch: Named) -> None:
    await fetch("DELETE FROM provider_record")
    assert {one.what for one in await verify()} == {"missing"}
    await fill()
    assert await verify() == []
    assert len(await entries(larch)) == 4


COUNTRY = """
    INSERT INTO school_partnership (created_at, updated_at, public_id, school_id, lead_provider_id, delivery_partner_id,
        contract_period_year, origin, reported_at)
    SELECT now(), now(), gen_random_uuid(), number, 1, 1, 2025, 'reported', now()
    FROM generate_series(1000001, 1020000) number"""
READ_THROUGH = "SELECT seq_tup_read AS n FROM pg_stat_xact_user_tables WHERE relname = 'school_partnership'"


@pytest.mark.rule("PRF-5", "PRF-18")
async def test_settling_a_registration_reads_no_partnership_of_other_schools(database: None) -> None:
    await factories.contract_period(2025)
    at, provider, partner = (
        await factories.school(),
        await factories.lead_provider(),
        await factories.delivery_partner(),
    )
    partnership = await factories.partnership(at, provider, partner)
    await settled()
    with seen_by(OWNER):
        await fetch("SET LOCAL session_replication_role = replica")  # the schools of these need not be there
        await fetch(COUNTRY)
        await fetch("SET LOCAL session_replication_role = origin")
        await fetch("ANALYZE school_partnership")
    await factories.training(await factories.ect(at), provider, partnership)
    (before,) = await fetch(READ_THROUGH)
    await settled()
    assert await fetch(READ_THROUGH) == [before]
    kept = await fetch("SELECT resource_type FROM provider_record WHERE lead_provider_id = $1", provider.id)
    assert {"participant", "partnership", "school"} <= {row["resource_type"] for row in kept}
