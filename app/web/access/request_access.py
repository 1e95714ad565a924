"""Asking for access through the school's address in the national register (access, section 5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post

from app import clock
from app.access.email_link import NOMINATION_LIFE, may_gain_access, redacted
from app.access.queries import successor_of
from app.access.request_access import RequestAccess, request_access
from app.schools.find import PAGE_SIZE, FoundSchool, Sought, authorities, find_schools, open_school, parse_sought
from app.schools.queries import school_facts
from app.schools.rules import RefusalReason, school_access
from app.teachers.rules import fold
from app.values import NOT_AN_OPTION, Invalid
from app.web.access.gate import count_request, only_while_on
from app.web.arrival import AccessDeniedPage
from app.web.forms import read_form, read_query
from app.web.page import page, redirect
from app.web.policies import public_page
from app.web.session import visit_of

if TYPE_CHECKING:
    from collections.abc import Mapping

AnyRequest = Request[Any, Any, Any]
PATH, SENT = "/request-access", "/request-access/sent"
SEARCHES, SENDS = 60, 20
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LONGEST_NUMBER = 4
NOT_FOUND = "Find your school, then select it"


@dataclass(frozen=True)
class FindPage:
    """The form that finds a school, and a page of what it found."""

    values: Mapping[str, str]
    authorities: Mapping[str, str]
    searched: bool
    schools: tuple[FoundSchool, ...]
    total: int
    number: int
    pages: int
    errors: Mapping[str, str]


@dataclass(frozen=True)
class ConfirmPage:
    """The school chosen, where its email goes, and whether one can be sent."""

    school: FoundSchool
    address: str
    """Redacted; empty when the register holds none."""
    by_email: bool
    """The school may gain access by email link (ACC-2.3)."""


@dataclass(frozen=True)
class SentPage:
    """Where the email went and until when its link works."""

    school_name: str
    address: str
    expires_on: date


@get(PATH, opt=public_page(form=True))
async def show(request: AnyRequest) -> Response[str]:
    """Find a school, or ask whether the chosen one is right; nothing is sent by looking."""
    await only_while_on(request)
    query = read_query(request)
    if query.get("school_urn") or ("school_urn" in query and "q" not in query):
        return await show_school(request, query["school_urn"])
    return await show_finder(request, query, {"school_urn": "Select your school"} if "chosen" in query else None)


@post(PATH, opt=public_page(), status_code=303)
async def send(request: AnyRequest) -> Response[str]:
    """Send the link, or the same answer when one has just been sent (ACC-5.8, ACC-5.10)."""
    await only_while_on(request)
    form = await read_form(request)
    school = await open_school(form.get("school_urn", ""), clock.today())
    if school is None:
        return await show_finder(request, {}, {"q": NOT_FOUND})
    settings = request.app.state.settings
    if school.email is None or await reason_against(request, school) or not may_ask(request, school):
        return redirect(request, f"{PATH}?school_urn={school.urn}")
    await count_request(request, "request-access", SENDS, HOUR)
    await request_access(RequestAccess(school.id, school.name, school.email, settings.access_email_daily_cap))
    return redirect(request, f"{SENT}?school_urn={school.urn}")


@get(SENT, opt=public_page())
async def show_sent(request: AnyRequest) -> Response[str]:
    """Say where the email went; the page is the same whoever asked before, and for anybody who opens it."""
    school = await open_school(read_query(request).get("school_urn", ""), clock.today())
    if school is None or school.email is None:
        return redirect(request, PATH)
    expires_on = (clock.now() + NOMINATION_LIFE).astimezone(clock.LONDON).date()
    return page(request, "public/access/sent.html", SentPage(school.name, redacted(school.email), expires_on))


async def show_finder(
    request: AnyRequest, typed: Mapping[str, str], errors: Mapping[str, str] | None = None
) -> Response[str]:
    """Answer the form and what it finds; nothing typed makes an error page (ACC-5.2)."""
    known, number = await authorities(clock.today()), page_number(typed.get("page", ""))
    schools: tuple[FoundSchool, ...] = ()
    wrong, total = dict(errors or {}), 0
    if "q" in typed:
        await count_request(request, "school-search", SEARCHES, MINUTE)
        try:
            sought = parse_sought(typed["q"], authority_of(typed, known), fold)
            schools, total, number = await find_page(sought, number)
        except Invalid as invalid:
            wrong = invalid.errors
    searched = "q" in typed and not wrong.keys() & {"q", "local_authority"}
    context = FindPage(typed, known, searched, schools, total, number, max(1, -(-total // PAGE_SIZE)), wrong)
    return page(request, "public/access/find.html", context, status=422 if wrong else 200)


async def find_page(sought: Sought, number: int) -> tuple[tuple[FoundSchool, ...], int, int]:
    """Return a page of what fits, how many there are, and the number of the page; beyond the last it is the first."""
    schools, total = await find_schools(sought, clock.today(), number)
    if schools or number == 1:
        return schools, total, number
    return *await find_schools(sought, clock.today(), 1), 1


def authority_of(typed: Mapping[str, str], known: Mapping[str, str]) -> str:
    """Return the code of the authority chosen, empty for none; raises Invalid for one not in the list."""
    authority = typed.get("local_authority", "")
    if authority and authority not in known:
        raise Invalid(local_authority=NOT_AN_OPTION)
    return authority


async def show_school(request: AnyRequest, urn: str) -> Response[str]:
    """Answer the school chosen, or why it cannot use the service (ACC-5.3, ACC-5.4)."""
    school = await open_school(urn, clock.today())
    if school is None:
        return await show_finder(request, {}, {"q": NOT_FOUND})
    if (reason := await reason_against(request, school)) is not None:
        context = AccessDeniedPage(
            reason=reason,
            school_name=school.name,
            urn=school.urn,
            type_name=school.type_name,
            opens_on=school.opened_on,
            closed_on=school.closed_on,
            successor=await successor_of(school.urn) if reason is RefusalReason.CLOSED else None,
        )
        return page(request, "public/access-denied.html", context, status=403)
    address = redacted(school.email) if school.email else ""
    return page(request, "public/access/confirm.html", ConfirmPage(school, address, may_ask(request, school)))


def may_ask(request: AnyRequest, school: FoundSchool) -> bool:
    """Tell whether people of the school may gain access by email link (ACC-2.3)."""
    which = request.app.state.settings.email_link_schools
    return may_gain_access(which, school.email_link_override, has_dfe_sign_in=school.has_dfe_sign_in)


async def reason_against(request: AnyRequest, school: FoundSchool) -> RefusalReason | None:
    """Return why the school cannot use the service; None when it can."""
    today = clock.today()
    return school_access(await school_facts(school.id, today), today, visit_of(request).standing.policy).reason


def page_number(typed: str) -> int:
    """Return the number of the page asked for; anything else is the first."""
    return max(1, int(typed)) if typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_NUMBER else 1


HANDLERS = [show, send, show_sent]
