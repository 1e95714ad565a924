"""What readers find while somebody has written and not yet committed: stamps, polls and the end of the feed."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from app import clock
from app.db.engine import engine, fetch
from app.db.transaction import current_unit, transaction
from app.provider_records.asked import BY_CREATION, Filters, Offset, ResourceType
from app.provider_records.changes import changes_page, latest_change_number
from app.provider_records.queries import records_page
from app.terms import LeadProviderId
from tests import factories

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

MARGIN = timedelta(seconds=60)
"""What a program that polls takes off the `Date` of its last poll (API-18.6)."""


@asynccontextmanager
async def renaming(name: str) -> AsyncIterator[None]:
    """Let somebody rename everybody, and keep it from committing for as long as the body takes."""
    entered, left = asyncio.Event(), asyncio.Event()

    async def wait(_: object) -> None:
        entered.set()
        await left.wait()

    async def write() -> None:
        async with transaction():
            await fetch("UPDATE teacher SET corrected_name = $1", name)
            current_unit().before_commit.append(wait)

    writing = asyncio.create_task(write())
    await entered.wait()
    yield
    left.set()
    await writing


@pytest.mark.rule("API-18.6", "API-29.5", "API-17.4", "API-17.6")
async def test_a_reader_beside_an_open_transaction_misses_nothing_of_it_afterwards(committed_database: str) -> None:
    assert committed_database
    await engine.open(size=3)
    async with transaction():
        await factories.contract_periods()
        ash, larch = await factories.school(), await factories.lead_provider()
        there = await factories.partnership(ash, larch, await factories.delivery_partner())
        await factories.training(await factories.ect(ash, "Tom Test"), larch, there)
    of = LeadProviderId(larch.id)

    async def polled(since: datetime) -> list[str]:
        page = await records_page(
            of, ResourceType.PARTICIPANT, Filters(updated_since=since), BY_CREATION, Offset(9), clock.today()
        )
        return [json.loads(row)["attributes"]["full_name"] for row in page.rows]

    begun = clock.machine_now()
    async with renaming("Tom Other"):
        assert await polled(begun) == []
        end, last_poll = await latest_change_number(of), clock.machine_now()
        before = await changes_page(of, end, 9)
        assert (before.entries, before.next_number, before.more) == ([], end, False)
    found = await changes_page(of, end, 9)
    assert [json.loads(entry)["attributes"]["resource_type"] for entry in found.entries] == ["participant"]
    assert await polled(last_poll - MARGIN) == ["Tom Other"]
    assert await polled(begun) == ["Tom Other"], "the stamp is of the end of the transaction"
    assert await polled(last_poll) == [], "so the margin is needed"
