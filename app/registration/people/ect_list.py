"""The list of a school's ECTs: its tabs, filters and order, all pure (journeys, section 10)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.registration.people.people_list import (
    Listing,
    Search,
    Sort,
    by_end,
    by_name,
    by_start,
    first_not_empty,
)
from app.registration.people.people_list import listing as listing_of
from app.registration.rules import ECTState
from app.terms import Word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

    from app.registration.people.ect_facts import ListedECT


class Tab(Word):
    """Where an ECT is listed (LS-01)."""

    CURRENT = "current", "Current"
    COMPLETED = "completed", "Completed"
    LEFT = "left", "Left"


class Show(Word):
    """The parts of the current ECTs that home counts (HM-02)."""

    ALL = "all", "Everybody"
    WITHOUT_MENTOR = "without-mentor", "Without a mentor"
    AWAITING_LEAD_PROVIDER = "awaiting-lead-provider", "Waiting for a lead provider"


TABS: Mapping[ECTState, Tab] = {
    ECTState.IN_PROGRESS: Tab.CURRENT,
    ECTState.EXEMPT: Tab.CURRENT,
    ECTState.COMPLETED: Tab.COMPLETED,
    ECTState.LEFT: Tab.LEFT,
}


@dataclass(frozen=True)
class Wanted:
    """What a list is asked for; no tab means the first that is not empty."""

    tab: Tab | None = None
    search: Search = field(default_factory=Search)
    sort: Sort = Sort.DEFAULT
    show: Show = Show.ALL


def listing(rows: Iterable[ListedECT], wanted: Wanted, today: date) -> Listing[Tab, ListedECT]:
    """Choose and order what a page lists (LS-01, LS-03, LS-04)."""
    placed = [(TABS[row.state(today)], row) for row in rows]
    tab = wanted.tab or first_not_empty(tuple(Tab), placed)
    show = wanted.show if tab is Tab.CURRENT else Show.ALL
    return listing_of(placed, tab, wanted.search, SHOWN[show], _order(tab, wanted.sort))


def awaits_provider(row: ListedECT) -> bool:
    """Tell whether a current ECT waits for a lead provider to confirm; an exempt one does not (HM-02)."""
    return row.awaiting and not row.induction.exempt


def needs_mentor(row: ListedECT) -> bool:
    """Tell whether a current ECT lacks a mentor; an exempt one needs none (TD-01)."""
    return not row.mentored and not row.induction.exempt


SHOWN: Mapping[Show, Callable[[ListedECT], bool]] = {
    Show.ALL: lambda _row: True,
    Show.WITHOUT_MENTOR: needs_mentor,
    Show.AWAITING_LEAD_PROVIDER: awaits_provider,
}


def _order(tab: Tab, sort: Sort) -> Callable[[ListedECT], tuple[object, ...]]:
    if sort is not Sort.DEFAULT:
        return by_name if sort is Sort.NAME else by_start
    return _what_needs_doing if tab is Tab.CURRENT else by_end


def _what_needs_doing(row: ListedECT) -> tuple[object, ...]:
    return not needs_mentor(row), by_start(row)[0], *by_name(row)
