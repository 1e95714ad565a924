"""Finding people (ADM-2.1 to ADM-2.3, ADM-2.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from litestar import Request, Response, get

from app import clock
from app.console.attention import needing_attention
from app.console.choices import choices as read_choices
from app.console.people_queries import TAGS, PeopleFilter, RoleHeld, find_people
from app.console.search import LONGEST, people_search
from app.training.periods import academic_year
from app.web.console.asking import PAGE_SIZES, address, may, page_size
from app.web.console.exporting import file_address, may_export
from app.web.forms import read_query
from app.web.page import page, redirect
from app.web.policies import staff_page
from app.web.schools.list_query import page_number
from app.web.session import visit_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from app.console.people_queries import PeopleFound, PersonFound
    from app.registration.people.statuses import Tag

PATH = "/admin/people"
FILE = f"{PATH}/file"
KEPT = ("q", "role", "year", "school", "lead-provider", "tag", "attention", "size")
ATTENTION = {"yes": "Needs attention"}


@dataclass(frozen=True)
class PersonRow:
    """One person of the list (ADM-2.3)."""

    href: str
    name: str
    on_record: str
    """The name on the teaching record, when it is another."""
    trn: str
    roles: tuple[str, ...]
    school: str
    tag: Tag | None
    year: int | None


@dataclass(frozen=True)
class PeoplePage:
    """What was asked for, what can be asked for, and who was found."""

    values: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]]
    """Field -> value -> words."""
    rows: tuple[PersonRow, ...]
    total: int
    more: bool
    searching: bool
    page_number: int
    pages: int
    page_href: str
    file_href: str
    """Where the same people are had as a file; empty for those who may not."""
    may_tick: bool
    """Whoever asks may put something right for those whom they tick (ADM-6.2)."""


@get(PATH, opt=staff_page(nav="people"))
async def search(request: Request[Any, Any, Any]) -> Response[str]:
    """List who is found; a TRN of somebody known goes straight to their page (ADM-2.1, ADM-2.5)."""
    query = read_query(request)
    sought, today = people_search(query.get("q", "")), clock.today()
    wanted = await wanted_in(request, query)
    found = await find_people(sought, wanted, page_number(query.get("page", "")), page_size(query), today)
    if len(sought.trns) == 1 and found.total == 1:
        return redirect(request, f"{PATH}/{found.people[0].public_id}")
    return page(request, "console/people.html", await _page(request, query, found, today))


async def wanted_in(request: Request[Any, Any, Any], query: Mapping[str, str]) -> PeopleFilter:
    """Return the filters that an address asks for (ADM-2.3)."""
    year, role = query.get("year", ""), query.get("role", "")
    policy = visit_of(request).standing.policy
    return PeopleFilter(
        role=next((held for held in RoleHeld if held.value == role), None),
        year=0 if year == "none" else int(year) if year in YEARS else None,
        urn=query.get("school", "").strip()[:LONGEST],
        lead_provider=_uuid(query.get("lead-provider", "")),
        tag=query.get("tag", "")[:LONGEST],
        among=await needing_attention(policy, clock.today()) if query.get("attention") in ATTENTION else None,
    )


YEARS = frozenset(str(year) for year in range(2000, 2100))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


async def _page(
    request: Request[Any, Any, Any], query: Mapping[str, str], found: PeopleFound, today: date
) -> PeoplePage:
    known = await read_choices()
    choices = {
        "role": {role.value: role.words for role in RoleHeld},
        "year": {**{str(year): academic_year(year) for year in known.years}, "none": "Not available"},
        "lead-provider": {str(provider.public_id): provider.name for provider in known.lead_providers},
        "tag": {tag: tag for tag in TAGS},
        "attention": ATTENTION,
        "size": {str(size): str(size) for size in PAGE_SIZES},
    }
    return PeoplePage(
        values={name: query.get(name, "")[:LONGEST] for name in KEPT},
        choices=choices,
        rows=tuple(person_row(person, today) for person in found.people),
        total=found.total,
        more=found.more,
        searching=any(query.get(name) for name in KEPT if name != "size"),
        page_number=found.page,
        pages=found.pages,
        page_href=address(PATH, query, KEPT),
        file_href=file_address(FILE, query, KEPT) if may_export(request) else "",
        may_tick=may(request, "support"),
    )


def person_row(person: PersonFound, today: date) -> PersonRow:
    """Return the row of one person (ADM-2.3)."""
    school = person.school(today)
    return PersonRow(
        href=f"{PATH}/{person.public_id}",
        name=person.name.displayed,
        on_record=person.name.on_record,
        trn=person.trn,
        roles=person.roles,
        school=school.name if school else "",
        tag=person.tag(today),
        year=person.latest_year,
    )


HANDLERS = [search]
