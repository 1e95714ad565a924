"""Why can a school not register or see somebody, or somebody not sign in? The page that runs the checks (ADM-4)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get

from app import clock
from app.console import explain_seeing, explain_signing_in
from app.console.explain import explain_registration
from app.console.explain_facts import Asked, Rules, note_explained, register_facts, school_asked
from app.console.findings import Verdict, headline
from app.console.see_facts import AskedToSee, see_facts, trn_of
from app.console.sign_in_facts import AskedToSignIn, sign_in_facts
from app.events.record import About
from app.terms import TRN, Role
from app.training.queries import calendar
from app.values import Invalid, parse_choice, parse_date, parse_email, parse_trn
from app.web.console import limit_fixes, schools
from app.web.console.asking import staff_of
from app.web.console.done import done_here
from app.web.console.fix_links import linked, links_to_fixes
from app.web.forms import read_query
from app.web.page import page
from app.web.policies import staff_page
from app.web.session import visit_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import date

    from app.console.findings import Check
    from app.terms import TeacherId
    from app.web.console.done import Notification

A = TypeVar("A")
PATH = "/admin/explain"
REGISTER, SEE, SIGN_IN = "register", "see", "sign_in"
QUESTIONS = {
    REGISTER: "Why can’t they register somebody?",
    SEE: "Why don’t they see somebody?",
    SIGN_IN: "Why can’t somebody sign in?",
}
ROLES = {Role.ECT.value: "ECT", Role.MENTOR.value: "Mentor"}
FIELDS = ("question", "urn", "trn", "role", "email", "search", "start_date_day", "start_date_month", "start_date_year")
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

    question: str
    school: str
    urn: str
    checks: tuple[Check, ...]
    headline: Check | None
    nothing: str
    """The headline when nothing stops anybody."""
    reply: str
    """Plain text with no TRN, no other school's name and no teacher's name (ADM-4.6)."""
    teacher_id: TeacherId | None = None
    """Whom it was asked about, if they are known."""
    lift: Mapping[str, str] = field(default_factory=dict)
    """What the form that lifts the limit of look-ups which is reached is filled with."""


@dataclass(frozen=True)
class ExplainerPage:
    """The question as it was asked, with its answer once it can be given."""

    values: Mapping[str, str]
    errors: Mapping[str, str]
    questions: Mapping[str, str]
    roles: Mapping[str, str]
    colours: Mapping[Verdict, str]
    notification: Notification | None
    explained: Explained | None = None


@get(PATH, opt=staff_page(nav="explain"))
async def explain(request: Request[Any, Any, Any]) -> Response[str]:
    """Ask, and answer once what the question needs is given; the question stands in the address (ADM-4.1)."""
    query = read_query(request)
    values = {name: query.get(name, "") for name in FIELDS}
    values["question"] = values["question"] if values["question"] in QUESTIONS else REGISTER
    if not any(values[name] for name in FIELDS if name != "question") or query.get("ask") == "later":
        return _page(request, values, {})
    try:
        explained = await ANSWERS[values["question"]](request, values)
    except Invalid as invalid:
        in_order = {name: invalid.errors[name] for name in FIELDS if name in invalid.errors}
        return _page(request, values, in_order)
    if explained is None:
        return _page(request, values, {"urn": "No school has this URN"})
    return _page(request, values, {}, await _with_links(request, values, explained))


def _page(
    request: Request[Any, Any, Any],
    values: Mapping[str, str],
    errors: Mapping[str, str],
    explained: Explained | None = None,
) -> Response[str]:
    shown = ExplainerPage(values, errors, QUESTIONS, ROLES, COLOURS, done_here(request), explained)
    return page(request, "console/explain.html", shown, status=422 if errors else 200)


class _Reading:
    """Reads the fields of a question and keeps every error."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values, self.errors = values, dict[str, str]()

    def read(self, parse: Callable[[], A], default: A) -> A:
        """Return what was read, or the default beside an error."""
        try:
            return parse()
        except Invalid as invalid:
            self.errors.update(invalid.errors)
            return default

    def urn(self) -> str:
        """Return the URN."""
        urn = self.values["urn"].strip()
        if not URN.fullmatch(urn):
            self.errors["urn"] = "Enter the URN of the school, 5 to 7 digits"
        return urn

    def role(self) -> Role:
        """Return the role."""
        chosen = self.read(lambda: parse_choice(self.values, "role", list(ROLES), "Select ECT or mentor"), "")
        return Role(chosen) if chosen else Role.ECT

    def email(self) -> str:
        """Return the address, which may be left out."""
        return self.read(lambda: parse_email(self.values), "") if self.values["email"].strip() else ""

    def person(self) -> TRN | UUID:
        """Return the TRN of a person, or their id."""
        try:
            return UUID(self.values["trn"].strip())
        except ValueError:
            return self.read(lambda: parse_trn(self.values), TRN(""))

    def done(self) -> None:
        """Raise Invalid with every error."""
        if self.errors:
            raise Invalid(self.errors)


