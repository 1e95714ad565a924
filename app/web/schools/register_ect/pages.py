"""The pages of registering an ECT: start, steps, check answers and confirmation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from litestar import Response, get, post
from litestar.plugins.htmx import HTMXRequest  # noqa: TC002 - as above

from app.registration.registering.register_ect import RegisterECT, lock, outcome_of, register_ect
from app.registration.rules import transfer_closing
from app.schools.rules import may_register_ects
from app.terms import DraftKind, Role, TrainingProgramme
from app.training.periods import academic_year
from app.web import journey_start
from app.web.journey import Journey, Refusal
from app.web.journey_pages import ConfirmationPage
from app.web.page import page, redirect
from app.web.policies import journey_page, school_page
from app.web.schools.identity import hooks
from app.web.schools.identity.facts import beside, with_address
from app.web.schools.identity.pages import exit_templates, subject, unfinished_of, words
from app.web.schools.person_questions import email_notices
from app.web.schools.register_ect import journey
from app.web.schools.register_ect.facts import RegisterECTFacts, load_facts
from app.web.schools.subject_journeys import step_routes
from app.web.session import here_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.journeys.engine import Walk
    from app.registration.registering.unfinished import Unfinished
    from app.web.schools.subject_journeys import Act
    from app.web.session import Here

TEMPLATES = "journeys/register-ect"
PAGE = journey_page(school_page(gated=True, closes=True, nav="ects"))
EXITS = (
    "already-registered",
    "registered-as-mentor",
    "induction-completed",
    "induction-exempt",
    "induction-failed",
    "not-transferring",
)
REFUSALS = {
    "email_in_use": Refusal("email-address", "This address is now in use for someone else. Enter another one."),
    "already_registered_elsewhere": Refusal(
        "start-date", "Another school registered them while you were working. Check the start date again."
    ),
    "training_changed_meanwhile": Refusal(
        "start-date", "Their training changed while you were working. Check the start date."
    ),
    "lead_provider_withdrawn": Refusal("lead-provider", "This lead provider can no longer be chosen. Choose again."),
    "cannot_file_yet": Refusal("start-date", "We cannot file this registration yet. Contact support."),
    "changed_meanwhile": Refusal("review-ect", "Something changed while you were working. Check the details again."),
}


def notices(walked: Walk, facts: RegisterECTFacts, here: Here) -> list[str]:
    """Return what must be known before confirming (RE-29, EML-05)."""
    command, matched = walked.command, facts.matched
    if not isinstance(command, RegisterECT) or matched is None:
        return []
    found = []
    closing = transfer_closing(matched.known.ect_stays, command.started_on)
    if closing is not None:
        school = matched.known.details_of(closing.stay).school_name
        found.append(f"Their last day at {school} will be {words(closing.last_day)}. We will tell that school.")
    if command.started_on > facts.today:
        found.append(f"The registration takes effect on {words(command.started_on)}.")
    return found + email_notices(command.email, Role.ECT, here)


async def perform(command: RegisterECT, _facts: RegisterECTFacts, here: Here) -> Mapping[str, Any]:
    """Register, and keep what the confirmation shows."""
    return outcome_of(await register_ect(command, here.actor, here.today), command)


async def confirmation(outcome: Mapping[str, Any], here: Here) -> ConfirmationPage:
    """Say what was recorded, who is told, and what comes next (RE-31)."""
    name, school_led = outcome["name"], outcome["programme"] == TrainingProgramme.SCHOOL_LED.value
    told = [f"{name} gets an email that says they are registered at {here.school.name} and what happens next."]
    if outcome["transfer"]:
        told.append("Their earlier school is told their last day there.")
    started_on = date.fromisoformat(outcome["started_on"])
    details = {"school_led": school_led, "started_on": started_on, "future": started_on > here.today}
    return ConfirmationPage(f"{name} is registered as an ECT", outcome, tuple(told), details)


JOURNEY: Journey[RegisterECTFacts, RegisterECT] = Journey(
    name="register-ect",
    base="/school/register-ect",
    kind=DraftKind.REGISTER_ECT,
    path=journey.register_ect,
    load=load_facts,
    beside=beside,
    reload={"email-address": with_address},
    perform=perform,
    rows=journey.rows,
    check_title="Check the answers before registering this ECT",
    check_button="Confirm and register",
    templates=TEMPLATES,
    confirmation=confirmation,
    exits=exit_templates(TEMPLATES, EXITS),
    subject=subject,
    notices=notices,
    refresh=hooks.read_again,
    lock=lock,
    hooks={**hooks.HOOKS, "find-ect": hooks.find, "review-ect": hooks.note_corrected},
    exit_hooks={"cannot-register-yet": hooks.tell_when_open},
    refusals=REFUSALS,
    starts=True,
)


@dataclass(frozen=True)
class StartPage:
    """The start page, with the school's unfinished ECT registrations (RE-01)."""

    drafts: tuple[Unfinished, ...]
    year: str
    support_email: str


def turned_away(request: HTMXRequest) -> Response[str] | None:
    """Send a school that may register no new ECTs back to its list (SCH-03, RE-02)."""
    return None if may_register_ects(here_of(request).level) else redirect(request, "/school/ects")


@get("/school/register-ect", opt=PAGE)
async def start(request: HTMXRequest) -> Response[str]:
    """Say what to have ready (RE-01)."""
    here = here_of(request)
    if (away := turned_away(request)) is not None:
        return away
    drafts = await unfinished_of(here, DraftKind.REGISTER_ECT)
    current = here.calendar.current(here.today) or here.calendar.upcoming(here.today)
    year = academic_year(current.year) if current else ""
    return page(request, f"{TEMPLATES}/start.html", StartPage(drafts, year, here.policy.support_email))


@post("/school/register-ect", opt=PAGE, status_code=200)
async def begin(request: HTMXRequest) -> Response[str]:
    """Make a draft (RE-01)."""
    return turned_away(request) or await journey_start.begin(JOURNEY, request)


async def handle(request: HTMXRequest, act: Act) -> Response[str]:
    """Do what a step's route is for, unless the school may register no new ECTs (RE-02)."""
    return turned_away(request) or await act(JOURNEY, request)


HANDLERS = [start, begin, *step_routes(JOURNEY.base, PAGE, handle, resumed=True)]
