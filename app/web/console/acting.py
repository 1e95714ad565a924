"""While staff act for a school: making changes for it, going back to reading, and stopping (ADM-7.3, ADM-7.5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post

from app.access.acting_rules import ActingEnd
from app.access.drop_elevation import drop_elevation
from app.access.elevate_acting import ElevateActing, elevate_acting
from app.access.end_acting import end_acting
from app.console.reasons import parse_reason
from app.terms import Refused
from app.values import Invalid, parse_both, parse_choice
from app.web.forms import read_form
from app.web.page import full_load, page, redirect
from app.web.policies import staff_page
from app.web.session import visit_of

if TYPE_CHECKING:
    from collections.abc import Mapping

AnyRequest = Request[Any, Any, Any]
ELEVATE = "/admin/acting/elevate"
HOME = "/school/home"
CONFIRM = "Confirm that you will make this change for the school"


@dataclass(frozen=True)
class ElevatePage:
    """The question why somebody wants to change something; `usable`: the school may use the service (ADM-7.8)."""

    name: str
    usable: bool
    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


@get(ELEVATE, opt=staff_page("support", acting=True))
async def ask(request: AnyRequest) -> Response[str]:
    """Ask why; who acts for nobody is led to the console."""
    return _page(request) if visit_of(request).visitor.acts else redirect(request, "/admin")


@post(ELEVATE, opt=staff_page("support", acting=True), status_code=303)
async def elevate(request: AnyRequest) -> Response[str]:
    """Allow changes for a quarter of an hour (ADM-7.5)."""
    visit, form = visit_of(request), await read_form(request)
    session, user = visit.visitor.session, visit.visitor.user
    if session is None or user is None or not visit.visitor.acts:
        return redirect(request, "/admin")
    if visit.standing.access.reason is not None:
        return _page(request, status=403)
    try:
        reason, _ = parse_both(lambda: parse_reason(form), lambda: parse_choice(form, "confirm", ["yes"], CONFIRM))
        made = await elevate_acting(ElevateActing(session.id_hash, reason.note, reason.ticket), user.actor)
    except Invalid as invalid:
        return _page(request, form, invalid.errors, 422)
    except Refused:
        return redirect(request, "/admin")
    await visit.adopt(made)
    return full_load(request, HOME)


@post("/admin/acting/drop", opt=staff_page(acting=True), status_code=303)
async def drop(request: AnyRequest) -> Response[str]:
    """Go back to reading only, with one press (ADM-7.5)."""
    visitor = visit_of(request).visitor
    if visitor.session is not None and visitor.user is not None:
        await drop_elevation(visitor.session.id_hash, visitor.user.actor)
    return full_load(request, HOME if visitor.acts else "/admin")


@post("/admin/acting/stop", opt=staff_page(acting=True), status_code=303)
async def stop(request: AnyRequest) -> Response[str]:
    """Stop, and go back to the school's page of the console (ADM-7.3)."""
    visit = visit_of(request)
    session, user = visit.visitor.session, visit.visitor.user
    ended = await end_acting(session.id_hash, ActingEnd.STOPPED, user.actor) if session and user else None
    if ended is None:
        return full_load(request, "/admin")
    await visit.adopt(ended.session)
    return full_load(request, f"/admin/schools/{ended.urn}")


def _page(
    request: AnyRequest,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response[str]:
    visit = visit_of(request)
    name = visit.visitor.school.name if visit.visitor.school else ""
    context = ElevatePage(name, visit.standing.access.reason is None, values or {}, errors or {})
    return page(request, "console/elevate.html", context, status=status)


HANDLERS = [ask, elevate, drop, stop]
