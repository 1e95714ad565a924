"""The pages between signing in and the first page of a school: notice, choice of school, refusals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post

from app.access.accept_privacy_notice import accept_privacy_notice
from app.access.organisations import unchecked_schools_of
from app.access.own_schools import SchoolChoice, schools_of
from app.access.queries import successor_of
from app.access.rules import PRIVACY_VERSION
from app.access.sign_in import DFE_SIGN_IN
from app.access.switch_school import SwitchSchool, switch_school
from app.schools.rules import RefusalReason
from app.terms import Refused
from app.values import NOT_AN_OPTION
from app.web.forms import read_form, read_query
from app.web.page import page, redirect
from app.web.policies import Gate, public_page, school_page
from app.web.role_gate import open_unchecked
from app.web.session import take_return_path, visit_of

AnyRequest = Request[Any, Any, Any]
PAGE_SIZE = 20
SEARCH_FROM = 10
"""So many schools get a search box (ACC-10.1)."""


@dataclass(frozen=True)
class PrivacyNoticePage:
    """The notice to accept, with what is wrong with the answer."""

    version: str
    errors: dict[str, str]


@get("/privacy-notice", opt=school_page(last_gate=Gate.ACCOUNT, acting=False))
async def privacy_notice(request: AnyRequest) -> Response[str]:
    """Show the privacy notice (ACC-9.11)."""
    return page(request, "public/privacy-notice.html", PrivacyNoticePage(PRIVACY_VERSION, {}))


@post("/privacy-notice", opt=school_page(last_gate=Gate.ACCOUNT, acting=False), status_code=303)
async def answer_privacy_notice(request: AnyRequest) -> Response[str]:
    """Store the acceptance and go on; declining signs out (ACC-9.11)."""
    answer = (await read_form(request)).get("accept_privacy_notice", "")
    visit = visit_of(request)
    if answer == "no":
        await visit.end()
        return redirect(request, "/signed-out")
    if answer != "yes" or visit.visitor.user is None:
        message = NOT_AN_OPTION if answer else "Select whether you accept the privacy notice"
        context = PrivacyNoticePage(PRIVACY_VERSION, {"accept_privacy_notice": message})
        return page(request, "public/privacy-notice.html", context, status=422)
    await accept_privacy_notice(visit.visitor.user.actor)
    return redirect(request, await take_return_path(request))


@dataclass(frozen=True)
class ChooseSchoolPage:
    """The schools of somebody who works for several."""

    schools: tuple[SchoolChoice, ...]
    current: UUID | None
    search: bool
    query: str
    number: int
    pages: int
    by_dfe_sign_in: bool
    errors: dict[str, str]


@get("/school/choose", opt=school_page(last_gate=Gate.PRIVACY_NOTICE, acting=False))
async def choose_school(request: AnyRequest) -> Response[str]:
    """Show the schools to choose from, A to Z (ACC-10.1)."""
    return await choice_page(request, read_query(request), {})


@post("/school/choose", opt=school_page(last_gate=Gate.PRIVACY_NOTICE, acting=False), status_code=303)
async def switch(request: AnyRequest) -> Response[str]:
    """Work for another school, then open the page asked for (ACC-10.4)."""
    form = await read_form(request)
    visitor = visit_of(request).visitor
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
    return redirect(request, await take_return_path(request))


async def choice_page(request: AnyRequest, typed: dict[str, str], errors: dict[str, str]) -> Response[str]:
    """Answer the schools to choose from, with what is wrong with the choice (ACC-10.1)."""
    visitor = visit_of(request).visitor
    every = await schools_of(visitor.user.id) if visitor.user else []
    if visitor.user and visitor.unchecked_schools:
        every += await unchecked_schools_of(visitor.user.id)
        every.sort(key=lambda school: (school.name.lower(), school.urn))
    query = typed.get("q", "").strip()
    found = [school for school in every if _matches(school, query)]
    pages = max(1, -(-len(found) // PAGE_SIZE))
    asked = typed.get("page", "1")
    number = min(int(asked), pages) if asked.isascii() and asked.isdigit() and len(asked) < 6 and int(asked) else 1  # noqa: PLR2004
    context = ChooseSchoolPage(
        schools=tuple(found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]),
        current=visitor.school.public_id if visitor.school else None,
        search=len(every) >= SEARCH_FROM,
        query=query,
        number=number,
        pages=pages,
        by_dfe_sign_in=visitor.session is not None and visitor.session.method == DFE_SIGN_IN,
        errors=errors,
    )
    return page(request, "public/choose-school.html", context, status=422 if errors else 200)


def _matches(school: SchoolChoice, query: str) -> bool:
    return query.casefold() in school.name.casefold() or query == school.urn


@get("/no-school", opt=public_page())
async def no_school(request: AnyRequest) -> Response[str]:
    """Say that the account works for no school (ACC-3.7)."""
    return page(request, "public/no-school.html", status=403)


@dataclass(frozen=True)
class AccessDeniedPage:
    """Why a school may not use the service, and what can be done (ACC-13.8)."""

    reason: RefusalReason
    school_name: str
    urn: str
    type_name: str
    opens_on: date | None
    closed_on: date | None
    successor: str | None


@get("/school/access-denied", opt=school_page(last_gate=Gate.CURRENT_SCHOOL))
async def access_denied(request: AnyRequest) -> Response[str]:
    """Say why the school may not use the service; where it may, go home."""
    visit = visit_of(request)
    school, reason = visit.visitor.school, visit.standing.access.reason
    if school is None or reason is None:
        return redirect(request, "/school/home")
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


@dataclass(frozen=True)
class RegistrationClosedPage:
    """What is shut, and from when it works again."""

    message: str
    reopens_on: date


@get("/school/registration-closed", opt=school_page())
async def registration_closed(request: AnyRequest) -> Response[str]:
    """Say what can't be done just now (CL-01); outside a closed window, go home."""
    closure = visit_of(request).visitor.closure
    if closure is None:
        return redirect(request, "/school/home")
    context = RegistrationClosedPage(closure.message, closure.ends_on + timedelta(days=1))
    return page(request, "public/registration-closed.html", context)


HANDLERS = [
    privacy_notice,
    answer_privacy_notice,
    choose_school,
    switch,
    no_school,
    access_denied,
    registration_closed,
]
