"""What the lists of ECTs and of mentors share: search, orders, tabs with their numbers, all pure (journeys §10)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from app.teachers.rules import fold
from app.terms import TRN, Word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

LONGEST_SEARCH = 100
_TRN = re.compile(r"(?<![0-9])[0-9]{7}(?![0-9])")


class Sort(Word):
    """The orders to choose from (LS-04)."""

    DEFAULT = "default", "Without a mentor first, then newest"
    NAME = "name", "Last name, A to Z"
    START = "start", "Start date, newest first"


class _Stay(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def started_on(self) -> date: ...
    @property
    def finished_on(self) -> date | None: ...


class _Name(Protocol):
    @property
    def displayed(self) -> str: ...


class Listed(Protocol):
    """Somebody on a list, as far as search and order depend on it."""

    @property
    def stay(self) -> _Stay:
        """Their time at the school."""

    @property
    def trn(self) -> TRN:
        """Their teacher reference number."""

    @property
    def name(self) -> _Name:
        """Their names."""

    @property
    def search_name(self) -> str:
        """The folded words of both names."""


P = TypeVar("P", bound=Listed)
T = TypeVar("T", bound=Word)


@dataclass(frozen=True)
class Search:
    """What was searched for: exactly these TRNs, else people whom every piece fits; nothing finds everybody (LS-03)."""

    trns: frozenset[TRN] = frozenset()
    pieces: tuple[str, ...] = ()

    @property
    def blank(self) -> bool:
        """Whether nothing was asked for."""
        return not self.trns and not self.pieces

    def finds(self, row: Listed) -> bool:
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


def _fits(piece: str, row: Listed) -> bool:
    if piece.isdecimal():
        return piece in row.trn
    return any(word.startswith(piece) for word in row.search_name.split())


@dataclass(frozen=True)
class Listing(Generic[T, P]):
    """One tab of a list after searching: whom it shows in order, and how many are in each tab.

    totals: without search; found: with it.
    """

    tab: T
    rows: tuple[P, ...]
    totals: Mapping[T, int]
    found: Mapping[T, int]


def listing(
    placed: Sequence[tuple[T, P]],
    tab: T,
    search: Search,
    shown: Callable[[P], bool],
    order: Callable[[P], tuple[object, ...]],
) -> Listing[T, P]:
    """Choose and order what a page of a tab lists (LS-01, LS-03, LS-04)."""
    found = [(place, row) for place, row in placed if search.finds(row)]
    here = [row for place, row in found if place is tab and shown(row)]
    tabs = tuple(type(tab))
    return Listing(tab, tuple(sorted(here, key=order)), counts(tabs, placed), counts(tabs, found))


def counts(tabs: Iterable[T], placed: Sequence[tuple[T, P]]) -> dict[T, int]:
    """Return how many are in each tab."""
    return {tab: sum(place is tab for place, _ in placed) for tab in tabs}


def first_not_empty(tabs: Sequence[T], placed: Sequence[tuple[T, P]]) -> T:
    """Return the tab to show when none is asked for (LS-01)."""
    numbers = counts(tabs, placed)
    return next((tab for tab in tabs if numbers[tab]), tabs[0])


def by_name(row: Listed) -> tuple[object, ...]:
    """Order by the last word, then the whole displayed name, folded; ties by stay (LS-04)."""
    whole = fold(row.name.displayed)
    return whole.rpartition(" ")[2], whole, row.stay.id


def by_start(row: Listed) -> tuple[object, ...]:
    """Order by the start date, newest first; ties by stay (LS-04)."""
    return -row.stay.started_on.toordinal(), row.stay.id


def by_end(row: Listed) -> tuple[object, ...]:
    """Order by the last day, newest first, those without one before; ties by stay (LS-04)."""
    end = row.stay.finished_on
    return end is not None, -end.toordinal() if end else 0, row.stay.id
