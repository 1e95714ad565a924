"""Signing in to the support console with a code by email (ACC-7.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post
from litestar.background_tasks import BackgroundTask

from app.access import sessions
from app.access.methods import paused_methods
from app.access.request_staff_code import RequestStaffCode, request_staff_code
from app.access.rules import HOMES
from app.access.sign_in import STAFF_CODE, STAFF_DFE, offered, said_of_paused
from app.access.sign_in_by_staff_code import SignInByStaffCode, sign_in_by_staff_code
from app.values import Invalid, parse_code, parse_email
from app.web.errors import too_many
from app.web.forms import read_form
from app.web.limits import sign_in_wait
from app.web.page import full_load, page, redirect
from app.web.policies import public_page
from app.web.session import take_return_path, visit_of
from app.web.sign_in import SignInPage

if TYPE_CHECKING:
    from collections.abc import Mapping

AnyRequest = Request[Any, Any, Any]
PATH, EMAIL, CODE = "/staff/sign-in", "/staff/sign-in/email", "/staff/sign-in/code"
STAFF_METHODS = frozenset({STAFF_CODE, STAFF_DFE})
NOT_RIGHT = "The code is not right, or its time is over. Check it, or ask for a new one"


@dataclass(frozen=True)
class StaffSignInPage:
    """The question for the address, or what staff say while codes are paused."""

    offered: bool
    paused: str
    ended: bool
    personas: bool
    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StaffCodePage:
    """The question for the code."""

    email: str
    errors: Mapping[str, str] = field(default_factory=dict)


@get(PATH, opt=public_page(form=True))
async def choose(request: AnyRequest) -> Response[str]:
    """Show the ways in for staff; a single one is begun, and who is signed in already goes on (ACC-2.6)."""
    user = visit_of(request).visitor.user
    if user is not None:
        return redirect(request, HOMES[user.audience])
    on, paused = request.app.state.settings.methods, await paused_methods()
    methods = offered("staff", on, paused)
    if all(method.id == STAFF_CODE for method in methods):
        return await email_page(request)
    messages = said_of_paused(paused, on & STAFF_METHODS)
    ended = request.query_params.get("ended") == "yes"
    context = SignInPage(methods, messages, "personas" in on, ended)
    if len(methods) == 1 and not (context.personas or ended or messages):
        return redirect(request, methods[0].first_page)
    return page(request, "public/sign-in.html", context)


@get(EMAIL, opt=public_page(form=True))
async def ask_email(request: AnyRequest) -> Response[str]:
    """Ask for the address to send a code to (ACC-7.2)."""
    if visit_of(request).visitor.user is not None:
        return redirect(request, PATH)
    return await email_page(request)


@post(PATH, opt=public_page(form=True), status_code=303)
async def send_code(request: AnyRequest) -> Response[str]:
    """Send the code if it is an account; the answer and its time are the same if it is none (ACC-7.2)."""
    form = await read_form(request)
    if not await codes_are_on(request):
        return await email_page(request)
    try:
        email = parse_email(form)
    except Invalid as invalid:
        return await email_page(request, form, invalid.errors)
    if wait := await sign_in_wait(request.scope, request.app.state.settings, email):
        return too_many(request, wait)
    browser = await visit_of(request).ensure_session()
    await sessions.remember_asked_email(browser, email)
    answer = redirect(request, CODE)
    answer.background = BackgroundTask(request_staff_code, RequestStaffCode(email, browser))
    return answer


@get(CODE, opt=public_page(form=True))
async def ask_code(request: AnyRequest) -> Response[str]:
    """Ask for the code that was sent, if it was."""
    session = visit_of(request).visitor.session
    email = await sessions.asked_email(session.id_hash) if session else ""
    if not email or not await codes_are_on(request):
        return redirect(request, PATH)
    return page(request, "public/staff-code.html", StaffCodePage(email))


@post(CODE, opt=public_page(form=True), status_code=303)
async def take_code(request: AnyRequest) -> Response[str]:
    """Sign in by the code; wrong, used, over and locked are one answer (ACC-7.4)."""
    visit, form = visit_of(request), await read_form(request)
    session = visit.visitor.session
    email = await sessions.asked_email(session.id_hash) if session else ""
    if session is None or not email or not await codes_are_on(request):
        return redirect(request, PATH)
    try:
        code = parse_code(form)
    except Invalid as invalid:
        return page(request, "public/staff-code.html", StaffCodePage(email, invalid.errors), status=422)
    if wait := await sign_in_wait(request.scope, request.app.state.settings, email):
        return too_many(request, wait)
    made = await sign_in_by_staff_code(SignInByStaffCode(email, code, session.id_hash))
    if made is None:
        context = StaffCodePage(email, {"code": NOT_RIGHT})
        return page(request, "public/staff-code.html", context, status=422)
    await visit.adopt(made)
    return full_load(request, await take_return_path(request, "staff"))


async def codes_are_on(request: AnyRequest) -> bool:
    """Tell whether staff can sign in with a code: the method is on and not paused (ACC-2.5)."""
    return STAFF_CODE in request.app.state.settings.methods and STAFF_CODE not in await paused_methods()


async def email_page(
    request: AnyRequest, values: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None
) -> Response[str]:
    """Answer the question for the address."""
    paused = await paused_methods()
    context = StaffSignInPage(
        offered=STAFF_CODE in request.app.state.settings.methods and STAFF_CODE not in paused,
        paused=paused.get(STAFF_CODE, ""),
        ended=request.query_params.get("ended") == "yes",
        personas="personas" in request.app.state.settings.methods,
        values=values or {},
        errors=errors or {},
    )
    return page(request, "public/staff-sign-in.html", context, status=422 if errors else 200)


HANDLERS = [choose, ask_email, send_code, ask_code, take_code]
