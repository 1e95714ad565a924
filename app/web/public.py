"""Pages for everybody: the start, the ways in and out, and what the service says about itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from litestar import Request, Response, get, post

from app import clock
from app.access.rules import HOMES, PRIVACY_VERSION
from app.web.page import page, redirect
from app.web.policies import file_route, public_page, signed_in_page
from app.web.session import visit_of

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True)
class StartPage:
    """Where the button of the start page leads."""

    begin_at: str


@get("/", opt=public_page())
async def start(request: AnyRequest) -> Response[str]:
    """Show what the service is for and how to begin."""
    user = visit_of(request).visitor.user
    return page(request, "public/start.html", StartPage(HOMES[user.audience] if user else "/sign-in"))


@post("/session/extend", opt=signed_in_page(), status_code=303)
async def extend(request: AnyRequest) -> Response[str]:
    """Stay signed in (ACC-9.4); asking was use enough, so there is only the way back to find."""
    if "x-csrf-token" in request.headers:  # the page's script, which stays where it is
        return Response("", status_code=204)
    referer = request.headers.get("referer", "")
    own = f"{request.app.state.scheme}://{request.headers.get('host', '')}/"
    path = "/" + referer.removeprefix(own) if referer.startswith(own) else ""
    user = visit_of(request).visitor.user
    home = HOMES[user.audience if user else "school"]
    return redirect(request, path if path and not path.startswith("//") else home)


@dataclass(frozen=True)
class PrivacyPage:
    """The version of the notice."""

    version: str


@get("/privacy", opt=public_page())
async def privacy(request: AnyRequest) -> Response[str]:
    """Show the privacy notice."""
    return page(request, "public/privacy.html", PrivacyPage(PRIVACY_VERSION))


@dataclass(frozen=True)
class CookiesPage:
    """The name of the one cookie."""

    cookie: str


@get("/cookies", opt=public_page())
async def cookies(request: AnyRequest) -> Response[str]:
    """Say which cookie is used, and that it needs no consent."""
    return page(request, "public/cookies.html", CookiesPage(request.app.state.cookie))


@get("/accessibility", opt=public_page())
async def accessibility(request: AnyRequest) -> Response[str]:
    """Show the accessibility statement."""
    return page(request, "public/accessibility.html")


@get("/guidance", opt=public_page())
async def guidance(request: AnyRequest) -> Response[str]:
    """Show who does what, and where the rules are written (GD-01)."""
    return page(request, "public/guidance.html")


@get("/.well-known/security.txt", opt=file_route(), media_type="text/plain", sync_to_thread=False)
def security_txt(request: AnyRequest) -> str:
    """Say where to report a weakness (ACC-17.6)."""
    expires = clock.machine_now() + timedelta(days=180)
    contact = request.app.state.support_email
    return f"Contact: mailto:{contact}\nExpires: {expires:%Y-%m-%dT00:00:00Z}\nPreferred-Languages: en\n"


@get("/robots.txt", opt=file_route(), media_type="text/plain", sync_to_thread=False)
def robots_txt(request: AnyRequest) -> str:
    """Say what search engines may read."""
    if not request.app.state.settings.allow_indexing:
        return "User-agent: *\nDisallow: /\n"
    return "User-agent: *\nAllow: /$\nAllow: /guidance$\nDisallow: /\n"


HANDLERS = [
    start,
    extend,
    privacy,
    cookies,
    accessibility,
    guidance,
    security_txt,
    robots_txt,
]
