"""The page with the ways in (ACC-2.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get

from app.access.methods import paused_methods
from app.access.rules import HOMES
from app.access.sign_in import DFE_SIGN_IN, EMAIL_LINK, SignInMethod, offered, said_of_paused
from app.web.page import page, redirect
from app.web.policies import public_page
from app.web.session import visit_of

AnyRequest = Request[Any, Any, Any]
SCHOOL_METHODS = frozenset({DFE_SIGN_IN, EMAIL_LINK})


@dataclass(frozen=True)
class SignInPage:
    """The ways in that can be used, what staff say about those paused, and whether a session has just run out."""

    methods: tuple[SignInMethod, ...]
    paused: tuple[str, ...]
    personas: bool
    ended: bool


@get("/sign-in", opt=public_page())
async def sign_in(request: AnyRequest) -> Response[str]:
    """Show the ways in for schools (ACC-2.6); a single one is begun, and somebody who is in already goes on."""
    user = visit_of(request).visitor.user
    if user is not None:
        return redirect(request, HOMES[user.audience])
    on, paused = request.app.state.settings.methods, await paused_methods()
    context = SignInPage(
        methods=offered("school", on, paused),
        paused=said_of_paused(paused, on & SCHOOL_METHODS),
        personas="personas" in on,
        ended=request.query_params.get("ended") == "yes",
    )
    if len(context.methods) == 1 and not (context.personas or context.ended or context.paused):
        return redirect(request, context.methods[0].first_page)
    return page(request, "public/sign-in.html", context)


HANDLERS = [sign_in]
