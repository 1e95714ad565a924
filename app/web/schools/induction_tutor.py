"""The induction tutor: their page, and the journeys that name and confirm them (journeys section 15)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time
from litestar.plugins.htmx import HTMXRequest  # noqa: TC002 - as above

from app.db.engine import fetch
from app.journeys import kinds
from app.journeys.engine import Ask, Question, Row, Walk
from app.registration.rules import induction_tutor_target
from app.schools.nominate_induction_tutor import (
    CHECK_NAME_AND_EMAIL,
    ConfirmInductionTutor,
    Done,
    NominateInductionTutor,
    confirm_induction_tutor,
    is_somebody_else,
    nominate_induction_tutor,
)
from app.terms import DraftKind, SchoolId, Year
from app.training.periods import academic_year
from app.values import Form, Invalid, parse_both, parse_email, parse_name
from app.web import journey_start, journeys
from app.web.journey import Asked, Journey, Refusal
from app.web.journey_pages import ConfirmationPage
from app.web.page import page, redirect
from app.web.policies import school_page
from app.web.session import here_of, take_return_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.access.queries import CurrentTutor
    from app.drafts.store import Draft
    from app.web.session import Here

BASE = "/school/induction-tutor"
PAGE = school_page(nav="induction-tutor")
FIELDS = ("induction_tutor_name", "induction_tutor_email")
NOTHING_CHANGED = "Change the name or the email address, or go back and say that they are correct"


@dataclass(frozen=True)
class TutorFacts:
    """The tutor held, and the academic year that the gate is about."""

    school_id: SchoolId
    tutor: CurrentTutor | None
    year: Year | None


Command = NominateInductionTutor | ConfirmInductionTutor


async def load_facts(_draft: Draft, here: Here) -> TutorFacts:
    """Take what the visitor already knows; nothing is read."""
    return TutorFacts(here.school.id, here.tutor, induction_tutor_target(here.calendar, here.today))


def parse_details(form: Form, tutor: CurrentTutor | None = None) -> tuple[str, str]:
    """Return name and email of a tutor; with one held, something must differ (IT-03, IT-04)."""
    name, email = parse_both(
        lambda: parse_name(form, FIELDS[0], "induction tutor’s full name"), lambda: parse_email(form, FIELDS[1])
    )
    if tutor is not None and name == " ".join(tutor.name.split()) and email.casefold() == tutor.email.casefold():
        raise Invalid(induction_tutor_name=NOTHING_CHANGED)
    return name, email


def details_question(slug: str, title: str, tutor: CurrentTutor | None = None) -> Question[tuple[str, str]]:
    """Ask for name and email, filled in with what is held."""
    return Question(
        slug,
        title,
        partial(parse_details, tutor=tutor),
        FIELDS,
        template="journeys/induction-tutor/details.html",
        initial={FIELDS[0]: tutor.name, FIELDS[1]: tutor.email} if tutor else {},
    )


def name_tutor(ask: Ask, facts: TutorFacts) -> Command:
    """Name the first induction tutor (IT-03)."""
    name, email = ask(details_question("new", "Who is your induction tutor?"))
    return NominateInductionTutor(facts.school_id, name, email, facts.year)


def confirm_tutor(ask: Ask, facts: TutorFacts) -> Command:
    """Confirm the tutor held for the year, or change them (IT-04)."""
    if ask(is_correct(facts)) and facts.year is not None:
        return ConfirmInductionTutor(facts.school_id, facts.year)
    name, email = ask(details_question("details", "Change the induction tutor’s details", facts.tutor))
    return NominateInductionTutor(facts.school_id, name, email, facts.year)


def is_correct(facts: TutorFacts) -> Question[bool]:
    """Show who is held and ask if that is right."""
    return kinds.yes_or_no(
        "confirm",
        "Is this still your induction tutor?",
        "details_correct",
        "Select yes if the details are correct",
        yes="Yes, these details are correct",
        no="No, they have changed",
        template="journeys/induction-tutor/confirm.html",
        details={"tutor": facts.tutor, "year": academic_year(facts.year) if facts.year else ""},
    )


def rows(walked: Walk, facts: TutorFacts) -> list[Row]:
    """Return who will be the tutor, and for which year."""
    command = walked.command
    year = Row("year", "Academic year", academic_year(facts.year) if facts.year else "")
    if isinstance(command, NominateInductionTutor):
        slug = walked.trail[-1].question.slug
        return [Row("name", "Name", command.name, slug), Row("email", "Email address", command.email, slug), year]
    tutor = facts.tutor
    if tutor is None:
        return [year]
    return [Row("name", "Name", tutor.name, "confirm"), Row("email", "Email address", tutor.email, "confirm"), year]


async def check_other_schools(asked: Asked[TutorFacts], form: Form) -> None:
    """Refuse an address that another school's tutor holds under another name (IT-07); never says whose."""
    name, email = parse_details(form)
    if await is_somebody_else(asked.here.school.id, name, email):
        raise Invalid(induction_tutor_email=CHECK_NAME_AND_EMAIL)


async def perform(command: Command, _facts: TutorFacts, here: Here) -> Mapping[str, Any]:
    """Do what was decided; the outcome says what it really was (IT-09)."""
    if isinstance(command, ConfirmInductionTutor):
        done, name = await confirm_induction_tutor(command, here.actor), here.tutor.name if here.tutor else ""
    else:
        done, name = await nominate_induction_tutor(command, here.actor), command.name
    return {"done": done.value, "name": name, "year": command.year}


