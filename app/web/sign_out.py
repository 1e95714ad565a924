"""Leaving: here at once, and at DfE Sign-in too for whoever came that way (ACC-9.7, ACC-4.14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post

from app.access.end_sessions import end_sessions
from app.access.sealing import unseal
from app.access.sessions import id_token_of
from app.access.sign_in import BY_DFE_SIGN_IN, LocalOnly
from app.web.chrome import dress
from app.web.dfe_endings import services_page
from app.web.page import full_load, page, redirect
from app.web.policies import public_page, signed_in_page
from app.web.session import visit_of

if TYPE_CHECKING:
    from app.web.dfe_endings import DfESignIn

AnyRequest = Request[Any, Any, Any]
CLEARED = {"Clear-Site-Data": '"cache", "storage"'}
ONLY_HERE = "/signed-out?dfe-sign-in=still"


@get("/sign-out", opt=public_page())
async def ask_sign_out(request: AnyRequest) -> Response[str]:
    """Show the button that signs out (ACC-9.7)."""
    if visit_of(request).visitor.user is None:
        return redirect(request, "/signed-out")
    return page(request, "public/sign-out.html")


@post("/sign-out", opt=public_page(), status_code=303)
async def sign_out(request: AnyRequest) -> Response[str]:
    """End the session at once, then at DfE Sign-in (ACC-4.14, ACC-9.7)."""
    id_token = await _id_token(request)
    await visit_of(request).end()
    response = full_load(request, await _where_to(request, id_token))
    response.headers.update(CLEARED)
    return response


async def _id_token(request: AnyRequest) -> str | None:
    """Return what DfE Sign-in needs to end its session; empty when it is lost, None for another method."""
    session = visit_of(request).visitor.session
    if session is None or session.method not in BY_DFE_SIGN_IN:
        return None
    return unseal(await id_token_of(session.id_hash), request.app.state.settings.secret())


async def _where_to(request: AnyRequest, id_token: str | None) -> str:
    ports: DfESignIn | None = request.app.state.dfe_sign_in
    if id_token is None:
        return "/signed-out"
    target = await ports.provider.end(id_token) if ports else LocalOnly()
    return ONLY_HERE if isinstance(target, LocalOnly) else target.url


@dataclass(frozen=True)
class SignedOutPage:
    """Where to sign out of DfE Sign-in as well; empty when that has been done, or nobody was signed in there."""

    services: str


@get("/signed-out", opt=public_page())
async def signed_out(request: AnyRequest) -> Response[str]:
    """Say that the session has ended."""
    still = request.query_params.get("dfe-sign-in") == "still" and request.app.state.dfe_sign_in is not None
    return page(
        request, "public/signed-out.html", SignedOutPage(services_page(request.app.state.settings) if still else "")
    )


@post("/sessions/end", opt=signed_in_page(), status_code=303)
async def end_everywhere(request: AnyRequest) -> Response[str]:
    """Sign out of every browser (ACC-9.8)."""
    visit = visit_of(request)
    id_token = await _id_token(request)
    if visit.visitor.user is not None:
        await end_sessions(visit.visitor.user.id, visit.visitor.user.actor)
    await visit.end()
    dress(request)
    response = full_load(request, await _where_to(request, id_token))
    response.headers.update(CLEARED)
    return response


HANDLERS = [ask_sign_out, sign_out, signed_out, end_everywhere]
