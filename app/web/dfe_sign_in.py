"""DfE Sign-in: going there, coming back, and every way that can end (ACC-4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, assert_never
from urllib.parse import urlsplit

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException

from app.access.admission import Admitted, NotAdmitted, admission
from app.access.flows import keep_flow, new_flow, newest_is_automatic, take_flow
from app.access.methods import paused_methods
from app.access.role_checks import refuse_school_user
from app.access.sealing import seal
from app.access.sign_in import DFE_SIGN_IN, Identified, TryAgain, Unavailable
from app.access.sign_in_with_dfe import SignInWithDfE, sign_in_with_dfe
from app.terms import FailureCause, Word
from app.web.page import full_load, page, redirect
from app.web.policies import public_page
from app.web.session import take_return_path, visit_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.access.flows import OpenFlow
    from app.access.sign_in import Organisation, RoleDirectory, SignInProvider
    from app.settings import Settings

AnyRequest = Request[Any, Any, Any]
CANCELLED = {"consent_denied", "access_denied"}
EXPIRED = "sessionexpired"
RETRY_SECONDS = "60"


class Ending(Word):
    """How an attempt ended, with its status."""

    SIGN_IN_AGAIN = "sign_in_again"
    CANCELLED = "cancelled"
    PROVIDER_DOWN = "provider_down"
    MISCONFIGURED = "misconfigured"
    UNCHECKED = "unchecked"
    NO_ORGANISATION = "no_organisation"
    NOT_A_SCHOOL = "not_a_school"
    UNKNOWN_SCHOOL = "unknown_school"
    NO_ROLE = "no_role"

    @property
    def status(self) -> int:
        """Return the status of its page (ACC-4.10)."""
        return (
            400 if self is Ending.SIGN_IN_AGAIN else 200 if self is Ending.CANCELLED else 503 if self in _DOWN else 403
        )


_DOWN = {Ending.PROVIDER_DOWN, Ending.MISCONFIGURED, Ending.UNCHECKED}


@dataclass(frozen=True)
class DfESignIn:
    """The two ports to DfE Sign-in, as the application's state holds them."""

    provider: SignInProvider
    directory: RoleDirectory


@dataclass(frozen=True)
class EndingPage:
    """How an attempt ended; organisation and URN where they are known."""

    ending: Ending
    organisation: str = ""
    urn: str = ""
    services: str = ""
    """The address of DfE Sign-in's own pages."""
    email_link: bool = False
    signed_in: bool = False


def dfe_sign_in_of(request: AnyRequest) -> DfESignIn:
    """Return the ports; raises NotFoundException where the method is off."""
    ports: DfESignIn | None = request.app.state.dfe_sign_in
    if ports is None:
        raise NotFoundException
    return ports


def services_page(settings: Settings) -> str:
    """Return where people look after their account, beside the address they sign in at."""
    parts = urlsplit(settings.issuer)
    name = (parts.hostname or "").replace("oidc.", "services.", 1)
    return f"{parts.scheme}://{name}" if "services." in name else settings.issuer


def ending_page(request: AnyRequest, ending: Ending, organisation: Organisation | None = None) -> Response[str]:
    """Show how an attempt ended (ACC-4.10)."""
    settings: Settings = request.app.state.settings
    context = EndingPage(
        ending,
        organisation.name if organisation else "",
        (organisation.urn or "") if organisation else "",
        services_page(settings),
        "email_link" in settings.methods,
        visit_of(request).visitor.user is not None,
    )
    headers = {"Retry-After": RETRY_SECONDS} if ending in _DOWN else None
    return page(request, "public/dfe-sign-in.html", context, status=ending.status, headers=headers)


@get("/sign-in/dfe", opt=public_page())
async def begin(request: AnyRequest) -> Response[str]:
    """Send the browser to DfE Sign-in; also how another organisation is chosen (ACC-4.13)."""
    if request.state.head or DFE_SIGN_IN in await paused_methods():
        return redirect(request, "/sign-in")
    return await _begin(request, automatic=False)


async def _begin(request: AnyRequest, *, automatic: bool) -> Response[str]:
    flow = new_flow()
    outcome = await dfe_sign_in_of(request).provider.begin(flow)
    if isinstance(outcome, Unavailable):
        return ending_page(request, Ending.PROVIDER_DOWN)
    visit = visit_of(request)
    session_hash = await visit.ensure_session()
    session = visit.visitor.session
    await keep_flow(flow, session_hash, session.return_path if session else None, automatic=automatic)
    return full_load(request, outcome.url)


@get("/sign-in/dfe/callback", opt=public_page())
async def callback(request: AnyRequest) -> Response[str]:
    """Take back whoever comes from DfE Sign-in (ACC-4.6)."""
    ports = dfe_sign_in_of(request)
    if request.state.head:
        return redirect(request, "/sign-in")
    parameters = {name: value for name, value in request.query_params.items() if isinstance(value, str)}
    opened = await _taken(request, parameters)
    error = parameters.get("error", "")
    if error == EXPIRED or not (error or "code" in parameters):
        return await _again(request, opened)
    if error or opened is None:
        return ending_page(request, Ending.CANCELLED if error in CANCELLED else Ending.SIGN_IN_AGAIN)
    return await _completed(request, ports, parameters, opened)


async def _completed(
    request: AnyRequest, ports: DfESignIn, parameters: Mapping[str, str], opened: OpenFlow
) -> Response[str]:
    outcome = await ports.provider.complete(parameters, opened.flow)
    match outcome:
        case Identified():
            return await _identified(request, ports, outcome, opened)
        case TryAgain():
            return ending_page(request, Ending.SIGN_IN_AGAIN)
        case Unavailable(cause):
            return _unavailable(request, cause)
    assert_never(outcome)


async def _taken(request: AnyRequest, parameters: Mapping[str, str]) -> OpenFlow | None:
    session = visit_of(request).visitor.session
    state = parameters.get("state", "")
    return await take_flow(state, session.id_hash) if state and session else None


async def _again(request: AnyRequest, opened: OpenFlow | None) -> Response[str]:
    """Begin once more by ourselves, but never twice in a row (EXT-3.5)."""
    session = visit_of(request).visitor.session
    by_ourselves = opened.automatic if opened else session and await newest_is_automatic(session.id_hash)
    return ending_page(request, Ending.SIGN_IN_AGAIN) if by_ourselves else await _begin(request, automatic=True)


def _unavailable(request: AnyRequest, cause: FailureCause) -> Response[str]:
    fault_of_ours = cause is FailureCause.MISCONFIGURED
    return ending_page(request, Ending.MISCONFIGURED if fault_of_ours else Ending.UNCHECKED)


async def _identified(request: AnyRequest, ports: DfESignIn, who: Identified, opened: OpenFlow) -> Response[str]:
    settings: Settings = request.app.state.settings
    found = await admission(who.subject, who.organisation, ports.directory, settings.dfe_sign_in_school_role)
    if isinstance(found, Unavailable):
        return _unavailable(request, found.cause)
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


HANDLERS = [begin, callback]
