"""The developer mailbox as pages and as JSON, and the button that runs what is due (NOT-8, contract section 5).

None of these routes exists in production.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath  # noqa: TC002 - Litestar reads it when it starts
from markupsafe import Markup, escape

from app.notices import mailbox
from app.settings import settings
from app.web.forms import known_id, read_query
from app.web.page import page, redirect
from app.web.policies import public_page

if TYPE_CHECKING:
    from app.notices.mailbox import Received

AnyRequest = Request[Any, Any, Any]
FILTERS = ("to", "email_id", "school_urn")


@dataclass(frozen=True)
class MailboxPage:
    """The mail kept, and what it was filtered by."""

    mails: list[Received]
    values: dict[str, str]


@dataclass(frozen=True)
class MailPage:
    """One email; `rendered` has working links to this service, and nothing else that was typed becomes one."""

    mail: Received
    rendered: Markup


@get("/dev/mailbox", opt=public_page(form=True))
async def index(request: AnyRequest) -> Response[str]:
    """Show what was sent, newest first."""
    values = filters_of(request)
    return page(request, "dev/mailbox.html", MailboxPage(await mailbox.received(**values), values))


@get("/dev/mailbox.json", opt=public_page())
async def as_json(request: AnyRequest) -> Response[list[dict[str, str]]]:
    """Answer what was sent, newest first, for programs."""
    mails = await mailbox.received(**filters_of(request))
    return Response([json_of(mail) for mail in mails], headers={"Cache-Control": "no-store"})


@get("/dev/mailbox/{mail:str}", opt=public_page())
async def show(request: AnyRequest, mail: FromPath[str]) -> Response[str]:
    """Show one email, rendered and plain."""
    found = await mailbox.received_one(known_id(mail))
    if found is None:
        raise NotFoundException
    return page(request, "dev/mail.html", MailPage(found, rendered(found.body)))


@post("/dev/mailbox/clear", opt=public_page(), status_code=303)
async def clear(request: AnyRequest) -> Response[str]:
    """Empty the mailbox."""
    await mailbox.clear()
    return redirect(request, "/dev/mailbox")


@post("/clock/run-due", opt=public_page(), status_code=303)
async def run_what_is_due(request: AnyRequest) -> Response[str]:
    """Do what `register jobs run-due` does, at the time of the session (NOT-8.3)."""
    await request.app.state.run_due(request.app.state.mail, request.app.state.trs)
    return redirect(request, "/dev/mailbox")


def filters_of(request: AnyRequest) -> dict[str, str]:
    """Return the filters asked for; what is missing is empty."""
    asked = read_query(request)
    return {name: asked.get(name, "").strip() for name in FILTERS}


def json_of(mail: Received) -> dict[str, str]:
    """Return an email in the shape of the contract."""
    return {
        "id": str(mail.id),
        "to": mail.recipient,
        "email_id": mail.message_id,
        "subject": mail.subject,
        "body": mail.body,
        "at": mail.at.isoformat(),
    }


def rendered(body: str) -> Markup:
    """Return a plain text as paragraphs with links to pages of this service."""
    paragraphs = [part.strip() for part in body.split("\n\n") if part.strip()]
    return Markup().join(Markup('<p class="govuk-body">{}</p>\n').format(_lines(part)) for part in paragraphs)


def _lines(paragraph: str) -> Markup:
    return Markup("<br>\n").join(_linked(line) for line in paragraph.splitlines())


def _linked(line: str) -> Markup:
    own = re.escape(settings().base_url.rstrip("/"))
    parts = re.split(rf"({own}/\S*)", line)
    link = Markup('<a class="govuk-link" href="{0}">{0}</a>')
    return Markup().join(link.format(part) if number % 2 else escape(part) for number, part in enumerate(parts))


HANDLERS = [index, as_json, show, clear, run_what_is_due]
