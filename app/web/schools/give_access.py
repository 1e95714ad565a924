"""The journey that gives a colleague access to the school (ACC-11.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post
from litestar.params import FromPath  # noqa: TC002 - read at run time

from app.access.email_link import may_gain_access
from app.access.give_access import GiveAccess, give_access, has_access_already
from app.access.methods import paused_methods
from app.access.name_user import is_taken
from app.access.sign_in import EMAIL_LINK
from app.journeys.engine import Ask, Question, Row, Walk
from app.schools.find import school_of_id
from app.schools.nominate_induction_tutor import CHECK_NAME_AND_EMAIL
from app.terms import DraftKind, SchoolId
from app.values import Form, Invalid, parse_both, parse_email, parse_name
from app.web import journey_start, journeys
from app.web.journey import Asked, Journey, Refusal
from app.web.journey_pages import ConfirmationPage
from app.web.page import redirect
from app.web.policies import journey_page, school_page
from app.web.session import here_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.drafts.store import Draft
    from app.web.session import Here

AnyRequest = Request[Any, Any, Any]
LIST, BASE, SLUG = "/school/access", "/school/access/new", "new"
PAGE = journey_page(school_page())
ALREADY = "This person has access already"


@dataclass(frozen=True)
class Facts:
    """The school."""

    school_id: SchoolId
    school_name: str


async def load(_draft: Draft, here: Here) -> Facts:
    """Return the current school."""
    return Facts(here.school.id, here.school.name)


def parse(form: Form) -> tuple[str, str]:
    """Return name and address (ACC-5.13)."""
    return parse_both(lambda: parse_name(form, "name", "full name"), lambda: parse_email(form))


def path(ask: Ask, facts: Facts) -> GiveAccess:
    """Ask who it is."""
    who: Question[tuple[str, str]] = Question(
        SLUG, "Who needs access?", parse, ("name", "email"), template="journeys/give-access/new.html"
    )
    name, email = ask(who)
    return GiveAccess(facts.school_id, facts.school_name, name, email)


def rows(walked: Walk, _facts: Facts) -> list[Row]:
    """Return who gets access."""
    return [Row("name", "Name", walked.command.name, SLUG), Row("email", "Email address", walked.command.email, SLUG)]


async def check_person(asked: Asked[Facts], form: Form) -> None:
    """Refuse the address of somebody of another name, or of one who has access (ACC-5.14)."""
    name, email = parse(form)
    if await is_taken(asked.here.school.id, name, email):
        raise Invalid(email=CHECK_NAME_AND_EMAIL)
    if await has_access_already(asked.here.school.id, email):
        raise Invalid(email=ALREADY)


async def perform(command: GiveAccess, _facts: Facts, here: Here) -> Mapping[str, Any]:
    """Give the access."""
    await give_access(command, here.actor)
    return {"name": command.name}


async def confirmation(outcome: Mapping[str, Any], _here: Here) -> ConfirmationPage:
    """Say who was told."""
    name = str(outcome["name"])
    told = (f"We have sent {name} an email that says how to sign in.",)
    return ConfirmationPage(f"{name} can use the service for your school", outcome, told, {})


JOURNEY: Journey[Facts, GiveAccess] = Journey(
    name="give-access",
    base=BASE,
    kind=DraftKind.CHANGE,
    path=path,
    load=load,
    perform=perform,
    rows=rows,
    check_title="Check who gets access",
    check_button="Confirm and give access",
    templates="journeys/give-access",
    confirmation=confirmation,
    exits={},
    hooks={SLUG: check_person},
    refusals={"check_name_and_email": Refusal(SLUG, CHECK_NAME_AND_EMAIL)},
    cancel=LIST,
)


async def is_offered(request: AnyRequest) -> bool:
    """Tell whether people of the current school may gain access by email link now (ACC-2.3, ACC-2.5)."""
    settings = request.app.state.settings
    if EMAIL_LINK not in settings.methods or EMAIL_LINK in await paused_methods():
        return False
    school = await school_of_id(here_of(request).school.id)
    return school is not None and may_gain_access(
        settings.email_link_schools, school.email_link_override, has_dfe_sign_in=school.has_dfe_sign_in
    )


@get(BASE, opt=PAGE)
async def first(request: AnyRequest) -> Response[str]:
    """Ask who needs access; where email links are not for this school, show who has it."""
    return await journey_start.show_first(JOURNEY, request) if await is_offered(request) else redirect(request, LIST)


@post(BASE, opt=PAGE, status_code=200)
async def answer_first(request: AnyRequest) -> Response[str]:
    """Take who it is."""
    return await journey_start.answer_first(JOURNEY, request) if await is_offered(request) else redirect(request, LIST)


@get(f"{BASE}/{{draft_id:str}}/{{step:str}}", opt=PAGE)
async def show(request: AnyRequest, draft_id: FromPath[str], step: FromPath[str]) -> Response[str]:
    """Show a step."""
    return await journeys.show(JOURNEY, request, draft_id, step)


@post(f"{BASE}/{{draft_id:str}}/{{step:str}}", opt=PAGE, status_code=200)
async def answer(request: AnyRequest, draft_id: FromPath[str], step: FromPath[str]) -> Response[str]:
    """Take an answer, or the confirmation."""
    if not await is_offered(request):
        return redirect(request, LIST)
    return await journeys.answer(JOURNEY, request, draft_id, step)


HANDLERS = [first, answer_first, show, answer]
