"""A client that copies a whole lead provider once and then only follows the feed, over the API itself (API-17.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from app.db.transaction import transaction
from app.provider_records.turn_day import turn_day
from app.terms import LeadProviderId
from tests import factories
from tests.factories import YEARS
from tests.provider_records.client import Client, Feed, entry_of, full_copy
from tests.provider_records.direct import Direct
from tests.training.acts import on

if TYPE_CHECKING:
    from tests.api.client import Program
    from tests.api.conftest import World
    from tests.provider_records.client import Record

LISTS = {
    "school": "/schools",
    "delivery-partner": "/delivery-partners",
    "partnership": "/partnerships",
    "participant": "/participants",
    "participant-transfer": "/participants/transfers",
    "unfunded-mentor": "/unfunded-mentors",
    "expression-of-interest": "/expressions-of-interest",
}
TODAY = date(2026, 3, 4)
SIZE = "page[per_page]=2"


@dataclass
class Http:
    """The service as a program of a lead provider asks it."""

    program: Program
    day: date = TODAY

    async def page(self, kind: str, cohort: int | None, after: str | None) -> tuple[list[Record], str | None]:
        """Give a page of a list, by the link that the one before gave."""
        year = f"&filter[cohort]={cohort}" if cohort is not None else ""
        answer = await self._get(after or f"{LISTS[kind]}?page[after]=&{SIZE}{year}")
        return answer["data"], _path(answer["links"]["next"])

    async def one(self, kind: str, resource_id: str, cohort: int | None) -> Record | None:
        """Give one resource; 404 is none."""
        path = f"/participants/{resource_id}/transfers" if kind == "participant-transfer" else None
        year = f"?filter[cohort]={cohort}" if cohort is not None else ""
        answer = await self.program.call("GET", (path or f"{LISTS[kind]}/{resource_id}") + year, day=str(self.day))
        assert answer.status_code in {200, 404}
        return answer.json()["data"] if answer.status_code == 200 else None  # type: ignore[no-any-return]

    async def changes(self, after: str) -> Feed:
        """Give a page of the feed."""
        answer = await self._get("/changes?page[after]=latest" if after == "latest" else after)
        return Feed(
            [entry_of(each) for each in answer["data"]], _path(answer["links"]["next"]) or "", answer["meta"]["more"]
        )

    async def _get(self, path: str) -> Any:
        return await self.program.get(path, day=str(self.day))


def _path(link: str | None) -> str | None:
    return link.removeprefix("/api/v3") if link else None


@pytest.mark.rule("API-17.5", "API-17.6", "API-17.8", "API-7.9", "API-1.1")
async def test_a_copy_kept_by_the_feed_is_a_full_copy_and_what_the_database_holds(world: World) -> None:
    acts = world.acts
    with on(TODAY):
        stays = [(await acts.ect(who=f"Ect Number{number}"))[0] for number in range(3)]
        mentor = await factories.mentor(acts.ash)
        await factories.mentorship(stays[0], mentor)
        async with transaction():
            await factories.ect(world.birch, "Una Elsewhere")
    client = Client(Http(world.larch), tuple(YEARS))
    await client.copy_in_full()
    assert {kind for kind, *_ in client.copy} == {"school", "delivery-partner", "expression-of-interest"}

    made = (await world.larch.post("/partnerships", sent=world.report))["data"]["id"]
    await _same(client, acts.larch.id)
    assert {kind for kind, *_ in client.copy} >= {"partnership", "participant", "unfunded-mentor"}
    people = [key for kind, key, _ in client.copy if kind == "participant"]
    stopped = {"reason": "other", "course_identifier": "ecf-induction"}
    await world.larch.put(f"/participants/{people[0]}/withdraw", sent=stopped)
    elder = {"delivery_partner_id": str(acts.elder.public_id)}
    await world.larch.put(f"/partnerships/{made}", sent=elder)
    await _same(client, acts.larch.id)
    client.service.day = TODAY.replace(day=6)  # type: ignore[attr-defined]
    with on(TODAY.replace(day=6)):
        await turn_day()
    await _same(client, acts.larch.id)


async def _same(client: Client, lead_provider_id: int) -> None:
    await client.follow()
    service = client.service
    assert isinstance(service, Http)
    with on(service.day):
        stored = await full_copy(Direct(LeadProviderId(lead_provider_id)), client.cohorts)
    assert client.copy == stored
    assert await full_copy(service, client.cohorts) == stored
