"""Your details: one's own name and email address (ACC-6.8)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time

from app.access.change_details import PATH as CONFIRM
from app.access.change_details import ChangeDetails, change_details, confirm_new_address, is_by_email
from app.access.one_time import Purpose, State, find_link
from app.terms import Refused
from app.values import Invalid, parse_both, parse_email, parse_name
from app.web.access.gate import PRIVATE, count_try, private_redirect, unknown_link
from app.web.access.name_user import LinkEndedPage
from app.web.forms import read_form, read_query
from app.web.page import page, redirect
from app.web.policies import Gate, public_page, school_page
from app.web.session import visit_of

if TYPE_CHECKING:
    from collections.abc import Mapping

AnyRequest = Request[Any, Any, Any]
PATH = "/your-details"
PAGE = school_page(last_gate=Gate.CURRENT_SCHOOL, acting=False)
NOTICES = {
    "saved": "Your details have been changed.",
    "sent": "We have sent an email to your new address. Open the link in it to confirm; until then nothing changes.",
}


@dataclass(frozen=True)
class DetailsPage:
    """Name and address; `by_email` is False where DfE Sign-in keeps them."""

    values: Mapping[str, str]
    by_email: bool
    notification: Mapping[str, Any] | None = None
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ConfirmPage:
    """The button that confirms a new address."""

    action: str
    done: bool = False


@get(PATH, opt=PAGE)
async def show(request: AnyRequest) -> Response[str]:
    """Show one's own name and address."""
    user = visit_of(request).visitor.user
    if user is None:
        return redirect(request, "/sign-in")
    words = NOTICES.get(read_query(request).get("notice", ""))
    notification = {"text": words, "success": True} if words else None
    values = {"name": user.name, "email": user.email}
    return page(request, "public/access/details.html", DetailsPage(values, await is_by_email(user.id), notification))


@post(PATH, opt=PAGE, status_code=303)
async def save(request: AnyRequest) -> Response[str]:
    """Store the name; send a link to a new address."""
    user, form = visit_of(request).visitor.user, await read_form(request)
    if user is None or not await is_by_email(user.id):
        return redirect(request, PATH)
    try:
        name, email = parse_both(lambda: parse_name(form, "name", "full name"), lambda: parse_email(form))
        sent = await change_details(ChangeDetails(user.id, name, email), user.actor)
    except Invalid as invalid:
        context = DetailsPage(form, by_email=True, errors=invalid.errors)
        return page(request, "public/access/details.html", context, status=422)
    except Refused as refused:
        context = DetailsPage(form, by_email=True, errors={refused.field: refused.message})
        return page(request, "public/access/details.html", context, status=422)
    return redirect(request, f"{PATH}?notice={'sent' if sent else 'saved'}")


@get(CONFIRM + "/{token:str}", opt=public_page(form=True))
async def show_link(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    """Show the button that confirms the address; looking changes nothing."""
    found = await find_link(Purpose.NEW_EMAIL, token)
    if found is None:
        return await unknown_link(request, LinkEndedPage("This link is not valid", PATH, "Go to your details"))
    if found.state is State.USED and read_query(request).get("done") == "yes":
        return page(request, "public/access/confirm-address.html", ConfirmPage("", done=True), headers=PRIVATE)
    if found.state is not State.OPEN:
        return link_ended(request)
    return page(request, "public/access/confirm-address.html", ConfirmPage(f"{CONFIRM}/{token}"), headers=PRIVATE)


@post(CONFIRM + "/{token:str}", opt=public_page(), status_code=303)
async def confirm(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    """Take the new address."""
    await count_try(request)
    if not await confirm_new_address(token):
        return link_ended(request)
    return private_redirect(request, f"{CONFIRM}/{token}?done=yes")


def link_ended(request: AnyRequest) -> Response[str]:
    """Say that the link has been used or is over."""
    context = LinkEndedPage("That link has expired", PATH, "Go to your details")
    return page(request, "public/access/link-ended.html", context, status=410, headers=PRIVATE)


HANDLERS = [show, save, show_link, confirm]
