"""Writing to support, signed in or not, and saying what one thinks of the service (SP-01, SP-02)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from litestar import Request, Response, get, post

from app.support.ask_support import AskSupport, Sender, ask_support
from app.support.give_feedback import GiveFeedback, give_feedback
from app.support.rules import page_without_ids
from app.support.subjects import Subject
from app.terms import Actor, ActorKind
from app.values import Invalid, parse_both, parse_choice, parse_email, parse_name, parse_text
from app.web import errors, limits
from app.web.forms import read_form, read_query
from app.web.page import page, redirect
from app.web.policies import public_page
from app.web.session import visit_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.values import Form

AnyRequest = Request[Any, Any, Any]
SUPPORT, FEEDBACK = "/support", "/feedback"
LONGEST_MESSAGE, LONGEST_COMMENTS = 5_000, 1_200
MOST, WINDOW = 10, timedelta(hours=1)
"""So many messages or opinions may come from one address (ACC-16.1)."""
SATISFACTION = {
    "5": "Very satisfied",
    "4": "Satisfied",
    "3": "Neither satisfied nor dissatisfied",
    "2": "Dissatisfied",
    "1": "Very dissatisfied",
}
SENT = "sent"


@dataclass(frozen=True)
class SupportPage:
    """The form for people who are not signed in, or whose school may not use the service."""

    sent: bool
    subjects: Mapping[str, str]
    values: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FeedbackPage:
    """The form for feedback."""

    sent: bool
    options: Mapping[str, str]
    values: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)


@get(SUPPORT, opt=public_page(form=True))
async def show_support(request: AnyRequest) -> Response[str]:
    """Show the form and where else help is; who is signed in finds their name and address filled in."""
    user = visit_of(request).visitor.user
    known = {"name": user.name, "email": user.email} if user else {}
    return page(request, "public/support.html", support_page(request, {"page": came_from(request), **known}))


@post(SUPPORT, opt=public_page(), status_code=303)
async def send_support(request: AnyRequest) -> Response[str]:
    """Send a message to support."""
    form = await read_form(request)
    try:
        sender, (subject, message) = parse_both(lambda: parse_sender(form), lambda: parse_query(form))
    except Invalid as invalid:
        context = replace(support_page(request, form), errors=in_order(invalid, "name", "email", "subject", "message"))
        return page(request, "public/support.html", context, status=422)
    if (refused := await too_many(request, "support")) is not None:
        return refused
    team, actor = visit_of(request).standing.policy.support_email, Actor(ActorKind.SYSTEM, sender.name)
    await ask_support(AskSupport(sender, subject, message, team, page=page_without_ids(form.get("page", ""))), actor)
    return redirect(request, f"{SUPPORT}?{SENT}=yes")


@get(FEEDBACK, opt=public_page(form=True))
async def show_feedback(request: AnyRequest) -> Response[str]:
    """Ask how satisfied people are."""
    return page(request, "public/feedback.html", feedback_page(request, {"page": came_from(request)}))


@post(FEEDBACK, opt=public_page(), status_code=303)
async def send_feedback(request: AnyRequest) -> Response[str]:
    """Store an opinion; nothing says whose it is."""
    form = await read_form(request)
    try:
        satisfaction, comments = parse_opinion(form)
    except Invalid as invalid:
        context = replace(feedback_page(request, form), errors=invalid.errors)
        return page(request, "public/feedback.html", context, status=422)
    if (refused := await too_many(request, "feedback")) is not None:
        return refused
    await give_feedback(GiveFeedback(satisfaction, comments, page_without_ids(form.get("page", ""))))
    return redirect(request, f"{FEEDBACK}?{SENT}=yes")


def parse_sender(form: Form) -> Sender:
    """Return who writes, as they say."""
    name, email = parse_both(lambda: parse_name(form, "name", "full name"), lambda: parse_email(form, "email"))
    return Sender(name, email)


def parse_query(form: Form) -> tuple[Subject, str]:
    """Return subject and message (VAL-07)."""
    chosen, message = parse_both(
        lambda: parse_choice(form, "subject", [subject.value for subject in Subject], "Select what it is about"),
        lambda: parse_text(form, "message", what="message", limit=LONGEST_MESSAGE),
    )
    return Subject(chosen), message


def parse_opinion(form: Form) -> tuple[int, str]:
    """Return satisfaction from 1 to 5 and comments, which may be empty (VAL-07)."""
    chosen, comments = parse_both(
        lambda: parse_choice(form, "satisfaction", list(SATISFACTION), "Select how satisfied you are"),
        lambda: parse_text(form, "comments", what="comments", limit=LONGEST_COMMENTS, required=False),
    )
    return int(chosen), comments


def in_order(invalid: Invalid, *fields: str) -> dict[str, str]:
    """Return the errors in the order of the page."""
    return {name: invalid.errors[name] for name in fields if name in invalid.errors}


async def too_many(request: AnyRequest, kind: str) -> Response[str] | None:
    """Count one message of the address; answers 429 beyond the limit, else None (ACC-16.1)."""
    wait = await limits.count_address(kind, request.scope, request.app.state.settings, MOST, WINDOW)
    return errors.too_many(request, wait) if wait else None


def came_from(request: AnyRequest) -> str:
    """Return the page of ours that led here, without ids and query."""
    return page_without_ids(urlsplit(request.headers.get("referer", "")).path)


def support_page(request: AnyRequest, values: Mapping[str, str]) -> SupportPage:
    """Return the context of the form."""
    return SupportPage(SENT in read_query(request), subjects(), values)


def feedback_page(request: AnyRequest, values: Mapping[str, str]) -> FeedbackPage:
    """Return the context of the form."""
    return FeedbackPage(SENT in read_query(request), SATISFACTION, values)


def subjects() -> dict[str, str]:
    """Return the subjects to choose from, with their words."""
    return {subject.value: subject.words for subject in Subject}


HANDLERS = [show_support, send_support, show_feedback, send_feedback]
