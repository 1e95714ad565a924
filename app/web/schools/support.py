"""Writing to support from a school (SP-01)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post

from app.registration.people.school_people import SchoolPerson, school_people
from app.support.ask_support import AboutStay, AskSupport, Sender, ask_support
from app.support.rules import page_without_ids
from app.values import NOT_AN_OPTION, Invalid, parse_both
from app.web.forms import read_form, read_query
from app.web.page import page, redirect
from app.web.policies import school_page
from app.web.session import here_of
from app.web.support import SENT, came_from, in_order, parse_query, subjects, too_many

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.support.subjects import Subject
    from app.values import Form
    from app.web.session import Here

PATH = "/school/support"


@dataclass(frozen=True)
class SchoolSupportPage:
    """The form, and who writes, which cannot be changed."""

    sent: bool
    name: str
    email: str
    school_name: str
    urn: str
    subjects: Mapping[str, str]
    people: Mapping[str, str]
    values: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)


@get(PATH, opt=school_page())
async def show(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the form; opened from a record, it is about that person (SP-01)."""
    here, query = here_of(request), read_query(request)
    people = await school_people(here.school.id)
    preset = query.get("about", "")
    known = preset in {str(person.public_id) for person in people}
    values = {"page": came_from(request), "about": preset if known else ""}
    return page(request, "schools/support.html", support_page(here, people, values, sent=SENT in query))


@post(PATH, opt=school_page(), status_code=303)
async def send(request: Request[Any, Any, Any]) -> Response[str]:
    """Send the message under the name of who is signed in, whatever was posted."""
    here, form = here_of(request), await read_form(request)
    people = await school_people(here.school.id)
    try:
        (subject, message), about = parse_both(lambda: parse_query(form), lambda: parse_about(form, people))
    except Invalid as invalid:
        context = replace(support_page(here, people, form), errors=in_order(invalid, "subject", "message", "about"))
        return page(request, "schools/support.html", context, status=422)
    if (refused := await too_many(request, "support")) is not None:
        return refused
    await ask_support(query_of(here, subject, message, about, page_without_ids(form.get("page", ""))), here.actor)
    return redirect(request, f"{PATH}?{SENT}=yes")


def query_of(here: Here, subject: Subject, message: str, about: AboutStay | None, came: str) -> AskSupport:
    """Return the command: name, address, school and URN are those of the user."""
    user, school = here.user, here.school
    sender = Sender(user.name, user.email, user.id, school.id, school.name, school.urn)
    return AskSupport(sender, subject, message, here.policy.support_email, about, came)


def parse_about(form: Form, people: Sequence[SchoolPerson]) -> AboutStay | None:
    """Return the stay that it is about, one of this school, or None (GEN-05, GEN-06)."""
    chosen = form.get("about", "")
    if not chosen:
        return None
    person = next((person for person in people if str(person.public_id) == chosen), None)
    if person is None:
        raise Invalid({"about": NOT_AN_OPTION})
    return AboutStay(person.role, person.stay_id)


def support_page(
    here: Here, people: Sequence[SchoolPerson], values: Mapping[str, str], *, sent: bool = False
) -> SchoolSupportPage:
    """Return the context of the form."""
    named = {str(person.public_id): person.shown for person in people}
    user, school = here.user, here.school
    return SchoolSupportPage(sent, user.name, user.email, school.name, school.urn, subjects(), named, values)


HANDLERS = [show, send]
