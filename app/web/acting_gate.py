"""What staff may do who act for a school, and what they may not (ADM-7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Request, Response

from app import clock
from app.access.acting_rules import ActingEnd
from app.access.end_acting import end_acting
from app.access.note_viewing import NoteViewing, note_viewing
from app.web.chrome import dress
from app.web.errors import ErrorPage, error_page
from app.web.page import page, redirect
from app.web.policies import policy_of
from app.web.session import visit_of

if TYPE_CHECKING:
    from app.access.end_acting import EndedSpell

AnyRequest = Request[Any, Any, Any]
SAFE = {"GET", "HEAD", "OPTIONS"}
NOT_ACTING = "This page is for people who work for a school."
NEVER = "DfE support cannot use this page while acting for a school."
READ_ONLY = "You are viewing read-only. To do this for the school, choose “Make changes” at the top of the page first."


@dataclass(frozen=True)
class StopActingPage:
    """The school that somebody acts for who wants to use the console."""

    school_name: str


async def acting_for_school(request: AnyRequest) -> Response[str] | None:
    """Let staff into the pages of the school they act for, to read or to change; returns what to answer instead."""
    lapsed = await end_lapsed(request)
    if lapsed is not None:
        return redirect(request, f"/admin/schools/{lapsed.urn}")
    visitor, policy = visit_of(request).visitor, policy_of(request.route_handler)
    if not visitor.acts:
        return _refused(request, NOT_ACTING)
    if not policy.acting:
        return _refused(request, NEVER)
    if (policy.changes or request.method not in SAFE) and not visitor.may_change(clock.now()):
        return _refused(request, READ_ONLY)
    if request.method in SAFE:
        await _note(request)
    return None


async def end_lapsed(request: AnyRequest) -> EndedSpell | None:
    """End a spell whose hour is over, as soon as it is seen (ADM-7.3)."""
    visit = visit_of(request)
    session, user = visit.visitor.session, visit.visitor.user
    if session is None or user is None or not visit.visitor.has_acted:
        return None
    ended = await end_acting(session.id_hash, ActingEnd.TIME, user.actor)
    if ended is not None:
        await visit.adopt(ended.session)
    return ended


def stop_acting_first(request: AnyRequest) -> Response[str]:
    """Answer a page of the console with the way out of the spell (ADM-7.10)."""
    school = visit_of(request).visitor.school
    dress(request)
    return page(request, "console/stop-acting.html", StopActingPage(school.name if school else ""), status=403)


async def _note(request: AnyRequest) -> None:
    visitor = visit_of(request).visitor
    if visitor.school is None or visitor.user is None:
        return
    objects = " ".join(f"{name}={value}" for name, value in sorted(request.path_params.items()))
    route = str(request.scope.get("path_template") or "")
    await note_viewing(NoteViewing(visitor.school.id, route, objects), visitor.user.actor)


def _refused(request: AnyRequest, why: str) -> Response[str]:
    dress(request)
    return error_page(request, 403, ErrorPage(why))
