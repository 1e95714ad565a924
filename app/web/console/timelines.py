"""What the timelines of people and schools share: filters, paging and the file (ADM-3.2, ADM-5.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.console.timeline import WHO, Timeline, TimelineFilter, Whose, timeline
from app.terms import ActorKind
from app.web.console.asking import address, day_in, unread_days
from app.web.console.exporting import file_address, may_export
from app.web.forms import read_query
from app.web.schools.list_query import page_number

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from litestar import Request

KEPT = ("kind", "author", "since", "until")
LONGEST_KIND = 100
TIMELINE = "/timeline"
"""How the addresses end whose entries can be had as a file."""


@dataclass(frozen=True)
class TimelineView:
    """A page of a timeline as it is shown."""

    timeline: Timeline
    values: Mapping[str, str]
    kinds: Mapping[str, str]
    authors: Mapping[str, str]
    path: str
    page_href: str
    file_href: str
    """Where the same entries are had as a file; empty for those who may not."""
    unread: tuple[str, ...]
    """What of the days asked for is no day."""
    merged: Collection[str]
    """Ids of records that were merged into this one: their entries are marked (ADM-3.3)."""


async def view(request: Request[Any, Any, Any], whose: Whose, path: str, merged: Collection[str] = ()) -> TimelineView:
    """Return the page of a timeline that the address asks for; what is unreadable in it counts as not given."""
    query = read_query(request)
    found = await timeline(whose, wanted_in(query), page_number(query.get("page", "")))
    return TimelineView(
        timeline=found,
        values={name: query.get(name, "")[:LONGEST_KIND] for name in KEPT},
        kinds={kind: kind_words(kind) for kind in found.kinds},
        authors={kind.value: WHO[kind] for kind in ActorKind},
        path=path,
        page_href=address(path, query, KEPT),
        file_href=file_address(f"{path}/file", query, KEPT) if may_export(request) and path.endswith(TIMELINE) else "",
        unread=unread_days(query),
        merged=merged,
    )


def kind_words(kind: str) -> str:
    """Return a kind of event as a choice shows it."""
    words = f" {kind} ".replace("_", " ").replace(" teacher ", " ").replace(" ect ", " ECT ").strip()
    return words[:1].upper() + words[1:]


def wanted_in(query: Mapping[str, str]) -> TimelineFilter:
    """Return what of a timeline the query of an address asks for."""
    author = query.get("author", "")
    return TimelineFilter(
        kind=query.get("kind", "")[:LONGEST_KIND],
        author=next((kind for kind in ActorKind if kind.value == author), None),
        since=day_in(query, "since"),
        until=day_in(query, "until"),
    )
