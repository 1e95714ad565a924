"""The pages of one school (ADM-5.1 to ADM-5.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time

from app import clock
from app.console import person_queries, school_queries
from app.console.people_queries import PeopleFilter, find_people
from app.console.school_levels import level_words
from app.console.search import LONGEST, people_search
from app.console.support_queries import queries
from app.console.timeline import Whose
from app.console.view_record import ViewRecord, view_record
from app.registration.home.school_to_do import school_to_do
from app.schools.queries import school_facts
from app.schools.rules import may_register_ects, school_access
from app.training.queries import calendar
from app.values import clean
from app.web.console import partnership_fixes, school_shown, timelines
from app.web.console.asking import address, may, page_size, staff_of
from app.web.console.done import done_here
from app.web.console.fixes import by_slug
from app.web.console.offers import offered
from app.web.console.people import person_row
from app.web.console.person import TabLink
from app.web.console.school_fixes import FIXES
from app.web.console.schools import PATH
from app.web.forms import read_query
from app.web.page import page, redirect
from app.web.policies import staff_page
from app.web.schools.list_query import page_number
from app.web.session import visit_of

if TYPE_CHECKING:
    from app.console.person_queries import LookUpFile, MessageFile
    from app.console.school_queries import AccessFile, LinkFile, PartnershipFile, RequestFile, SchoolFile
    from app.console.support_queries import SupportQuery
    from app.registration.home.to_do import Task
    from app.registration.people.ect_shown import Line
    from app.schools.rules import SchoolAccess
    from app.web.console.done import Notification
    from app.web.console.people import PersonRow
    from app.web.console.timelines import TimelineView

TABS = {
    "": "Overview",
    "people": "People",
    "partnerships": "Partnerships",
    "access": "Access",
    "messages": "Messages",
    "look-ups": "Look-ups",
    "timeline": "Timeline",
}


@dataclass(frozen=True, kw_only=True)
class Top:
    """What stands above every tab (ADM-5.1)."""

    name: str
    urn: str
    level: str
    tabs: tuple[TabLink, ...]
    tab: str
    path_to_school: str
    notification: Notification | None
    """What staff have just put right."""


@dataclass(frozen=True, kw_only=True)
class OverviewPage(Top):
    """What the register says, who the contact is, and what the school has to do as it sees it itself."""

    register: tuple[Line, ...]
    tutors: tuple[Line, ...]
    answers: tuple[Line, ...]
    tasks: tuple[Task, ...]
    waiting: tuple[Task, ...]
    may_act: bool
    """Whoever asks may act for the school (ADM-7.1)."""
    fixes: tuple[tuple[str, str], ...]
    """Address and title of what this member of staff can put right (ADM-6.1)."""


@dataclass(frozen=True, kw_only=True)
class PeoplePage(Top):
    """Everybody who is or was registered here."""

    q: str
    rows: tuple[PersonRow, ...]
    total: int
    page_number: int
    pages: int
    page_href: str


@dataclass(frozen=True, kw_only=True)
class PartnershipsPage(Top):
    """Its partnerships by year, and training that nobody has confirmed."""

    partnerships: tuple[PartnershipFile, ...]
    requests: tuple[RequestFile, ...]
    fixes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class AccessPage(Top):
    """Who may work for it, who might, and which links were mailed."""

    accesses: tuple[AccessFile, ...]
    links: tuple[LinkFile, ...]


@dataclass(frozen=True, kw_only=True)
class MessagesPage(Top):
    """The newest emails to it."""

    messages: tuple[MessageFile, ...]
    most: int
    queries: tuple[SupportQuery, ...]


@dataclass(frozen=True, kw_only=True)
class LookUpsPage(Top):
    """Its look-ups that led to nothing."""

    look_ups: tuple[LookUpFile, ...]


@dataclass(frozen=True, kw_only=True)
class TimelinePage(Top):
    """What happened there."""

    view: TimelineView


@get(f"{PATH}/{{urn:str}}", opt=staff_page(nav="schools"))
async def overview(request: Request[Any, Any, Any], urn: FromPath[str]) -> Response[str]:
    """Show a school as the register and this service know it; a former URN leads to the present one (ADM-5.1)."""
    school = await opened(urn)
    if school.urn != urn:
        return redirect(request, f"{PATH}/{school.urn}")
    standing = visit_of(request).standing
    access = await access_of(request, school)
    registers = may_register_ects(access.level)
    to_do = await school_to_do(school.id, clock.now(), standing.policy, await calendar(), registers=registers)
    shown = OverviewPage(
        **top(request, school, access, ""),
        register=school_shown.register_lines(school, access),
        tutors=school_shown.tutor_lines(school),
        answers=school_shown.answer_lines(school, clock.now()),
        tasks=to_do.own,
        waiting=to_do.waiting,
        may_act=may(request, "support"),
        fixes=offered(request, FIXES, school, f"{PATH}/{school.urn}"),
    )
    return page(request, "console/school-overview.html", shown)


@get(f"{PATH}/{{urn:str}}/people", opt=staff_page(nav="schools"))
async def people(request: Request[Any, Any, Any], urn: FromPath[str]) -> Response[str]:
    """Show everybody who is or was registered at a school (ADM-5.2)."""
    school, query, today = await opened(urn), read_query(request), clock.today()
    await view_record(ViewRecord("People of a school", school_id=school.id), staff_of(request).actor)
    sought, wanted = people_search(query.get("q", "")), PeopleFilter(urn=school.urn)
    found = await find_people(sought, wanted, page_number(query.get("page", "")), page_size(query), today)
    shown = PeoplePage(
        **top(request, school, await access_of(request, school), "people"),
        q=query.get("q", "")[:LONGEST],
        rows=tuple(person_row(person, today) for person in found.people),
        total=found.total,
        page_number=found.page,
        pages=found.pages,
        page_href=address(f"{PATH}/{school.urn}/people", query, ("q", "size")),
    )
    return page(request, "console/school-people.html", shown)


@get(f"{PATH}/{{urn:str}}/partnerships", opt=staff_page(nav="schools"))
async def partnerships(request: Request[Any, Any, Any], urn: FromPath[str]) -> Response[str]:
    """Show a school's partnerships by year, and training that nobody has confirmed (ADM-5.2)."""
    school = await opened(urn)
    base = f"{PATH}/{school.urn}"
    shown = PartnershipsPage(
        **top(request, school, await access_of(request, school), "partnerships"),
        partnerships=await school_queries.school_partnerships(school.id),
        requests=await school_queries.unconfirmed_requests(school.id, clock.today()),
        fixes=offered(request, by_slug(*partnership_fixes.FIXES), school, base, f"{base}/partnerships"),
    )
    return page(request, "console/school-partnerships.html", shown)


