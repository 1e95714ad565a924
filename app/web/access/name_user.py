"""Naming the person who gets access, with the link sent to the school's register address (ACC-5.11 to ACC-5.15)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time

from app import clock
from app.access.name_user import NameUser, is_taken, keep_typed, name_user, typed_with
from app.access.one_time import Found, Purpose, State, find_link
from app.access.request_access import PATH
from app.journeys.engine import Question, walk
from app.registration.rules import induction_tutor_target
from app.schools.answer_school_year import AnswerSchoolYear, answer_school_year
from app.schools.find import FoundSchool, school_of_id
from app.schools.nominate_induction_tutor import CHECK_NAME_AND_EMAIL
from app.terms import Actor, ActorKind, ExpectingECTs, Refused
from app.training.periods import academic_year
from app.training.queries import calendar
from app.values import Invalid, parse_choice, parse_email, parse_name
from app.web.access.gate import PRIVATE, count_try, only_while_on, private_redirect, unknown_link
from app.web.access.request_access import may_ask
from app.web.forms import read_form, read_query
from app.web.gates import Instead
from app.web.page import page
from app.web.policies import public_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.journeys.engine import Ask, Walk
    from app.terms import SchoolId, Year
    from app.training.periods import Calendar
    from app.values import Form

AnyRequest = Request[Any, Any, Any]
HOLDER = "Somebody with the link sent to the school’s email address"


YES_OR_NO = {"yes": "Yes", "no": "No"}
EXPECTING = Question(
    "expecting-ects",
    "Are you expecting ECTs in the {} academic year?",
    lambda form: parse_choice(
        form, "expecting_ects", [one.value for one in ExpectingECTs], "Select yes, no or not sure"
    ),
    ("expecting_ects",),
)
NAME = Question("name", "Who will use the service?", lambda form: parse_name(form, "name", "full name"), ("name",))
EMAIL = Question("email", "What is their email address?", parse_email, ("email",))
TUTOR = Question(
    "induction-tutor",
    "Are they also your school’s induction tutor?",
    lambda form: parse_choice(
        form, "is_induction_tutor", list(YES_OR_NO), "Select yes if they are also your induction tutor"
    ),
    ("is_induction_tutor",),
)
QUESTIONS = {question.slug: question for question in (EXPECTING, NAME, EMAIL, TUTOR)}
CHECK, DONE, NOT_EXPECTING = "check-answers", "done", "not-expecting"


def naming(ask: Ask, year: Year | None) -> None:
    """Ask about the academic year, where one can be asked about, and for the person (ACC-5.12)."""
    if year is not None:
        ask(EXPECTING)
    ask(NAME)
    ask(EMAIL)
    ask(TUTOR)


@dataclass(frozen=True)
class Link:
    """An open link: whose it is, what is asked about now, and what was typed so far."""

    id: int
    base: str
    school: FoundSchool
    year: Year | None
    """The academic year to ask about; None when no year can be registered for."""
    typed: Mapping[str, str]

    @property
    def walked(self) -> Walk:
        """Return where the answers so far lead (DRF-03)."""
        answers = {slug: self.typed for slug, question in QUESTIONS.items() if question.fields[0] in self.typed}
        return walk(naming, answers, self.year)

    def path(self, slug: str | None) -> str:
        """Return the address of a page; the first question is at the link itself, and before it is nothing."""
        return "" if slug is None else self.base if slug == EXPECTING.slug else f"{self.base}/{slug}"

    def reached(self) -> str:
        """Return the address of the first page that has no answer yet."""
        return self.path(self.walked.next_slug)


@dataclass(frozen=True)
class QuestionPage:
    """One question about the person, or about the academic year."""

    step: str
    asks: str
    school_name: str
    action: str
    back: str
    values: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CheckPage:
    """What will be done, with the ways to change it."""

    school_name: str
    values: Mapping[str, str]
    base: str
    back: str


@dataclass(frozen=True)
class EndPage:
    """What was done, or that nobody is named for now."""

    school_name: str
    year: str
    base: str


@dataclass(frozen=True)
class LinkEndedPage:
    """Why a link cannot be used, and where to ask for another."""

    what: str
    again: str
    again_text: str = "Request a new link"


@get(PATH + "/{token:str}", opt=public_page(form=True))
async def open_link(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    """Ask the first question; looking changes nothing (ACC-5.11)."""
    return await show(request, token, EXPECTING.slug)


@get(PATH + "/{token:str}/{step:str}", opt=public_page(form=True))
async def show_step(request: AnyRequest, token: FromPath[str], step: FromPath[str]) -> Response[str]:
    """Show a further page."""
    return await show(request, token, known_step(step))


@post(PATH + "/{token:str}", opt=public_page(), status_code=303)
async def answer_first(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    """Take what is expected of the academic year (ACC-5.12)."""
    return await answer(request, token, EXPECTING.slug)


@post(PATH + "/{token:str}/{step:str}", opt=public_page(), status_code=303)
async def answer_step(request: AnyRequest, token: FromPath[str], step: FromPath[str]) -> Response[str]:
    """Take a further answer, or the confirmation."""
    return await answer(request, token, known_step(step))


def known_step(text: str) -> str:
    """Return the last part of the address of a page; raises NotFoundException for any other."""
    if text not in {NAME.slug, EMAIL.slug, TUTOR.slug, CHECK, DONE, NOT_EXPECTING}:
        raise NotFoundException
    return text


async def show(request: AnyRequest, token: str, step: str) -> Response[str]:
    """Answer a page, or the one that has to be answered first."""
    await only_while_on(request)
    found = await find_link(Purpose.NOMINATION, token)
    if found is not None and found.state is State.USED and step == DONE:
        return show_end(request, "public/access/named.html", await link_of(found, token))
    link = await only_open(request, found, token)
    if step == NOT_EXPECTING and link.typed.get("expecting_ects") == "no":
        return show_end(request, "public/access/not-expecting.html", link)
    walked = link.walked
    if step == CHECK and walked.complete:
        context = CheckPage(link.school.name, link.typed, link.base, link.path(walked.before(step)))
        return page(request, "public/access/check-answers.html", context, headers=PRIVATE)
    if walked.question(step) is None:
        return private_redirect(request, link.reached())
    return show_question(request, link, step, link.typed)


async def only_open(request: AnyRequest, found: Found | None, token: str) -> Link:
    """Return a link that can be used; raises Instead with the page of one that was never ours, is used or over.

    It is over too once its school may not gain access by email any more (ACC-2.3).
    """
    if found is None or found.state is not State.OPEN:
        raise Instead(await ended(request, found))
    link = await link_of(found, token)
    if not may_ask(request, link.school):
        raise Instead(await ended(request, found))
    return link


def show_question(
    request: AnyRequest, link: Link, step: str, values: Mapping[str, str], errors: Mapping[str, str] | None = None
) -> Response[str]:
    """Answer a question, with what is wrong with the answer."""
    changing = "change" in read_query(request)
    context = QuestionPage(
        step=step,
        asks=QUESTIONS[step].title.format(academic_year(link.year) if link.year else ""),
        school_name=link.school.name,
        action=link.path(step) + ("?change=1" if changing else ""),
        back=link.path(CHECK if changing else link.walked.before(step)),
        values=values,
        errors=errors or {},
    )
    return page(request, "public/access/question.html", context, status=422 if errors else 200, headers=PRIVATE)


async def answer(request: AnyRequest, token: str, step: str) -> Response[str]:
    """Take an answer and go on; what is expected of the year is stored at once, the link stays unused (ACC-5.12)."""
    await only_while_on(request)
    await count_try(request)
    found, form = await find_link(Purpose.NOMINATION, token), await read_form(request)
    if step == CHECK and found is not None:
        return await confirm(request, found, token, form)
    link = await only_open(request, found, token)
    question = link.walked.question(step)
    if question is None:
        return private_redirect(request, link.reached())
    try:
        typed = await parse(question, form, link)
    except Invalid as invalid:
        return show_question(request, link, step, form, invalid.errors)
    kept = {question.fields[0]: typed}
    await keep_typed(link.id, kept)
    if question is EXPECTING and link.year is not None:
        await answer_school_year(AnswerSchoolYear(link.school.id, link.year, ExpectingECTs(typed)), holder(link))
    if question is EXPECTING and typed == ExpectingECTs.NO:
        return private_redirect(request, link.path(NOT_EXPECTING))
    return private_redirect(request, replace(link, typed={**link.typed, **kept}).reached())


async def parse(question: Question[str], form: Form, link: Link) -> str:
    """Return a valid answer; raises Invalid. Of an address that is another person's it says no more (ACC-5.14)."""
    typed = question.parse(form)
    if question is EMAIL and await is_taken(link.school.id, link.typed["name"], typed):
        raise Invalid(email=CHECK_NAME_AND_EMAIL)
    return typed


