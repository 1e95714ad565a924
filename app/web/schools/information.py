"""Pages that explain: guidance and support, for people signed in at a school (GD-01, SP-01)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get

from app.web.page import page
from app.web.policies import school_page
from app.web.session import here_of

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class GuidancePage:
    """Links that staff added, by their text."""

    more_links: Mapping[str, str]


@dataclass(frozen=True)
class SupportPage:
    """Who is asking, to be named in an email."""

    school_name: str
    urn: str


@get("/school/guidance", opt=school_page())
async def guidance(request: Request[Any, Any, Any]) -> Response[str]:
    """Show who does what when, and where the rules are written (GD-01)."""
    return page(request, "schools/guidance.html", GuidancePage(here_of(request).policy.guidance_links))


@get("/school/support", opt=school_page())
async def support(request: Request[Any, Any, Any]) -> Response[str]:
    """Say where help is, and what to write (SP-01)."""
    here = here_of(request)
    return page(request, "schools/support.html", SupportPage(here.school.name, here.school.urn))


HANDLERS = [guidance, support]
