"""A small client as a lead provider would write one: it copies everything once, then only follows the feed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from app.provider_records.asked import ResourceType

if TYPE_CHECKING:
    from collections.abc import Sequence

Key = tuple[str, str, int | None]
"""Type, id and, of schools, the cohort."""
Record = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """What a client needs of an entry in the feed."""

    number: str
    action: str
    kind: str
    id: str
    cohort: int | None


def entry_of(shown: Record) -> Entry:
    """Read an entry as it is shown."""
    of = shown["attributes"]
    return Entry(
        shown["id"], of["action"], of["resource_type"], of["resource_id"], int(of["cohort"]) if of["cohort"] else None
    )


@dataclass(frozen=True)
class Feed:
    """One page of the feed."""

    entries: Sequence[Entry]
    next: str
    more: bool


class Service(Protocol):
    """What the client may ask of the service."""

    async def page(self, kind: str, cohort: int | None, after: str | None) -> tuple[list[Record], str | None]:
        """Give a page of a list, and where the next one starts."""

    async def one(self, kind: str, resource_id: str, cohort: int | None) -> Record | None:
        """Give one resource, or None when there is no such thing."""

    async def changes(self, after: str) -> Feed:
        """Give what changed after a position; "latest" gives where the feed ends now."""


@dataclass
class Client:
    """A copy of everything that the lead provider is shown, and how far in the feed it has got."""

    service: Service
    cohorts: tuple[int, ...]
    copy: dict[Key, Record] = field(default_factory=dict)
    position: str = "latest"
    applied: int = 0

    async def copy_in_full(self) -> None:
        """Note where the feed ends, then walk every list (API-17.8)."""
        self.position = (await self.service.changes("latest")).next
        self.copy = await full_copy(self.service, self.cohorts)

    async def follow(self) -> None:
        """Apply what the feed has, to its end, each entry once: fetch on upsert, drop on delete (API-17.5, PRF-19)."""
        more, numbers = True, set[str]()
        while more:
            feed = await self.service.changes(self.position)
            fresh = {entry.number for entry in feed.entries}
            assert len(fresh) == len(feed.entries)
            assert not fresh & numbers
            numbers |= fresh
            for entry in feed.entries:
                await self._apply(entry)
            self.position, more = feed.next, feed.more

    async def _apply(self, entry: Entry) -> None:
        self.applied += 1
        for cohort in self._cohorts_of(entry):
            key = (entry.kind, entry.id, cohort)
            found = await self.service.one(*key) if entry.action == "upsert" else None
            if found is None:
                self.copy.pop(key, None)
            else:
                self.copy[key] = found

    def _cohorts_of(self, entry: Entry) -> tuple[int | None, ...]:
        if entry.kind != ResourceType.SCHOOL.value:
            return (None,)
        return self.cohorts if entry.cohort is None else (entry.cohort,)


async def full_copy(service: Service, cohorts: Sequence[int]) -> dict[Key, Record]:
    """Walk every list from its first page to its last."""
    copy: dict[Key, Record] = {}
    for kind in ResourceType:
        for cohort in cohorts if kind is ResourceType.SCHOOL else (None,):
            after: str | None = ""
            while after is not None:
                rows, after = await service.page(kind.value, cohort, after)
                copy |= {(kind.value, row["id"], cohort): row for row in rows}
    return copy
