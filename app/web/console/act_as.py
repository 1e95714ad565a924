"""Beginning to act for a school (ADM-7.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post
from litestar.params import FromPath  # noqa: TC002 - read at run time

from app.access.act_as_school import ActAsSchool, act_as_school
from app.access.acting_rules import ActingReason
from app.console.reasons import parse_reason
from app.values import Invalid, parse_both, parse_choice
from app.web.console.school import opened
from app.web.forms import read_form
from app.web.page import full_load, page
from app.web.policies import staff_page
from app.web.session import visit_of

if TYPE_CHECKING:
    from collections.abc import Mapping

AnyRequest = Request[Any, Any, Any]
PATH = "/admin/schools/{urn:str}/act-as"
SUPPORT = "support"
REASONS = {reason.value: reason.words for reason in ActingReason}


@dataclass(frozen=True)
class ActAsPage:
    """The question why somebody acts for a school."""

    urn: str
    name: str
    reasons: Mapping[str, str]
    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


@get(PATH, opt=staff_page(SUPPORT, nav="schools"))
async def ask(request: AnyRequest, urn: FromPath[str]) -> Response[str]:
    """Ask why."""
    school = await opened(urn)
    return page(request, "console/act-as.html", ActAsPage(school.urn, school.name, REASONS))


@post(PATH, opt=staff_page(SUPPORT, nav="schools"), status_code=303)
async def begin(request: AnyRequest, urn: FromPath[str]) -> Response[str]:
    """Begin, and open the first page of the school (ADM-7.1)."""
    school, form, visit = await opened(urn), await read_form(request), visit_of(request)
    session, user = visit.visitor.session, visit.visitor.user
    try:
        why, reason = parse_both(
            lambda: parse_choice(form, "reason", list(ActingReason), "Select why you need to see it"),
            lambda: parse_reason(form),
        )
    except Invalid as invalid:
        context = ActAsPage(school.urn, school.name, REASONS, form, invalid.errors)
        return page(request, "console/act-as.html", context, status=422)
    if session is None or user is None:
        raise LookupError("the route's policy lets nobody in who is not signed in")
    command = ActAsSchool(session.id_hash, school.id, why, reason.note, reason.ticket)
    await visit.adopt(await act_as_school(command, user.actor))
    return full_load(request, "/school/home")


HANDLERS = [ask, begin]