TITLES = {
    Done.NAMED: "{} is now your induction tutor",
    Done.CONFIRMED: "{} is confirmed as your induction tutor",
    Done.EDITED: "The details of {} have been changed",
    Done.REPLACED: "{} is now your induction tutor",
}


async def confirmation(outcome: Mapping[str, Any], _here: Here) -> ConfirmationPage:
    """Say what was actually done: named, confirmed, edited or replaced (IT-09)."""
    done, name = Done(outcome["done"]), str(outcome["name"])
    told = [] if done is Done.CONFIRMED else [f"{name} gets an email that says so."]
    if done is Done.REPLACED:
        told.append("The person they replace gets an email too.")
    year = academic_year(Year(outcome["year"])) if outcome["year"] else ""
    return ConfirmationPage(TITLES[done].format(name), outcome, tuple(told), {"year": year})


def journey_of(name: str, path: Any, slug_of_details: str) -> Journey[TutorFacts, Command]:
    """Return one of the journeys; they differ in their questions alone."""
    return Journey(
        name=f"induction-tutor-{name}",
        base=f"{BASE}/{name}",
        kind=DraftKind.CHANGE,
        path=path,
        load=load_facts,
        perform=perform,
        rows=rows,
        check_title="Check the induction tutor’s details",
        check_button="Confirm and save",
        templates="journeys/induction-tutor",
        confirmation=confirmation,
        exits={},
        hooks={slug_of_details: check_other_schools},
        refusals={
            "check_name_and_email": Refusal(slug_of_details, CHECK_NAME_AND_EMAIL),
            "changed_meanwhile": Refusal(name, "A colleague changed the induction tutor meanwhile. Check the details."),
        },
        cancel=BASE,
    )


JOURNEYS = {"new": journey_of("new", name_tutor, "new"), "confirm": journey_of("confirm", confirm_tutor, "details")}


@dataclass(frozen=True)
class EarlierTutor:
    """A tutor of the past, with dates."""

    name: str
    started_at: datetime
    ended_at: datetime


@dataclass(frozen=True)
class TutorPage:
    """The tutor, for which year they are confirmed, and the earlier ones (IT-06)."""

    tutor: CurrentTutor | None
    confirmed_for: str
    gate_year: str
    earlier: tuple[EarlierTutor, ...]
    notification: Mapping[str, Any] | None


async def earlier_tutors(school_id: SchoolId) -> tuple[EarlierTutor, ...]:
    """Return the school's former tutors, newest first."""
    found = await fetch(
        """SELECT name, started_at, ended_at FROM induction_tutor WHERE school_id = $1 AND ended_at IS NOT NULL
        ORDER BY ended_at DESC""",
        school_id,
    )
    return tuple(EarlierTutor(**dict(row)) for row in found)


@get(BASE, opt=PAGE)
async def show_tutor(request: HTMXRequest) -> Response[str]:
    """Show the induction tutor; while the gate stands, say what is needed (IT-02, IT-06)."""
    here = here_of(request)
    confirmed = here.tutor.confirmed_for_year if here.tutor else None
    context = TutorPage(
        here.tutor,
        academic_year(Year(confirmed)) if confirmed else "",
        academic_year(here.tutor_gate) if here.tutor_gate else "",
        await earlier_tutors(here.school.id),
        None,
    )
    return page(request, "schools/induction-tutor.html", context)


def fitting(request: HTMXRequest, name: str) -> Journey[TutorFacts, Command] | None:
    """Return the journey if there is something to do in it now (IT-06)."""
    here = here_of(request)
    wanted = "new" if here.tutor is None else "confirm"
    target = induction_tutor_target(here.calendar, here.today)
    return JOURNEYS.get(name) if name == wanted and target is not None else None


@get(f"{BASE}/{{name:str}}", opt=PAGE)
async def first(request: HTMXRequest, name: FromPath[str]) -> Response[str]:
    """Show the first question."""
    journey = fitting(request, name) if name in JOURNEYS else known(name)
    return await journey_start.show_first(journey, request) if journey else redirect(request, BASE)


@post(f"{BASE}/{{name:str}}", opt=PAGE, status_code=200)
async def answer_first(request: HTMXRequest, name: FromPath[str]) -> Response[str]:
    """Take the first answer."""
    journey = fitting(request, name) if name in JOURNEYS else known(name)
    return await journey_start.answer_first(journey, request) if journey else redirect(request, BASE)


def known(name: str) -> Journey[TutorFacts, Command]:
    """Return a journey of this address; any other is not found."""
    journey = JOURNEYS.get(name)
    if journey is None:
        raise NotFoundException
    return journey


@get(f"{BASE}/{{name:str}}/{{draft_id:str}}/{{step:str}}", opt=PAGE)
async def show(
    request: HTMXRequest, name: FromPath[str], draft_id: FromPath[str], step: FromPath[str]
) -> Response[str]:
    """Show a step."""
    return await journeys.show(known(name), request, draft_id, step)


@post(f"{BASE}/{{name:str}}/{{draft_id:str}}/{{step:str}}", opt=PAGE, status_code=200)
async def answer(
    request: HTMXRequest, name: FromPath[str], draft_id: FromPath[str], step: FromPath[str]
) -> Response[str]:
    """Take an answer, or the confirmation."""
    return await journeys.answer(known(name), request, draft_id, step)


@get("/school/continue", opt=PAGE)
async def go_on(request: HTMXRequest) -> Response[str]:
    """Open the page that was asked for before the gate stood in the way (IT-02)."""
    return redirect(request, await take_return_path(request))


HANDLERS = [go_on, show_tutor, first, answer_first, show, answer]
