"""Journeys about one ECT or mentor of the school: who they are about, whether they are open, and their addresses.

A journey declares a `SubjectJourney`; `handlers()` gives its routes. Each request finds the person through the
school, asks whether their standing allows it, and hands the journey built for them to the one controller.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from litestar import Response, get, post
from litestar.plugins.htmx import HTMXRequest  # noqa: TC002 - handlers' signatures are read at run time

from app.drafts import store
from app.events.queries import history
from app.registration.permissions import why_not
from app.registration.subjects import Subject, subject
from app.terms import DraftKind, DraftState, Role
from app.web import journey_start, journeys
from app.web.forms import known_id
from app.web.missing import missing
from app.web.page import page, redirect
from app.web.policies import journey_page, school_page
from app.web.session import here_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from app.events.queries import Entry
    from app.registration.permissions import Action
    from app.web.journey import Journey
    from app.web.session import Here

    Act = Callable[[Journey[Any, Any], HTMXRequest], Awaitable[Response[str]]]
    Handle = Callable[[HTMXRequest, Act], Awaitable[Response[str]]]

FORBIDDEN = 403
CHANGED = "journeys/changed"
"""Templates of journeys whose confirmation needs no more than `told`, `details.panel` and `details.links`."""
RECENT = 50
"""So many events are looked through for the one that changed a value."""
PLURALS = {Role.ECT: "ects", Role.MENTOR: "mentors"}


class NotAllowed(Exception):
    """Something beside the person's standing forbids the journey: a sentence, and whom to ask (G-02, PRM-01).

    instead: words and address of what can be done instead (PER-52).
    """

    def __init__(self, reason: str, contact: str = "", instead: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(reason)
        self.reason, self.contact, self.instead = reason, contact, tuple(instead)


class Instead(Exception):
    """There is nothing to ask here: another page, at this address, does what is wanted."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


async def _nothing_else(_subject: Subject, _here: Here) -> None:
    return None


@dataclass(frozen=True)
class SubjectJourney:
    """One journey about a person.

    build: the journey for this very person. allowed: what is asked beside their standing; raises NotAllowed, or
    NotFoundException. Neither is asked of a draft that has been submitted, so its confirmation stays.
    gated, closes: the gates of the induction tutor and of a closed window (PRM-04, PRM-05).
    """

    action: Action
    build: Callable[[Subject, Here], Awaitable[Journey[Any, Any]]]
    allowed: Callable[[Subject, Here], Awaitable[None]] = _nothing_else
    gated: bool = True
    closes: bool = False

    @property
    def name(self) -> str:
        """The last segment of its address."""
        return self.action.value


def about(person: Subject, action: Action) -> dict[str, Any]:
    """Return the fields of a `Journey` that follow from whom it is about."""
    return {
        "name": f"{person.role.value}-{action.value}",
        "base": f"{person.record}/{action.value}",
        "kind": DraftKind.CHANGE,
        "about": person.stay_id,
        "cancel": person.record,
        "cancel_text": f"Cancel and go back to {person.displayed}’s record",
        "subject": lambda _facts, _walked: person.displayed,
        "last_change": partial(last_change, person),
        "templates": CHANGED,
    }


async def last_change(person: Subject, here: Here, *kinds: str) -> Entry | None:
    """Return the newest event about a person at the school, of some kinds only if given (CON-01)."""
    recent = await history(here.school.id, person.teacher_id, 1, RECENT, here.policy.deferral_reasons_hidden)
    return next((entry for entry in recent.entries if not kinds or entry.kind in kinds), None)


@dataclass(frozen=True)
class NotAllowedPage:
    """Why something can't be done with a person, and whom to ask (PRM-01)."""

    name: str
    reason: str
    contact: str
    record: str
    instead: tuple[tuple[str, str], ...] = ()


def not_allowed(request: HTMXRequest, person: Subject, refusal: NotAllowed) -> Response[str]:
    """Answer that a journey is not open for a person; nothing is stored (PRM-01)."""
    context = NotAllowedPage(person.displayed, refusal.reason, refusal.contact, person.record, refusal.instead)
    return page(request, "schools/not-allowed.html", context, status=FORBIDDEN)


