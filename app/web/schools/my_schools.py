"""All schools of somebody who works for several, with what is open at each (MS-01, ACC-10.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from litestar import Request, Response, get, post

from app import clock
from app.access.own_schools import own_schools
from app.access.switch_school import SwitchSchool, switch_school
from app.registration.home.several_schools import to_dos_of_schools
from app.registration.people.ect_list import TABS, Tab, needs_mentor
from app.schools.rules import SchoolAccess, may_register_ects, may_use_service, school_access
from app.terms import Refused
from app.values import NOT_AN_OPTION
from app.web.arrival import choice_page
from app.web.forms import read_form, read_query
from app.web.page import page, redirect
from app.web.policies import Gate, school_page
from app.web.role_gate import open_unchecked
from app.web.schools.list_query import page_number
from app.web.schools.own_roles import with_roles_checked
from app.web.session import here_of, school_facts, visit_of

if TYPE_CHECKING:
    from app.access.own_schools import OwnSchool
    from app.registration.home.school_to_do import SchoolToDo
    from app.web.session import Here

PATH = "/school/my-schools"
POLICY = school_page(last_gate=Gate.CURRENT_SCHOOL, acting=False)


@dataclass(frozen=True)
class SchoolLine:
    """One school; counts are empty where it may not use the service."""

    public_id: str
    name: str
    urn: str
    current: bool
    level: str
    tutor_confirmed: bool
    usable: bool
    unchecked: bool = False
    """Their role there is not known now: it is asked about when they choose it (ACC-10.5)."""
    to_do: int = 0
    ects: int = 0
    without_mentor: int = 0


@dataclass(frozen=True)
class MySchoolsPage:
    """One page of somebody's schools."""

    schools: tuple[SchoolLine, ...]
    page_number: int
    pages: int


@get(PATH, opt=POLICY)
async def show(request: Request[Any, Any, Any]) -> Response[str]:
    """Show them A to Z; who works for one school only is led home."""
    visitor = visit_of(request).visitor
    if visitor.open_schools + visitor.unchecked_schools < 2:  # noqa: PLR2004 - several
        return redirect(request, "/school/home")
    return await listed(request)


@post(PATH, opt=POLICY, status_code=303)
async def switch(request: Request[Any, Any, Any]) -> Response[str]:
    """Work for another of them (ACC-10.4)."""
    form, visitor = await read_form(request), visit_of(request).visitor
    if not form.get("school_id"):
        return await choice_page(request, form, {"school_id": "Select a school"})
    try:
        wanted = UUID(form["school_id"])
        refused = await open_unchecked(request, wanted)
        if refused is not None:
            return refused
        if visitor.user is not None and visitor.session is not None:
            await switch_school(SwitchSchool(visitor.session.id_hash, wanted), visitor.user.actor)
    except (ValueError, Refused):
        return await choice_page(request, form, {"school_id": NOT_AN_OPTION})
    return redirect(request, "/school/home")


async def listed(request: Request[Any, Any, Any]) -> Response[str]:
    """Answer one page of the list, in a constant number of statements."""
    here, session = here_of(request), visit_of(request).visitor.session
    size, number = here.policy.page_size, page_number(read_query(request).get("page", ""))
    method = session.method if session else None
    listed, total = await own_schools(here.user.id, here.today, size, number, method)
    pages = max(1, -(-total // size))
    if not listed and number > 1:
        return redirect(request, f"{PATH}?page=1")
    found, known = await with_roles_checked(request, here.user, listed)
    levels = {own.school.id: school_access(school_facts(own.school), here.today, here.policy) for own in found}
    shown = {school: held.level for school, held in levels.items() if school in known and may_use_service(held.level)}
    usable = {school: may_register_ects(level) for school, level in shown.items()}
    to_dos = await to_dos_of_schools(usable, clock.now(), here.policy, here.calendar)
    lines = tuple(
        line_of(own, levels[own.school.id], to_dos.get(own.school.id), here)
        if own.school.id in known
        else unchecked_line(own)
        for own in found
    )
    return page(request, "schools/my-schools.html", MySchoolsPage(lines, number, pages))


def unchecked_line(own: OwnSchool) -> SchoolLine:
    """Return what is shown of a school while it isn't known whether the person may see more (ACC-10.5)."""
    school = own.school
    return SchoolLine(
        str(school.public_id),
        school.name,
        school.urn,
        current=False,
        level="",
        tutor_confirmed=False,
        usable=False,
        unchecked=True,
    )


def line_of(own: OwnSchool, access: SchoolAccess, done: SchoolToDo | None, here: Here) -> SchoolLine:
    """Return what is shown of one school; no name of any teacher (ACC-10.5)."""
    period = here.calendar.current(here.today) or here.calendar.upcoming(here.today)
    confirmed = period is None or (own.confirmed_for_year or 0) >= period.year
    school = own.school
    line = SchoolLine(
        str(school.public_id),
        school.name,
        school.urn,
        school.id == here.school.id,
        access.level.words,
        confirmed,
        usable=done is not None,
    )
    return line if done is None else with_counts(line, done, here)


def with_counts(line: SchoolLine, done: SchoolToDo, here: Here) -> SchoolLine:
    """Return the line with the totals of the school's own lists (HM-02)."""
    current = [row for row in done.ects if TABS[row.state(here.today)] is Tab.CURRENT]
    without = sum(needs_mentor(row) for row in current)
    return SchoolLine(
        **{**line.__dict__, "to_do": len(done.own), "ects": len(current), "without_mentor": without},
    )


HANDLERS = [show, switch]
