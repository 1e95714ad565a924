"""DfE Sign-in: going there, coming back, and for which school (ACC-4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException

from app.access.admission import Admitted, NotAdmitted, admission
from app.access.flows import NewestFlow, OpenFlow, keep_flow, new_flow, newest_flow, take_flow
from app.access.methods import paused_methods
from app.access.role_checks import refuse_school_user
from app.access.sealing import seal
from app.access.sign_in import DFE_SIGN_IN, STAFF_DFE, Identified, TryAgain, Unavailable
from app.access.sign_in_staff_with_dfe import SignInStaffWithDfE, has_staff_role, sign_in_staff_with_dfe
from app.access.sign_in_with_dfe import SignInWithDfE, sign_in_with_dfe
from app.web.dfe_endings import Ending, dfe_sign_in_of, ending_page, unavailable
from app.web.page import full_load, redirect
from app.web.policies import public_page
from app.web.session import take_return_path, visit_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.settings import Settings
    from app.web.dfe_endings import DfESignIn

AnyRequest = Request[Any, Any, Any]
CANCELLED = {"consent_denied", "access_denied"}
EXPIRED = "sessionexpired"
CHOICES = {DFE_SIGN_IN: "/sign-in", STAFF_DFE: "/staff/sign-in"}
"""The page with the ways in that each method is one of."""


@get("/sign-in/dfe", opt=public_page())
async def begin(request: AnyRequest) -> Response[str]:
    """Send the browser to DfE Sign-in; also how another organisation is chosen (ACC-4.13)."""
    return await _begin_when_on(request, DFE_SIGN_IN)


@get("/staff/sign-in/dfe", opt=public_page())
async def begin_as_staff(request: AnyRequest) -> Response[str]:
    """Send the browser of a member of staff there (ACC-7.6)."""
    return await _begin_when_on(request, STAFF_DFE)


async def _begin_when_on(request: AnyRequest, method: str) -> Response[str]:
    if method not in request.app.state.settings.methods:
        raise NotFoundException
    if request.state.head or method in await paused_methods():
        return redirect(request, CHOICES[method])
    return await _begin(request, NewestFlow(method, automatic=False))


async def _begin(request: AnyRequest, how: NewestFlow) -> Response[str]:
    flow = new_flow()
    outcome = await dfe_sign_in_of(request).provider.begin(flow)
    if isinstance(outcome, Unavailable):
        return ending_page(request, Ending.PROVIDER_DOWN, method=how.method)
    visit = visit_of(request)
    session_hash = await visit.ensure_session()
    session = visit.visitor.session
    path = session.return_path if session else None
    await keep_flow(OpenFlow(flow, path, how.automatic, how.method), session_hash)
    return full_load(request, outcome.url)


@get("/sign-in/dfe/callback", opt=public_page())
async def callback(request: AnyRequest) -> Response[str]:
    """Take back whoever comes from DfE Sign-in (ACC-4.6), unless it was paused meanwhile (ACC-2.5)."""
    ports = dfe_sign_in_of(request)
    if request.state.head:
        return redirect(request, "/sign-in")
    parameters = {name: value for name, value in request.query_params.items() if isinstance(value, str)}
    opened = await _taken(request, parameters)
    begun = await _begun(request, opened)
    if begun.method in await paused_methods():
        return redirect(request, CHOICES[begun.method])
    error = parameters.get("error", "")
    if error == EXPIRED or not (error or "code" in parameters):
        return await _again(request, begun)
    if error or opened is None:
        ending = Ending.CANCELLED if error in CANCELLED else Ending.SIGN_IN_AGAIN
        return ending_page(request, ending, method=begun.method)
    return await _completed(request, ports, parameters, opened)


async def _completed(
    request: AnyRequest, ports: DfESignIn, parameters: Mapping[str, str], opened: OpenFlow
) -> Response[str]:
    outcome = await ports.provider.complete(parameters, opened.flow)
    match outcome:
        case Identified() if opened.method == STAFF_DFE:
            return await _staff_identified(request, ports, outcome, opened)
        case Identified():
            return await _identified(request, ports, outcome, opened)
        case TryAgain():
            return ending_page(request, Ending.SIGN_IN_AGAIN, method=opened.method)
        case Unavailable(cause):
            return unavailable(request, cause, opened.method)
    assert_never(outcome)


async def _taken(request: AnyRequest, parameters: Mapping[str, str]) -> OpenFlow | None:
    session = visit_of(request).visitor.session
    state = parameters.get("state", "")
    return await take_flow(state, session.id_hash) if state and session else None


async def _begun(request: AnyRequest, opened: OpenFlow | None) -> NewestFlow:
    """Return how the attempt that came back was begun; without a state it is the latest of this browser (EXT-3.5)."""
    session = visit_of(request).visitor.session
    newest = await newest_flow(session.id_hash) if session and opened is None else None
    found = opened or newest
    return NewestFlow(found.method, found.automatic) if found else NewestFlow(DFE_SIGN_IN, automatic=False)


async def _again(request: AnyRequest, begun: NewestFlow) -> Response[str]:
    """Begin once more by ourselves, but never twice in a row (EXT-3.5)."""
    if begun.automatic or begun.method not in request.app.state.settings.methods:
        return ending_page(request, Ending.SIGN_IN_AGAIN, method=begun.method)
    return await _begin(request, NewestFlow(begun.method, automatic=True))


async def _identified(request: AnyRequest, ports: DfESignIn, who: Identified, opened: OpenFlow) -> Response[str]:
    settings: Settings = request.app.state.settings
    found = await admission(who.subject, who.organisation, ports.directory, settings.dfe_sign_in_school_role)
    if isinstance(found, Unavailable):
        return unavailable(request, found.cause)
    if isinstance(found, NotAdmitted):
        await refuse_school_user(who.subject, found)
        await visit_of(request).reload()
        return ending_page(request, Ending(found.reason.value), found.organisation)
    return await _signed_in(request, ports, who, found, opened)


async def _signed_in(
    request: AnyRequest, ports: DfESignIn, who: Identified, admitted: Admitted, opened: OpenFlow
) -> Response[str]:
    visit, settings = visit_of(request), request.app.state.settings
    others = await ports.directory.organisations(who.subject)
    old = visit.visitor.session
    command = SignInWithDfE(
        who=who,
        admitted=admitted,
        others=others,
        id_token=seal(who.id_token, settings.secret()),
        old_session=old.id_hash if old else None,
        path=opened.path,
    )
    await visit.adopt(await sign_in_with_dfe(command))
    return full_load(request, await take_return_path(request))


async def _staff_identified(request: AnyRequest, ports: DfESignIn, who: Identified, opened: OpenFlow) -> Response[str]:
    visit, settings = visit_of(request), request.app.state.settings
    has_role = await has_staff_role(who, ports.directory, settings.dfe_sign_in_staff_role)
    if isinstance(has_role, Unavailable):
        return unavailable(request, has_role.cause, STAFF_DFE)
    old = visit.visitor.session
    command = SignInStaffWithDfE(
        who=who,
        has_role=has_role,
        id_token=seal(who.id_token, settings.secret()),
        old_session=old.id_hash if old else None,
        path=opened.path,
    )
    made = await sign_in_staff_with_dfe(command)
    if made is None:
        return ending_page(request, Ending.NOT_STAFF, who.organisation, STAFF_DFE)
    await visit.adopt(made)
    return full_load(request, await take_return_path(request, "staff"))


HANDLERS = [begin, begin_as_staff, callback]
