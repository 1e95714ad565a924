"""Finding out who holds an email address (FIX-14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from litestar import Request, Response, get

from app import clock
from app.console.email_holder import holdings
from app.console.view_record import ViewRecord, view_record
from app.values import Invalid, parse_email
from app.web.console.asking import staff_of
from app.web.console.done import Notification, done_here
from app.web.console.person_shown import ROLES
from app.web.forms import read_query
from app.web.page import page
from app.web.policies import staff_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.console.email_holder import Holding
    from app.terms import Role

PATH = "/admin/email-holder"
TITLE = "Who holds an email address"


@dataclass(frozen=True)
class EmailHolderPage:
    """The address asked about, and the registrations that have it."""

    values: Mapping[str, str]
    errors: Mapping[str, str]
    asked: bool
    found: tuple[Holding, ...]
    roles: Mapping[Role, str]
    here: str
    """The address of this page as part of another one, to come back to (ADM-6.1)."""
    notification: Notification | None


@get(PATH, opt=staff_page("support", nav="people"))
async def show(request: Request[Any, Any, Any]) -> Response[str]:
    """Show which registrations have an address; that its holder was looked at is noted (FIX-14, ADM-1.9)."""
    query = read_query(request)
    found: tuple[Holding, ...] = ()
    errors: Mapping[str, str] = {}
    if "email" in query:
        try:
            found = await holdings(parse_email(query), clock.today())
        except Invalid as invalid:
            errors = invalid.errors
    if found:
        await view_record(ViewRecord(TITLE, teacher_id=found[0].teacher_id), staff_of(request).actor)
    shown = EmailHolderPage(
        values={"email": query.get("email", "")[:300]},
        errors=errors,
        asked="email" in query and not errors,
        found=found,
        roles=ROLES,
        here=urlencode({"from": f"{PATH}?{urlencode({'email': query.get('email', '')})}"}),
        notification=done_here(request),
    )
    return page(request, "console/email-holder.html", shown, status=422 if errors else 200)


HANDLERS = [show]