async def confirm(request: AnyRequest, found: Found, token: str, form: Form) -> Response[str]:
    """Name the person shown on the page that was confirmed; sent twice it happens once (ACC-5.15)."""
    if found.state is State.OPEN:
        await only_open(request, found, token)
    try:
        school_id, typed = school_id_of(found), parse_shown(form)
    except Invalid:
        return private_redirect(request, f"{PATH}/{token}")
    command = NameUser(
        link_id=found.id,
        school_id=school_id,
        name=typed["name"],
        email=typed["email"],
        is_induction_tutor=typed["is_induction_tutor"] == "yes",
        year=induction_tutor_target(await calendar(), clock.today()),
    )
    try:
        await name_user(command)
    except Refused as refused:
        if refused.code == "link_ended":
            return await ended(request, await find_link(Purpose.NOMINATION, token))
        link = await link_of(found, token)
        return show_question(request, link, EMAIL.slug, link.typed, {"email": CHECK_NAME_AND_EMAIL})
    return private_redirect(request, f"{PATH}/{token}/{DONE}")


def parse_shown(form: Form) -> dict[str, str]:
    """Return what the confirmed page showed; raises Invalid."""
    return {question.fields[0]: question.parse(form) for question in (NAME, EMAIL, TUTOR)}


async def link_of(found: Found, token: str) -> Link:
    """Return an open link with its school and what was typed so far."""
    years: Calendar = await calendar()
    asked = next(iter(years.asked_about(clock.today())), None)
    return Link(
        id=found.id,
        base=f"{PATH}/{token}",
        school=await school_of(found),
        year=asked.year if asked else None,
        typed=await typed_with(found.id),
    )


