"""Signing in by email: ask for a link and a code, then use either (access, section 6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time

from app.access import sessions
from app.access.ask_to_sign_in import PATH as LINK
from app.access.ask_to_sign_in import AskToSignIn, ask_to_sign_in
from app.access.one_time import Purpose, State, find_link
from app.access.rules import HOMES
from app.access.sign_in_by_email import SignInByCode, SignInByLink, sign_in_by_code, sign_in_by_link
from app.values import Invalid, parse_email
from app.web.access.gate import PRIVATE, count_try, only_while_on, unknown_link
from app.web.access.name_user import LinkEndedPage
from app.web.forms import read_form, read_query
from app.web.page import full_load, page, redirect
from app.web.policies import public_page
from app.web.session import take_return_path, visit_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.access.sessions import NewSession

AnyRequest = Request[Any, Any, Any]
PATH, SENT = "/sign-in/email", "sent"
NOT_RIGHT = "The code is not right, or it no longer works. Check the email, or ask for a new one"


@dataclass(frozen=True)
class AskPage:
    """The form for the address."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CheckEmailPage:
    """The address typed, and the box for the code; the same whether or not the address is known (ACC-6.1)."""

    email: str
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LinkPage:
    """The button that signs in."""

    action: str


@get(PATH, opt=public_page(form=True))
async def show(request: AnyRequest) -> Response[str]:
    """Ask for the address, or show the box for the code when one was asked for in this browser."""
    await only_while_on(request)
    user = visit_of(request).visitor.user
    if user is not None:
        return redirect(request, HOMES[user.audience])
    email = await asked_email(request)
    if SENT in read_query(request) and email:
        return page(request, "public/access/check-email.html", CheckEmailPage(email))
    return page(request, "public/access/sign-in-email.html", AskPage())


@post(PATH, opt=public_page(), status_code=303)
async def answer(request: AnyRequest) -> Response[str]:
    """Take the address or the code."""
    await only_while_on(request)
    form = await read_form(request)
    return await try_code(request, form["code"]) if "code" in form else await ask(request, form)


async def ask(request: AnyRequest, form: Mapping[str, str]) -> Response[str]:
    """Answer at once, and look the address up afterwards, so that the time says nothing about it (ACC-6.1)."""
    try:
        email = parse_email(form)
    except Invalid as invalid:
        return page(request, "public/access/sign-in-email.html", AskPage(form, invalid.errors), status=422)
    await count_try(request, email)
    browser = await visit_of(request).ensure_session()
    await sessions.remember_asked_email(browser, email)
    answer = redirect(request, f"{PATH}?{SENT}=yes")
    answer.background = BackgroundTask(ask_to_sign_in, AskToSignIn(email, browser))
    return answer


async def try_code(request: AnyRequest, code: str) -> Response[str]:
    """Sign in with the code, or say that it is not right; the words are the same whatever is wrong (ACC-6.6)."""
    email = await asked_email(request)
    if not email:
        return redirect(request, PATH)
    if not code.strip():
        context = CheckEmailPage(email, {"code": "Enter the code from the email"})
        return page(request, "public/access/check-email.html", context, status=422)
    await count_try(request, email)
    made = await sign_in_by_code(SignInByCode(email, code, await visit_of(request).ensure_session()))
    if made is None:
        context = CheckEmailPage(email, {"code": NOT_RIGHT})
        return page(request, "public/access/check-email.html", context, status=422)
    return await enter(request, made)


@get(LINK + "/{token:str}", opt=public_page(form=True))
async def show_link(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    """Show the button; what only looks at links in mail uses nothing up (ACC-6.5)."""
    await only_while_on(request)
    found = await find_link(Purpose.SIGN_IN, token)
    if found is None:
        return await unknown_link(request, LinkEndedPage("This link is not valid", PATH, "Send a new link"))
    if found.state is not State.OPEN:
        return link_ended(request)
    return page(request, "public/access/sign-in-link.html", LinkPage(f"{LINK}/{token}"), headers=PRIVATE)


@post(LINK + "/{token:str}", opt=public_page(), status_code=303)
async def use_link(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    """Sign in with the link, in whatever browser it was opened (ACC-6.6)."""
    await only_while_on(request)
    await count_try(request)
    session = visit_of(request).visitor.session
    made = await sign_in_by_link(SignInByLink(token, session.id_hash if session else None))
    return await enter(request, made) if made else link_ended(request)


def link_ended(request: AnyRequest) -> Response[str]:
    """Say that the link has been used or is over."""
    context = LinkEndedPage("That link has expired", PATH, "Send a new link")
    return page(request, "public/access/link-ended.html", context, status=410, headers=PRIVATE)


async def enter(request: AnyRequest, made: NewSession) -> Response[str]:
    """Go on signed in, to the page asked for (ACC-9.9)."""
    await visit_of(request).adopt(made)
    answer = full_load(request, await take_return_path(request))
    answer.headers.update(PRIVATE)
    return answer


async def asked_email(request: AnyRequest) -> str:
    """Return the address typed in this browser; empty when there is none."""
    session = visit_of(request).visitor.session
    return await sessions.asked_email(session.id_hash) if session else ""


HANDLERS = [show, answer, show_link, use_link]
