"""The page of a list, of ECTs or of mentors: tabs, search, cards, paging (journeys, section 10)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from app.registration.people.ect_list import Show
from app.registration.people.people_list import Listed, parse_search
from app.registration.people.statuses import EMAIL_NOT_DELIVERED
from app.registration.permissions import Action
from app.terms import Word
from app.web.schools.list_query import ListQuery

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.registration.people.ect_facts import PersonAtSchool
    from app.registration.people.ect_shown import Line
    from app.registration.people.people_list import Listing
    from app.registration.people.statuses import Tag
    from app.terms import TRN
    from app.web.schools.changes import May, Way

T = TypeVar("T", bound=Word)


P = TypeVar("P", bound=Listed)


@dataclass(frozen=True)
class Kind:
    """What differs between the two lists: address, heading, the words for one and for several people."""

    path: str
    heading: str
    one: str
    several: str
    nothing: str
    """The template that says what belongs in an empty tab."""

    def number(self, number: int) -> str:
        """Return how many people, in words."""
        return f"1 {self.one}" if number == 1 else f"{number} {self.several}"


@dataclass(frozen=True)
class Card:
    """One person of a list (LS-06, LS-07)."""

    name: str
    href: str
    tags: tuple[Tag, ...]
    lines: tuple[Line, ...]
    stopped: bool
    """Their training was withdrawn, disputed or paused: the record says more (WD-05)."""
    report_leaving: str = ""
    """Where to report that somebody whose training was stopped has left, if that may be done (LV-00)."""


@dataclass(frozen=True)
class TabLink:
    """One tab, with the number of people in it that the search finds."""

    text: str
    href: str
    count: int
    current: bool


@dataclass(frozen=True)
class ListPage:
    """A list: its tabs, what was asked for, the cards of one page, and what it says when there are none."""

    kind: Kind
    tabs: tuple[TabLink, ...]
    tab: Word
    cards: tuple[Card, ...]
    result: str
    empty: bool
    """The tab holds nobody, whatever is searched for (LS-08)."""
    elsewhere: tuple[TabLink, ...]
    """Other tabs in which the search finds somebody (LS-03)."""
    clear: str
    page_number: int
    pages: int
    page_href: str
    download: str
    """The address of the file with everybody who is found here; empty when that is nobody (LS-09)."""
    more: tuple[Way, ...]
    """What else can be done with several people at once (LS-09)."""
    register: tuple[str, str] | None
    """Words and address of the button; none for a school that may not (LS-08, SCH-03)."""
    values: dict[str, str]
    sorts: Mapping[str, str]
    shows: Mapping[str, str]


@dataclass(frozen=True)
class Paged(Generic[T, P]):
    """One page of a listing: the query as it is in effect, the rows it shows, and how many pages there are."""

    listing: Listing[T, P]
    query: ListQuery[T]
    rows: tuple[P, ...]
    pages: int


def paged(listing: Listing[T, P], query: ListQuery[T], size: int) -> Paged[T, P]:
    """Cut out the page asked for; beyond the end that is the last one (LS-05)."""
    pages = max(1, -(-len(listing.rows) // size))
    query = replace(query, page=min(query.page, pages))
    return Paged(listing, query, listing.rows[(query.page - 1) * size : query.page * size], pages)


def list_page(
    kind: Kind,
    paged: Paged[T, P],
    cards: tuple[Card, ...],
    register: tuple[str, str] | None,
    *,
    sorts: Mapping[str, str],
    shows: Mapping[str, str] | None = None,
    more: tuple[Way, ...] = (),
) -> ListPage:
    """Return the context of a list."""
    listing, query = paged.listing, paged.query
    tabs = tuple(_tab_link(kind, tab, listing, query) for tab in listing.totals)
    searching = not parse_search(query.q).blank
    return ListPage(
        kind=kind,
        tabs=tabs,
        tab=listing.tab,
        cards=cards,
        result=status_of(kind, paged),
        empty=listing.totals[listing.tab] == 0,
        elsewhere=tuple(link for link in tabs if link.count and not link.current) if searching and not cards else (),
        clear=ListQuery(tab=listing.tab).on(kind.path),
        page_number=query.page,
        pages=paged.pages,
        page_href=page_href(kind, query),
        download=replace(query, tab=listing.tab, page=1).on(f"{kind.path}/export") if cards else "",
        more=more,
        register=register,
        values={"q": query.q, "sort": query.sort.value, "filter": query.show.value},
        sorts=sorts,
        shows=shows or {},
    )


def _tab_link(kind: Kind, tab: T, listing: Listing[T, P], query: ListQuery[T]) -> TabLink:
    """Return a tab; another one begins at its first page."""
    address = replace(query, tab=tab, page=1, show=Show.ALL).on(kind.path)
    return TabLink(tab.words, address, listing.found[tab], tab is listing.tab)


def status_of(kind: Kind, paged: Paged[T, P]) -> str:
    """Return the sentence that says how many are shown, new for every result (LS-10, AX-25)."""
    where = f", page {paged.query.page} of {paged.pages}" if paged.pages > 1 else ""
    return f"{kind.number(len(paged.listing.rows))} found in “{paged.listing.tab.words}”{where}"


def page_href(kind: Kind, query: ListQuery[T]) -> str:
    """Return the address before the number of a page."""
    rest = replace(query, page=1).query()
    return f"{kind.path}?{rest}&page=" if rest else f"{kind.path}?page="


class _Named(Protocol):
    @property
    def displayed(self) -> str: ...
    @property
    def trn(self) -> TRN: ...


def names_apart(people: Sequence[_Named]) -> list[str]:
    """Return the names of people on a page; those of the same name are told apart by their TRN (GDS-14)."""
    names = Counter(person.displayed for person in people)
    return [
        person.displayed if names[person.displayed] == 1 else f"{person.displayed} ({person.trn})" for person in people
    ]


def tags_of(person: PersonAtSchool, tag: Tag, may: May) -> tuple[Tag, ...]:
    """Return the tag, and beside it that the address does not work while it can be changed (STA-02, MSG-03)."""
    failing = person.email_failed_at is not None and may(Action.CHANGE_EMAIL)
    return (tag, EMAIL_NOT_DELIVERED) if failing else (tag,)