@get(f"{PATH}/{{urn:str}}/access", opt=staff_page(nav="schools"))
async def access(request: Request[Any, Any, Any], urn: FromPath[str]) -> Response[str]:
    """Show who may work for a school, who might, and which links were mailed (ADM-5.2)."""
    school = await opened(urn)
    shown = AccessPage(
        **top(request, school, await access_of(request, school), "access"),
        accesses=await school_queries.accesses(school.id),
        links=await school_queries.links(school.id),
    )
    return page(request, "console/school-access.html", shown)


@get(f"{PATH}/{{urn:str}}/messages", opt=staff_page(nav="schools"))
async def messages(request: Request[Any, Any, Any], urn: FromPath[str]) -> Response[str]:
    """Show the newest emails to a school (ADM-5.2)."""
    school = await opened(urn)
    shown = MessagesPage(
        **top(request, school, await access_of(request, school), "messages"),
        messages=await school_queries.messages_to(school.id),
        queries=await queries(school_id=school.id),
        most=school_queries.MOST_MESSAGES,
    )
    return page(request, "console/school-messages.html", shown)


@get(f"{PATH}/{{urn:str}}/look-ups", opt=staff_page(nav="schools"))
async def look_ups(request: Request[Any, Any, Any], urn: FromPath[str]) -> Response[str]:
    """Show a school's look-ups that led to nothing (ADM-5.2)."""
    school = await opened(urn)
    shown = LookUpsPage(
        **top(request, school, await access_of(request, school), "look-ups"),
        look_ups=await person_queries.refused_look_ups_at(school.id),
    )
    return page(request, "console/school-look-ups.html", shown)


@get(f"{PATH}/{{urn:str}}/timeline", opt=staff_page(nav="schools"))
async def timeline(request: Request[Any, Any, Any], urn: FromPath[str]) -> Response[str]:
    """Show everything that happened at a school, with and without a person (ADM-5.2)."""
    school = await opened(urn)
    view = await timelines.view(request, Whose(school_id=school.id), f"{PATH}/{school.urn}/timeline")
    shown = TimelinePage(**top(request, school, await access_of(request, school), "timeline"), view=view)
    return page(request, "console/school-timeline.html", shown)


async def opened(urn: str) -> SchoolFile:
    """Return the school of a URN, a former one too; raises NotFoundException for an unknown one."""
    found = await school_queries.school(clean(urn))
    if found is None:
        raise NotFoundException
    return found


async def access_of(request: Request[Any, Any, Any], school: SchoolFile) -> SchoolAccess:
    """Return what a school may do, and the row that decided (ACC-13.5)."""
    today = clock.today()
    return school_access(await school_facts(school.id, today), today, visit_of(request).standing.policy)


def top(request: Request[Any, Any, Any], school: SchoolFile, access: SchoolAccess, tab: str) -> dict[str, Any]:
    """Return the fields of what stands above every tab."""
    base = f"{PATH}/{school.urn}"
    return {
        "name": school.name,
        "urn": school.urn,
        "level": level_words(access),
        "tabs": tuple(TabLink(text, f"{base}/{key}" if key else base, key == tab) for key, text in TABS.items()),
        "tab": TABS[tab],
        "path_to_school": base,
        "notification": done_here(request),
    }


HANDLERS = [overview, people, partnerships, access, messages, look_ups, timeline]
