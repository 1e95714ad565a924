"""The list of a school's ECTs: tabs, search, filters and order, all pure (journeys, section 10)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.registration.ect_facts import ListedECT
from app.registration.rules import ECTState
from app.teachers.rules import fold
from app.terms import TRN, Word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

LONGEST_SEARCH = 100
_TRN = re.compile(r"(?<![0-9])[0-9]{7}(?![0-9])")


class Tab(Word):
    """Where an ECT is listed (LS-01)."""

    CURRENT = "current", "Current"
    COMPLETED = "completed", "Completed"
    LEFT = "left", "Left"


class Sort(Word):
    """The orders to choose from (LS-04)."""

    DEFAULT = "default", "What needs doing first"
    NAME = "name", "Last name, A to Z"
    START = "start", "Start date, newest first"


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
class Search:
    """What was searched for: exactly these TRNs, else people whom every piece fits; nothing finds everybody (LS-03)."""

    trns: frozenset[TRN] = frozenset()
    pieces: tuple[str, ...] = ()

    @property
    def blank(self) -> bool:
        """Whether nothing was asked for."""
        return not self.trns and not self.pieces

    def finds(self, row: ListedECT) -> bool:
        """Tell whether somebody is found."""
        if self.trns:
            return row.trn in self.trns
        return all(_fits(piece, row) for piece in self.pieces)


def parse_search(typed: str) -> Search:
    """Read a search; no input is an error (LS-03)."""
    text = _plain_digits(typed[:LONGEST_SEARCH])
    trns = frozenset(TRN(found) for found in _TRN.findall(text))
    return Search(trns) if trns else Search(pieces=tuple(fold(text).split()))


def _plain_digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def _fits(piece: str, row: ListedECT) -> bool:
    if piece.isdecimal():
        return piece in row.trn
    return any(word.startswith(piece) for word in row.search_name.split())


@dataclass(frozen=True)
class Wanted:
    """What a list is asked for; no tab means the first that is not empty."""

    tab: Tab | None = None
    search: Search = Search()
    sort: Sort = Sort.DEFAULT
    show: Show = Show.ALL


@dataclass(frozen=True)
class Listing:
    """One tab of the list after searching: whom it shows in order, and how many are in each tab.

    totals: without search; found: with it.
    """

    tab: Tab
    rows: tuple[ListedECT, ...]
    totals: Mapping[Tab, int]
    found: Mapping[Tab, int]


def listing(rows: Iterable[ListedECT], wanted: Wanted, today: date) -> Listing:
    """Choose and order what a page lists (LS-01, LS-03, LS-04)."""
    everybody = [(TABS[row.state(today)], row) for row in rows]
    totals = _counts(everybody)
    tab = wanted.tab or next((tab for tab in Tab if totals[tab]), Tab.CURRENT)
    found = [(place, row) for place, row in everybody if wanted.search.finds(row)]
    here = [row for place, row in found if place is tab and _shown(row, tab, wanted.show)]
    return Listing(tab, tuple(sorted(here, key=_order(tab, wanted.sort))), totals, _counts(found))


def _counts(placed: Sequence[tuple[Tab, ListedECT]]) -> dict[Tab, int]:
    return {tab: sum(place is tab for place, _ in placed) for tab in Tab}


def _shown(row: ListedECT, tab: Tab, show: Show) -> bool:
    if tab is not Tab.CURRENT or show is Show.ALL:
        return True
    return needs_mentor(row) if show is Show.WITHOUT_MENTOR else awaits_provider(row)


def awaits_provider(row: ListedECT) -> bool:
    """Tell whether a current ECT waits for a lead provider to confirm; an exempt one does not (HM-02)."""
    return row.awaiting and not row.induction.exempt


def needs_mentor(row: ListedECT) -> bool:
    """Tell whether a current ECT lacks a mentor; an exempt one needs none (TD-01)."""
    return not row.mentored and not row.induction.exempt


def _order(tab: Tab, sort: Sort) -> Callable[[ListedECT], tuple[object, ...]]:
    if sort is Sort.NAME:
        return lambda row: (*_by_name(row), row.stay.id)
    if sort is Sort.START:
        return lambda row: (-row.stay.started_on.toordinal(), row.stay.id)
    if tab is Tab.CURRENT:
        return lambda row: (not needs_mentor(row), -row.stay.started_on.toordinal(), *_by_name(row), row.stay.id)
    return lambda row: (-(row.stay.finished_on or date.max).toordinal(), row.stay.id)


def _by_name(row: ListedECT) -> tuple[str, str]:
    whole = fold(row.name.displayed)
    return whole.rpartition(" ")[2], whole