async def _registering(request: Request[Any, Any, Any], values: Mapping[str, str]) -> Explained | None:
    reading = _Reading(values)
    starts_on: date | None = None
    if any(values[part] for part in DATE):
        starts_on = reading.read(lambda: parse_date(values, "start_date", what="start date"), clock.today())
    urn, whom, role, email = reading.urn(), reading.person(), reading.role(), reading.email()
    trn = await trn_of(whom) if isinstance(whom, UUID) else whom
    if trn is None:
        reading.errors["trn"] = "Nobody has this id"
    reading.done()
    asked = Asked(urn, trn or TRN(""), role, starts_on, email)
    school = await school_asked(asked)
    if school is None:
        return None
    visit = visit_of(request)
    closure = visit.visitor.closure
    rules = Rules(visit.standing.policy, await calendar(), closure.message if closure else None)
    facts = await register_facts(asked, school, request.app.state.trs, rules)
    checks = explain_registration(facts)
    what = f"register an {asked.role.words}" if facts.ect else "register a mentor"
    about = About(school_id=school.id, teacher_id=school.teacher_id)
    await note_explained(about, what, headline(checks), staff_of(request).actor)
    explained = _explained(values, school.name, checks, f"Nothing stops {school.name}", school.teacher_id)
    return replace(explained, lift=limit_fixes.filled(facts.limit.whose, asked.trn) if facts.limit else {})


async def _seeing(request: Request[Any, Any, Any], values: Mapping[str, str]) -> Explained | None:
    reading = _Reading(values)
    asked = AskedToSee(reading.urn(), reading.person(), reading.role(), reading.email(), values["search"])
    reading.done()
    found = await see_facts(asked)
    if found is None:
        return None
    school, facts = found
    checks = explain_seeing.explain_seeing(facts)
    about = About(school_id=school.school_id, teacher_id=school.teacher_id)
    await note_explained(
        about, f"see {'an ECT' if facts.role is Role.ECT else 'a mentor'}", headline(checks), staff_of(request).actor
    )
    nothing = f"{school.school} sees them in {explain_seeing.seen_in(facts)}"
    return _explained(values, school.school, checks, nothing, school.teacher_id)


async def _signing_in(request: Request[Any, Any, Any], values: Mapping[str, str]) -> Explained | None:
    reading = _Reading(values)
    asked = AskedToSignIn(reading.urn(), reading.read(lambda: parse_email(values), ""))
    reading.done()
    found = await sign_in_facts(asked, visit_of(request).standing.policy)
    if found is None:
        return None
    school, facts = found
    checks = explain_signing_in.explain_signing_in(facts)
    about = About(school_id=school.school_id)
    await note_explained(about, "let somebody sign in", headline(checks), staff_of(request).actor)
    return _explained(values, school.school, checks, "Nothing stops them from signing in")


ANSWERS: Mapping[str, Callable[[Request[Any, Any, Any], Mapping[str, str]], Awaitable[Explained | None]]] = {
    REGISTER: _registering,
    SEE: _seeing,
    SIGN_IN: _signing_in,
}


def _explained(
    values: Mapping[str, str],
    school: str,
    checks: tuple[Check, ...],
    nothing: str,
    teacher_id: TeacherId | None = None,
) -> Explained:
    first, question = headline(checks), values["question"]
    said = reply(question, first)
    return Explained(question, school, values["urn"].strip(), checks, first, nothing, said, teacher_id)


async def _with_links(request: Request[Any, Any, Any], values: Mapping[str, str], explained: Explained) -> Explained:
    """Have every fix that is named lead to its form, and from there back to this question (ADM-6.1)."""
    back = f"{PATH}?{urlencode({name: value for name, value in values.items() if value})}"
    links = await links_to_fixes(request, explained.teacher_id, explained.urn, back)
    if explained.lift and "FIX-23" in links:
        form = f"{schools.PATH}/{explained.urn}/fixes/{limit_fixes.SLUG}"
        links["FIX-23"] = (f"{form}?{urlencode({**explained.lift, 'from': back})}", limit_fixes.TITLE)
    if values["email"] and "FIX-20" in links:
        href, title = links["FIX-20"]
        links["FIX-20"] = (f"{href}&{urlencode({'email': values['email'].strip()})}", title)
    checks = tuple(replace(check, to_do=linked(check.to_do, links)) for check in explained.checks)
    return replace(explained, checks=checks, headline=headline(checks))


def reply(question: str, first: Check | None) -> str:
    """Return words for a ticket that name nobody (ADM-4.6)."""
    if first is None:
        return NOTHING[question]
    helps = {REGISTER: REPLIES, SEE: explain_seeing.REPLIES, SIGN_IN: explain_signing_in.REPLIES}[question]
    said = helps.get(first.name, "")
    if question != REGISTER:
        return f"We checked. {said}"
    shown = first.page.replace("NAME", "this person")
    return f"When you try to register this person you see “{shown}”. {said}".strip()


NOTHING = {
    REGISTER: "We checked and see nothing that stops you from registering this person. Please try again.",
    SEE: "We checked. This person is in your list. Please look again, without a search.",
    SIGN_IN: "We checked and see nothing that stops you from signing in. Please try again.",
}
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
