"""What tests of lead providers' records read and do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app import clock
from app.db.transaction import transaction
from app.provider_records.asked import BY_CREATION, Filters, Offset, ResourceType
from app.provider_records.changes import changes_page
from app.provider_records.queries import records_page
from app.terms import LeadProviderId
from tests.provider_records.client import entry_of

if TYPE_CHECKING:
    from datetime import date

    from tests.factories import Named


async def settled() -> None:
    """Settle what a test wrote straight to the tables."""
    async with transaction():
        pass


def filters_of(kind: ResourceType) -> dict[str, Any]:
    """What a list can't be asked for without."""
    return {"cohorts": (2025,)} if kind is ResourceType.SCHOOL else {}


async def listed(of: Named, kind: ResourceType, today: date | None = None, **filters: Any) -> list[dict[str, Any]]:
    """The whole list of a lead provider, as JSON."""
    page = await records_page(
        LeadProviderId(of.id), kind, Filters(**filters), BY_CREATION, Offset(3_000), today or clock.today()
    )
    return [json.loads(row) for row in page.rows]


async def entries(of: Named, after: int = 0) -> list[tuple[str, str, str, int | None, str | None]]:
    """The feed of a lead provider: action, type, id, cohort, reason."""
    page = await changes_page(LeadProviderId(of.id), after, 3_000)
    shown = [(entry_of(one), one["attributes"]["reason"]) for one in map(json.loads, page.entries)]
    return [(entry.action, entry.kind, entry.id, entry.cohort, reason) for entry, reason in shown]
