"""The pages of registering a mentor: start, steps, check answers and confirmation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.plugins.htmx import HTMXRequest  # noqa: TC002 - as above

from app.drafts import store
from app.registration.permissions import Action, why_not
from app.registration.registering.register_mentor import RegisterMentor, lock_registration, register_mentor
from app.registration.subjects import subject as subject_of
from app.terms import DraftKind, Role
from app.web import journey_start
from app.web.forms import known_id, read_form, read_query
from app.web.journey import Asked, Journey, Refusal
from app.web.page import page, redirect
from app.web.policies import journey_page, school_page
from app.web.schools.identity import hooks
from app.web.schools.identity.facts import beside, with_address
from app.web.schools.identity.pages import exit_templates, subject, unfinished_of
from app.web.schools.identity.questions import find as find_question
from app.web.schools.register_mentor import journey, shown
from app.web.schools.register_mentor.facts import MENTOR, RegisterMentorFacts, load_facts
from app.web.schools.subject_journeys import NotAllowed, not_allowed, step_routes
from app.web.session import here_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.registration.registering.unfinished import Unfinished
    from app.registration.subjects import Subject
    from app.values import Form
    from app.web.schools.subject_journeys import Act
    from app.web.session import Here

TEMPLATES = "journeys/register-mentor"
PAGE = journey_page(school_page(gated=True, closes=True, nav="mentors"))
EXITS = ("no-trn", "cannot-mentor-themself", "already-registered", "cannot-assign")
CHANGED = "Something changed while you were working. Check the details again."
REFUSALS = {
    "email_in_use": Refusal("email-address", "This address is now in use for someone else. Enter another one."),
    "already_registered": Refusal("review-mentor", CHANGED),
    "not_assignable": Refusal("assign-ects", "An ECT you chose cannot be assigned a mentor any more."),
    "mentor_changed_meanwhile": Refusal("assign-ects", "The mentor of an ECT changed while you were working."),
    "training_changed_meanwhile": Refusal("review-mentor", CHANGED),
    "lead_provider_withdrawn": Refusal("lead-provider", "This lead provider can no longer be chosen. Choose again."),
    "cannot_file_yet": Refusal("review-mentor", "We cannot file this registration yet. Contact support."),
    "changed_meanwhile": Refusal("review-mentor", CHANGED),
}


async def find(asked: Asked[RegisterMentorFacts], form: Form) -> Response[str]:
    """Look a teacher up, unless they are the very ECT who needs a mentor: then nobody is asked (IDN-07, RM-18)."""
    facts = asked.facts
    trn, _ = find_question(facts).parse(form)
    if facts.ect is not None and facts.ect.trn == trn:
        await store.note_lookup(asked.draft, "cannot-mentor-themself", trn, asked.here.actor)
        return redirect(asked.request, hooks.address(asked, "cannot-mentor-themself"))
    return await hooks.find(asked, form)


async def perform(command: RegisterMentor, facts: RegisterMentorFacts, here: Here) -> Mapping[str, Any]:
    """Register, and keep what the confirmation shows."""
    registered = await register_mentor(command, here.actor, here.today)
    return shown.outcome(registered, command, facts)


JOURNEY: Journey[RegisterMentorFacts, RegisterMentor] = Journey(
    name="register-mentor",
    base=MENTOR.base,
    kind=DraftKind.REGISTER_MENTOR,
    path=journey.register_mentor,
    load=load_facts,
    beside=beside,
    reload={"email-address": with_address},
    perform=perform,
    rows=shown.rows,
    check_title="Check the answers before registering this mentor",
    check_button="Confirm and register",
    templates=TEMPLATES,
    confirmation=shown.confirmation,
    exits=exit_templates(TEMPLATES, EXITS),
    asides={"no-trn": "find-mentor"},
    subject=subject,
    notices=shown.notices,
    refresh=hooks.read_again,
    lock=lock_registration,
    hooks={**hooks.HOOKS, "find-mentor": find, "review-mentor": hooks.note_corrected},
    exit_hooks={"cannot-register-yet": hooks.tell_when_open},
    refusals=REFUSALS,
    starts=True,
)


@dataclass(frozen=True)
class StartPage:
    """The start page; ect: who needs the mentor, if that is where the user comes from (RM-02)."""

    drafts: tuple[Unfinished, ...]
    ect: Subject | None
    support_email: str


async def ect_named(here: Here, value: str) -> Subject | None:
    """Return the ECT of the school that `ect_id` names; None when it names none.

    Raises NotFoundException for anybody else's (GEN-05), NotAllowed for one who can have no mentor (RM-01, PER-61).
    """
    if not value:
        return None
    ect = await subject_of(Role.ECT, here.school.id, known_id(value), here.today)
    if ect is None:
        raise NotFoundException
    if not ect.may(Action.ASSIGN_MENTOR):
        raise NotAllowed(why_not(Action.ASSIGN_MENTOR, ect.standing, ect.displayed))
    return ect


async def refused(request: HTMXRequest, value: str, refusal: NotAllowed) -> Response[str]:
    """Answer that an ECT can have no mentor (PRM-01)."""
    ect = await subject_of(Role.ECT, here_of(request).school.id, known_id(value), here_of(request).today)
    if ect is None:
        raise NotFoundException
    return not_allowed(request, ect, refusal)


@get(MENTOR.base, opt=PAGE)
async def start(request: HTMXRequest) -> Response[str]:
    """Say what to have ready (RM-02)."""
    here, value = here_of(request), read_query(request).get("ect_id", "")
    try:
        ect = await ect_named(here, value)
    except NotAllowed as refusal:
        return await refused(request, value, refusal)
    drafts = await unfinished_of(here, DraftKind.REGISTER_MENTOR)
    return page(request, f"{TEMPLATES}/start.html", StartPage(drafts, ect, here.policy.support_email))


@post(MENTOR.base, opt=PAGE, status_code=200)
async def begin(request: HTMXRequest) -> Response[str]:
    """Make a draft, for an ECT if one is named (RM-02)."""
    value = (await read_form(request)).get("ect_id", "")
    try:
        ect = await ect_named(here_of(request), value)
    except NotAllowed as refusal:
        return await refused(request, value, refusal)
    return await journey_start.begin(JOURNEY, request, for_ect=ect.stay.id if ect else None)


async def handle(request: HTMXRequest, act: Act) -> Response[str]:
    """Do what a step's route is for."""
    return await act(JOURNEY, request)


HANDLERS = [start, begin, *step_routes(MENTOR.base, PAGE, handle, resumed=True)]
