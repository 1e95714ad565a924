"""The first page of the support console."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get

from app.web.page import page
from app.web.policies import staff_page
from app.web.session import visit_of

PLACES = {
    "viewer": (
        ("Reference data", "/admin/reference-data"),
        ("Import runs", "/admin/imports"),
        ("Settings", "/admin/settings"),
        ("Notices", "/admin/notices"),
        ("Reminders", "/admin/reminders"),
        ("API tokens", "/admin/api-tokens"),
        ("Feedback from users", "/admin/feedback"),
        ("Name corrections", "/admin/name-corrections"),
    ),
    "support": (
        ("Put something right for many people", "/admin/bulk"),
        ("Who holds an email address", "/admin/email-holder"),
    ),
    "manager": (("Staff accounts", "/admin/staff"),),
}
"""Role -> what it opens beside the navigation; every member of staff has the first role."""
ROLES = {
    "viewer": "Look at schools, people and statistics",
    "support": "Correct records and act for schools",
    "data": "Look after reference data, imports and settings",
    "manager": "Look after staff accounts",
}


@dataclass(frozen=True)
class ConsoleHomePage:
    """Who is signed in, and what their roles let them do."""

    name: str
    email: str
    rights: tuple[str, ...]
    places: tuple[tuple[str, str], ...]


@get("/admin", opt=staff_page())
async def show(request: Request[Any, Any, Any]) -> Response[str]:
    """Say who is signed in and what they may do (ACC-9.9)."""
    user = visit_of(request).visitor.user
    if user is None:
        raise LookupError("the route's policy lets nobody in who is not signed in")
    rights = tuple(words for role, words in ROLES.items() if role in user.staff_roles)
    places = tuple(place for role, found in PLACES.items() if role in user.staff_roles for place in found)
    return page(request, "console/home.html", ConsoleHomePage(user.name, user.email, rights, places))


HANDLERS = [show]
