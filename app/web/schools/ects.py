"""The list of a school's ECTs (journeys, section 10)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get

from app.registration import ect_shown
from app.registration.ect_list import Listing, Show, Sort, Tab, Wanted, listing, parse_search
from app.registration.ect_shown import Line
from app.registration.rules import ECTState
from app.registration.school_queries import ects, listed_ects
from app.registration.start_dates import day_in_words
from app.schools.rules import may_register_ects
from app.web.page import page
from app.web.policies import school_page
from app.web.schools.list_query import ListQuery, list_query
from app.web.session import here_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from app.registration.ect_facts import ECTAtSchool
    from app.registration.statuses import Tag
    from app.web.session import Here

PATH = "/school/ects"


@dataclass(frozen=True)
class Card:
    """One ECT of the list (LS-06)."""

    name: str
    href: str
    tag: Tag
    lines: tuple[Line, ...]
    stopped: bool
    """Their training was withdrawn or paused: the record says more (WD-05)."""


@dataclass(frozen=True)
class TabLink:
    """One tab, with the number of people in it that the search finds."""

    text: str
    href: str
    count: int
    current: bool


@dataclass(frozen=True)
class ECTsPage:
    """The list: its tabs, what was asked for, the cards of one page, and what it says when there are none."""

    tabs: tuple[TabLink, ...]
    tab: Tab
    query: ListQuery
    cards: tuple[Card, ...]
    result: str
    empty: bool
    """The tab holds nobody, whatever is searched for (LS-08)."""
    elsewhere: tuple[TabLink, ...]
    """Other tabs in which the search finds somebody (LS-03)."""
    page_number: int
    pages: int
    page_href: str
    may_register: bool
    values: dict[str, str]
    sorts: dict[str, str]
    shows: dict[str, str]


@get(PATH, opt=school_page(gated=True, nav="ects"))
async def show_list(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the ECTs of a tab, searched, filtered, ordered and paged (LS-01 to LS-06)."""
    here, query = here_of(request), list_query(request)
    wanted = Wanted(query.tab, parse_search(query.q), query.sort, query.show)
    found = listing(await listed_ects(here.school.id, here.today), wanted, here.today)
    query = replace(query, show=query.show if found.tab is Tab.CURRENT else Show.ALL)
    size = here.policy.page_size
    pages = max(1, -(-len(found.rows) // size))
    query = replace(query, page=min(query.page, pages))
    shown = found.rows[(query.page - 1) * size : query.page * size]
    people = await ects(here.school.id, [row.stay.id for row in shown])
    cards = cards_of(people, here.today, query)
    return page(request, "schools/ects.html", ects_page(found, query, cards, pages, here))


def cards_of(people: Sequence[ECTAtSchool], today: date, query: ListQuery) -> tuple[Card, ...]:
    """Return what the list shows of each ECT; those of the same name are told apart by their TRN (GDS-14)."""
    names = Counter(ect.displayed for ect in people)
    return tuple(
        Card(
            ect.displayed if names[ect.displayed] == 1 else f"{ect.displayed} ({ect.trn})",
            query.on(f"{PATH}/{ect.public_id}"),
            ect.tag(today),
            card_lines(ect, today),
            stopped="change-lead-provider" in ect.tag(today).actions,
        )
        for ect in people
    )


def card_lines(ect: ECTAtSchool, today: date) -> tuple[Line, ...]:
    """Return the rows of a card (LS-06)."""
    lines = [Line("trn", "Teacher reference number", ect.trn)]
    lines.append(Line("start-date", "School start date", day_in_words(ect.stay.started_on)))
    if ect.stay.finished_on is not None:
        lines.append(Line("last-day", "Last day", day_in_words(ect.stay.finished_on)))
    lines += [ect_shown.induction_start_line(ect), ect_shown.body_line(ect, today)]
    lines += ect_shown.training_lines(ect, today)
    if ect.state(today) is not ECTState.LEFT:
        lines += ect_shown.mentor_lines(ect, today)
    return tuple(lines)


def ects_page(found: Listing, query: ListQuery, cards: tuple[Card, ...], pages: int, here: Here) -> ECTsPage:
    """Return the context of the list."""
    tabs = tuple(tab_link(tab, found, query) for tab in Tab)
    searching = not parse_search(query.q).blank
    return ECTsPage(
        tabs=tabs,
        tab=found.tab,
        query=query,
        cards=cards,
        result=status_of(found, query, pages),
        empty=found.totals[found.tab] == 0,
        elsewhere=tuple(link for link in tabs if link.count and not link.current) if searching and not cards else (),
        page_number=query.page,
        pages=pages,
        page_href=page_href(query),
        may_register=may_register_ects(here.level),
        values={"q": query.q, "sort": query.sort.value, "filter": query.show.value},
        sorts={sort.value: sort.words for sort in Sort},
        shows={show.value: show.words for show in Show} if found.tab is Tab.CURRENT else {},
    )


def tab_link(tab: Tab, found: Listing, query: ListQuery) -> TabLink:
    """Return a tab; another one begins at its first page."""
    address = replace(query, tab=tab, page=1, show=Show.ALL).on(PATH)
    return TabLink(tab.words, address, found.found[tab], tab is found.tab)


def status_of(found: Listing, query: ListQuery, pages: int) -> str:
    """Return the sentence that says how many are shown, new for every result (LS-10, AX-25)."""
    number = len(found.rows)
    people = "1 ECT" if number == 1 else f"{number} ECTs"
    where = f", page {query.page} of {pages}" if pages > 1 else ""
    return f"{people} found in “{found.tab.words}”{where}"


def page_href(query: ListQuery) -> str:
    """Return the address before the number of a page."""
    rest = replace(query, page=1).query()
    return f"{PATH}?{rest}&page=" if rest else f"{PATH}?page="


HANDLERS = [show_list]