async def school_of(found: Found) -> FoundSchool:
    """Return the school a link is for; raises NotFoundException."""
    school = await school_of_id(school_id_of(found))
    if school is None:
        raise NotFoundException
    return school


def school_id_of(found: Found) -> SchoolId:
    """Return the id of the school a link is for; raises NotFoundException for a link about none."""
    if found.school_id is None:
        raise NotFoundException
    return found.school_id


def holder(link: Link) -> Actor:
    """Return who acts before anybody is named."""
    return Actor(ActorKind.SCHOOL_USER, HOLDER, school_id=link.school.id)


def show_end(request: AnyRequest, template: str, link: Link) -> Response[str]:
    """Answer the last page, or the one after an answer of no."""
    context = EndPage(link.school.name, academic_year(link.year) if link.year else "", link.base)
    return page(request, template, context, headers=PRIVATE)


async def ended(request: AnyRequest, found: Found | None) -> Response[str]:
    """Answer a link that cannot be used: never ours, used, or over (ACC-5.11)."""
    if found is None:
        return await unknown_link(request, LinkEndedPage("This link is not valid", "/request-access"))
    what = "This link has been used" if found.state is State.USED else "This link has expired"
    school = await school_of(found)
    context = LinkEndedPage(what, f"/request-access?school_urn={school.urn}")
    return page(request, "public/access/link-ended.html", context, status=410, headers=PRIVATE)


HANDLERS = [open_link, show_step, answer_first, answer_step]
