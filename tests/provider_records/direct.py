"""The service as the reference client asks it, without HTTP in between."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from app import clock
from app.provider_records.asked import BY_CREATION, After, Filters, ResourceType
from app.provider_records.changes import changes_page, latest_change_number
from app.provider_records.queries import one_record, records_page
from tests.provider_records.client import Feed, entry_of

if TYPE_CHECKING:
    from app.terms import LeadProviderId
    from tests.provider_records.client import Record

PAGE = 7
"""Small, so that every list has several."""


@dataclass(frozen=True)
class Direct:
    """What one lead provider is shown."""

    lead_provider_id: LeadProviderId

    async def page(self, kind: str, cohort: int | None, after: str | None) -> tuple[list[Record], str | None]:
        """Give a page, by the position of the last row of the one before."""
        filters = Filters(cohorts=(cohort,)) if cohort is not None else Filters()
        asked = After(PAGE, tuple(json.loads(after)) if after else None)
        page = await records_page(self.lead_provider_id, ResourceType(kind), filters, BY_CREATION, asked, clock.today())
        return [json.loads(row) for row in page.rows], json.dumps(page.last) if page.last else None

    async def one(self, kind: str, resource_id: str, cohort: int | None) -> Record | None:
        """Give one resource."""
        kind_of = ResourceType(kind)
        found = await one_record(self.lead_provider_id, kind_of, UUID(resource_id), clock.today(), cohort)
        return json.loads(found) if found else None

    async def changes(self, after: str) -> Feed:
        """Give a page of the feed."""
        if after == "latest":
            return Feed((), str(await latest_change_number(self.lead_provider_id)), more=False)
        page = await changes_page(self.lead_provider_id, int(after), PAGE)
        return Feed([entry_of(json.loads(each)) for each in page.entries], str(page.next_number), page.more)