async def find(request: HTMXRequest, role: Role) -> Subject:
    """Return the person that an address names; raises NotFoundException for anybody else's (GEN-05)."""
    here = here_of(request)
    public_id = known_id(request.path_params[f"{role.value}_id"])
    found = await subject(role, here.school.id, public_id, here.today)
    if found is None:
        raise await missing(here, public_id)
    return found


async def journey_about(request: HTMXRequest, offered: SubjectJourney, person: Subject) -> Journey[Any, Any]:
    """Return the journey for a person; raises NotAllowed unless it is open for them, or its draft is submitted."""
    here = here_of(request)
    if not await is_submitted(request, offered.name, person.stay_id):
        if not person.may(offered.action):
            raise NotAllowed(why_not(offered.action, person.standing, person.displayed))
        await offered.allowed(person, here)
    return await offered.build(person, here)


async def is_submitted(request: HTMXRequest, name: str, about_id: int) -> bool:
    """Tell whether the address names a draft of this journey, about this very row, that has been submitted.

    Raises NotFoundException for a draft that the school does not have: that comes before what may be done (G-02).
    """
    if "draft_id" not in request.path_params:
        return False
    here, draft_id = here_of(request), known_id(request.path_params["draft_id"])
    draft = await store.load(draft_id, here.school.id)
    if draft is None:
        raise await missing(here, draft_id)
    mine = draft.subject_stay_id == about_id and draft.journey.endswith(name)
    return mine and draft.state is DraftState.SUBMITTED


def handlers(role: Role, offered: Sequence[SubjectJourney]) -> list[Any]:
    """Return the routes of journeys about people of a role."""
    return [handler for journey in offered for handler in _routes(role, journey)]


def _routes(role: Role, offered: SubjectJourney) -> list[Any]:
    async def handle(request: HTMXRequest, act: Act) -> Response[str]:
        person = await find(request, role)
        try:
            return await act(await journey_about(request, offered, person), request)
        except NotAllowed as refusal:
            return not_allowed(request, person, refusal)
        except Instead as instead:
            return redirect(request, instead.path)

    path = f"/school/{PLURALS[role]}/{{{role.value}_id:str}}/{offered.name}"
    return routes(path, school_page(gated=offered.gated, closes=offered.closes, nav=PLURALS[role]), handle)


def routes(path: str, opt: dict[str, Any], handle: Handle, answer_first: Act = journey_start.answer_first) -> list[Any]:
    """Return the routes of one journey about something: its first page and its steps, shown and answered.

    handle: finds what the address names, and does to the journey about it what the route is for. answer_first: what
    the first good answer does.
    """
    opt = journey_page(opt)
    return [
        get(path, opt=opt)(_handler(handle, journey_start.show_first)),
        post(path, opt=opt, status_code=200)(_handler(handle, answer_first)),
        *step_routes(path, opt, handle),
    ]


def step_routes(path: str, opt: dict[str, Any], handle: Handle, *, resumed: bool = False) -> list[Any]:
    """Return the routes of the steps of one journey, shown and answered; opt: the policy of a journey's page.

    resumed: whether the address of a draft itself leads to where it stands (DR-01).
    """
    draft = f"{path}/{{draft_id:str}}"
    step = f"{draft}/{{step:str}}"
    return [
        *([get(draft, opt=opt)(_handler(handle, _resume))] if resumed else []),
        get(step, opt=opt)(_handler(handle, _show)),
        post(step, opt=opt, status_code=200)(_handler(handle, _answer)),
    ]


def _handler(handle: Handle, act: Act) -> Callable[[HTMXRequest], Awaitable[Response[str]]]:
    async def handler(request: HTMXRequest) -> Response[str]:
        return await handle(request, act)

    return handler


async def _resume(journey: Journey[Any, Any], request: HTMXRequest) -> Response[str]:
    return await journeys.show(journey, request, request.path_params["draft_id"], "")


async def _show(journey: Journey[Any, Any], request: HTMXRequest) -> Response[str]:
    return await journeys.show(journey, request, request.path_params["draft_id"], request.path_params["step"])


async def _answer(journey: Journey[Any, Any], request: HTMXRequest) -> Response[str]:
    return await journeys.answer(journey, request, request.path_params["draft_id"], request.path_params["step"])
