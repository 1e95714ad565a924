"""Finding schools (ADM-2.4, ADM-2.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get

from app import clock
from app.console.choices import school_choices
from app.console.school_queries import STATUSES, SchoolFilter, find_schools
from app.console.search import LONGEST, school_search
from app.schools.rules import SchoolLevel
from app.web.console.asking import PAGE_SIZES, address, page_size
from app.web.forms import read_query
from app.web.page import page, redirect
from app.web.policies import staff_page
from app.web.schools.list_query import page_number
from app.web.session import visit_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.console.school_queries import SchoolFound, SchoolsFound

PATH = "/admin/schools"
KEPT = ("q", "level", "type", "authority", "status", "tutor", "users", "size")
YES_NO = {"yes": "Yes", "no": "No"}


@dataclass(frozen=True)
class SchoolsPage:
    """What was asked for, what can be asked for, and which schools were found."""

    values: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]]
    """Field -> value -> words."""
    schools: tuple[SchoolFound, ...]
    total: int
    more: bool
    searching: bool
    page_number: int
    pages: int
    page_href: str


@get(PATH, opt=staff_page(nav="schools"))
async def search(request: Request[Any, Any, Any]) -> Response[str]:
    """List the schools found; a URN goes straight to the school's page (ADM-2.4, ADM-2.5)."""
    query = read_query(request)
    sought, policy = school_search(query.get("q", "")), visit_of(request).standing.policy
    number, size = page_number(query.get("page", "")), page_size(query)
    found = await find_schools(sought, _filter(query), policy, clock.today(), page=number, size=size)
    if sought.urn and found.total == 1:
        return redirect(request, f"{PATH}/{found.schools[0].urn}")
    return page(request, "console/schools.html", await _page(query, found))


def _filter(query: Mapping[str, str]) -> SchoolFilter:
    level = query.get("level", "")
    return SchoolFilter(
        level=next((known for known in SchoolLevel if known.value == level), None),
        type_code=_code(query.get("type", "")),
        authority=query.get("authority", "")[:LONGEST],
        status=_code(query.get("status", "")),
        has_tutor=_yes_no(query.get("tutor", "")),
        has_users=_yes_no(query.get("users", "")),
    )


MOST_DIGITS = 4


def _code(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


def _yes_no(text: str) -> bool | None:
    return text == "yes" if text in YES_NO else None


async def _page(query: Mapping[str, str], found: SchoolsFound) -> SchoolsPage:
    known = await school_choices()
    choices = {
        "level": {level.value: level.words[:1].upper() + level.words[1:] for level in SchoolLevel},
        "type": {str(code): name for code, name in known.types},
        "authority": dict(known.authorities),
        "status": {str(code): words for code, words in STATUSES.items()},
        "tutor": YES_NO,
        "users": YES_NO,
        "size": {str(size): str(size) for size in PAGE_SIZES},
    }
    return SchoolsPage(
        values={name: query.get(name, "")[:LONGEST] for name in KEPT},
        choices=choices,
        schools=found.schools,
        total=found.total,
        more=found.more,
        searching=any(query.get(name) for name in KEPT if name != "size"),
        page_number=found.page,
        pages=found.pages,
        page_href=address(PATH, query, KEPT),
    )


HANDLERS = [search]
