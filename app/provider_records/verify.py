"""Checking that what is kept ready for lead providers is what the facts say (API, section 28)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch
from app.db.transaction import LONGEST_SECONDS, stamp, transaction
from app.provider_records.asked import ResourceType
from app.provider_records.postponed import settle_postponed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

log = logging.getLogger("register.provider_records")

CHUNK = 2_000
PEOPLE = (ResourceType.PARTICIPANT, ResourceType.PARTICIPANT_TRANSFER, ResourceType.UNFUNDED_MENTOR)
TABLES = {
    **dict.fromkeys(PEOPLE, "teacher"),
    ResourceType.SCHOOL: "school",
    ResourceType.EXPRESSION_OF_INTEREST: "school",
    ResourceType.PARTNERSHIP: "school_partnership",
    ResourceType.DELIVERY_PARTNER: "delivery_partner",
}


@dataclass(frozen=True)
class Difference:
    """A record that is not what the facts say; `lead_provider_id` 0 is the one that several share."""

    kind: ResourceType
    lead_provider_id: int
    subject_id: int
    resource_id: UUID
    cohort: int
    what: str

    def __str__(self) -> str:
        """Return one line for an operator, with ids only."""
        return (
            f"{self.kind.value} {self.resource_id} cohort {self.cohort} provider {self.lead_provider_id}: {self.what}"
        )


async def verify(*, repair: bool = False) -> list[Difference]:
    """Work out every record for today and list those that differ; records that await the day turn are no difference.

    What was put off is settled first. repair: also put right what differs, with stamps and entries.
    """
    await settle_postponed()
    found: list[Difference] = []
    for kind in ResourceType:
        async for subjects in _subjects(TABLES[kind]):
            differing = await _differing(kind, subjects)
            found += differing
            if repair and differing:
                await _repair(kind, sorted({one.subject_id for one in differing}))
    return found


async def verify_by_night() -> int:
    """Raise an alarm for differences; repairs nothing. Returns how many there are."""
    found = await verify()
    if found:
        log.error("provider_records_differ", extra={"differences": len(found)})
    return len(found)


async def _subjects(table: str) -> AsyncIterator[list[int]]:
    last = 0
    query = f"SELECT id FROM {table} WHERE id > $1 ORDER BY id LIMIT {CHUNK}"  # noqa: S608 - names are ours
    while rows := await fetch(query, last):
        ids = [row["id"] for row in rows]
        yield ids
        last = ids[-1]


async def _differing(kind: ResourceType, subjects: list[int]) -> list[Difference]:
    query = "SELECT * FROM provider_record_differences($1, $2, $3)"
    rows = await fetch(query, kind.value, subjects, clock.today(), seconds=LONGEST_SECONDS)
    return [
        Difference(
            kind, row["lead_provider_id"], row["subject_id"], row["resource_id"], row["cohort"], row["difference"]
        )
        for row in rows
    ]


async def _repair(kind: ResourceType, subjects: list[int]) -> None:
    async with transaction():
        await fetch("SELECT repair_provider_records($1, $2, $3, $4)", kind.value, subjects, stamp(), clock.today())
