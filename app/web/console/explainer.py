"""Why can a school not register somebody? The page that runs the very checks (ADM-4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get

from app.console.explain import explain_registration, headline
from app.console.explain_facts import Asked, Rules, note_explained, register_facts, school_asked
from app.console.findings import Verdict
from app.terms import Role
from app.training.queries import calendar
from app.values import Invalid, parse_choice, parse_date, parse_email, parse_trn
from app.web.console.asking import staff_of
from app.web.forms import read_query
from app.web.page import page
from app.web.policies import staff_page
from app.web.session import visit_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from app.console.explain_facts import SchoolAsked
    from app.console.findings import Check

PATH = "/admin/explain"
ROLES = {Role.ECT.value: "ECT", Role.MENTOR.value: "Mentor"}
FIELDS = ("urn", "trn", "role", "email", "start_date_day", "start_date_month", "start_date_year")
DATE = FIELDS[-3:]
URN = re.compile(r"[0-9]{5,7}")
COLOURS = {
    Verdict.PASSED: "green",
    Verdict.STOPS: "red",
    Verdict.WOULD_STOP: "orange",
    Verdict.NOT_CHECKED: "grey",
    Verdict.NOTE: "blue",
}


@dataclass(frozen=True)
class Explained:
    """The answer: what stops the school, every check, and words that can be sent to it."""

    school: str
    urn: str
    checks: tuple[Check, ...]
    headline: Check | None
    reply: str
    """Plain text with no TRN, no other school's name and no teacher's name (ADM-4.6)."""


@dataclass(frozen=True)
class ExplainerPage:
    """The question as it was asked, with its answer once it can be given."""

    values: Mapping[str, str]
    errors: Mapping[str, str]
    roles: Mapping[str, str]
    colours: Mapping[Verdict, str]
    explained: Explained | None = None


@get(PATH, opt=staff_page(nav="explain"))
async def explain(request: Request[Any, Any, Any]) -> Response[str]:
    """Ask, and answer once school, TRN and role are given; the question stands in the address (ADM-4.1)."""
    query = read_query(request)
    values = {name: query.get(name, "") for name in FIELDS}
    if not any(values.values()):
        return _page(request, values, {})
    try:
        asked = _asked(values)
    except Invalid as invalid:
        return _page(request, values, invalid.errors)
    school = await school_asked(asked)
    if school is None:
        return _page(request, values, {"urn": "No school has this URN"})
    return _page(request, values, {}, await _explained(request, asked, school))


def _page(
    request: Request[Any, Any, Any],
    values: Mapping[str, str],
    errors: Mapping[str, str],
    explained: Explained | None = None,
) -> Response[str]:
    shown = ExplainerPage(values, errors, ROLES, COLOURS, explained)
    return page(request, "console/explain.html", shown, status=422 if errors else 200)


def _asked(values: Mapping[str, str]) -> Asked:
    errors: dict[str, str] = {}

    def read(parse: Any, default: Any) -> Any:
        try:
            return parse()
        except Invalid as invalid:
            errors.update(invalid.errors)
            return default

    urn = values["urn"].strip()
    if not URN.fullmatch(urn):
        errors["urn"] = "Enter the URN of the school, 5 to 7 digits"
    trn = read(lambda: parse_trn(values), None)
    role = read(lambda: parse_choice(values, "role", list(ROLES), "Select ECT or mentor"), "")
    starts_on: date | None = None
    if any(values[part] for part in DATE):
        starts_on = read(lambda: parse_date(values, "start_date", what="start date"), None)
    email = read(lambda: parse_email(values), "") if values["email"].strip() else ""
    if errors:
        raise Invalid({name: errors[name] for name in FIELDS if name in errors})
    return Asked(urn, trn, Role(role), starts_on, email)


async def _explained(request: Request[Any, Any, Any], asked: Asked, school: SchoolAsked) -> Explained:
    visit = visit_of(request)
    closure = visit.visitor.closure
    rules = Rules(visit.standing.policy, await calendar(), closure.message if closure else None)
    facts = await register_facts(asked, school, request.app.state.trs, rules)
    checks = explain_registration(facts)
    first = headline(checks)
    await note_explained(
        school,
        f"register an {asked.role.words}" if facts.ect else "register a mentor",
        first.name if first else "nothing stops it",
        staff_of(request).actor,
    )
    return Explained(school.name, asked.urn, checks, first, reply(first))


def reply(first: Check | None) -> str:
    """Return words for a ticket that name nobody (ADM-4.6)."""
    if first is None:
        return "We checked and see nothing that stops you from registering this person. Please try again."
    shown = first.page.replace("NAME", "this person")
    return f"When you try to register this person you see “{shown}”. {REPLIES.get(first.name, '')}".strip()


REPLIES = {
    "What the school may do": "This follows from what the national register of schools says about your school.",
    "Induction tutor": "Please confirm your school’s induction tutor on that page first.",
    "Closed registration": "Registration opens again on the day that the page says.",
    "Limits of look-ups": "Too many attempts did not find anybody. Please wait and check the details meanwhile.",
    "Teaching record": "Please check the teacher reference number with the teacher.",
    "Registered here already": "You will find them in your list.",
    "Registered as a mentor": "They are still registered as a mentor. We are looking into it.",
    "Induction over": "That is what the teaching record or the appropriate body says. Ask them if it is wrong.",
    "Prohibition": "We cannot say more about this.",
    "Email address in use": "Please use an address that is theirs alone.",
    "Start date": "Please enter a date inside the bounds that the page states.",
    "Academic year": "Registration for that date is not open yet.",
    "Appropriate body": "We are putting this right.",
    "Lead provider": "We are putting this right.",
    "Schedule": "We are putting this right.",
}
"""What helps the school, by the check that stops it."""

HANDLERS = [explain]
