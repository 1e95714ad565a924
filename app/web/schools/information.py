"""The guidance for people signed in at a school (GD-01)."""

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


@get("/school/guidance", opt=school_page())
async def guidance(request: Request[Any, Any, Any]) -> Response[str]:
    """Show who does what when, and where the rules are written (GD-01)."""
    return page(request, "schools/guidance.html", GuidancePage(here_of(request).policy.guidance_links))


HANDLERS = [guidance]
