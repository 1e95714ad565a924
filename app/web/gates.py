"""Lets a request through to its handler, or answers in its place: form protection, then the gates in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.access import rules, sessions
from app.access.own_schools import schools_of
from app.access.switch_school import SwitchSchool, switch_school
from app.db.sight import in_force, of_school
from app.web import csrf
from app.web.acting_gate import acting_for_school, end_lapsed, stop_acting_first
from app.web.chrome import dress
from app.web.errors import ErrorPage, error_page
from app.web.forms import read_form_lists
from app.web.page import full_load, page, redirect
from app.web.policies import Gate, policy_of
from app.web.role_gate import check_role
from app.web.session import remember_path, visit_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from litestar import Request, Response

    from app.web.policies import Policy

    AnyRequest = Request[Any, Any, Any]
    Passing = Callable[[AnyRequest], Awaitable[Response[str] | None]]

SAFE = {"GET", "HEAD", "OPTIONS"}
OPEN_IN_MAINTENANCE = ("/staff/", "/sign-in/dfe/callback", "/personas", "/sign-out", "/dev/", "/clock")
"""Where staff come in while the maintenance page is on, and what is only for trying out."""
MAINTENANCE_SECONDS = "300"
NO_COOKIE = (
    "Nothing has been changed yet. If you see this page again after you continue, your browser does not keep the cookie"
    " that this service needs: allow cookies for it, then start again."
)
"""Said to a browser that sent none, which may only have closed since (FLT-17)."""


class Instead(Exception):
    """Carries the answer of a gate."""

    def __init__(self, response: Response[str]) -> None:
        self.response = response


async def admit(request: AnyRequest) -> None:
    """Check a request against its route's policy; raises Instead with the answer when it may not go on."""
    if request.method == "OPTIONS":
        return
    policy = policy_of(request.route_handler)
    if policy.audience in {"file", "program"}:
        return
    _demand_no_maintenance(request, policy)
    await _protect(request, policy)
    await _pass(request, policy)
    if policy.form:
        await visit_of(request).ensure_session()
    dress(request)
    school = visit_of(request).visitor.school
    if policy.audience == "school" and school is not None:
        in_force.set(of_school(school.id))  # the middleware takes it back after the answer


def _error(request: AnyRequest, status: int, context: ErrorPage | None = None) -> Response[str]:
    dress(request)
    return error_page(request, status, context)


def _demand_no_maintenance(request: AnyRequest, policy: Policy) -> None:
    """Answer schools and visitors the maintenance page while it is on; staff come in and go on (ADM-10.1)."""
    visit = visit_of(request)
    user, said = visit.visitor.user, visit.notices.maintenance
    if not said or policy.audience == "staff" or (user is not None and user.audience == "staff"):
        return
    if request.url.path.startswith(OPEN_IN_MAINTENANCE):
        return
    dress(request)
    raise Instead(error_page(request, 503, ErrorPage(said), {"Retry-After": MAINTENANCE_SECONDS}))


async def _protect(request: AnyRequest, policy: Policy) -> None:
    if request.method in SAFE or not policy.csrf:
        return
    if not csrf.is_own_origin(request.headers, request.app.state.scheme):
        raise Instead(_error(request, 403))
    visit = visit_of(request)
    fields = await read_form_lists(request)
    token = fields.get(csrf.TOKEN_FIELD, [request.headers.get("x-csrf-token", "")])[-1]
    session = visit.visitor.session
    verdict = csrf.judge(token, visit.key, session.csrf_secret if session else None)
    if verdict is csrf.Verdict.WRONG:
        detail = "The form was not complete. Go back, load the page again and try once more."
        raise Instead(_error(request, 403, ErrorPage(detail)))
    if verdict is csrf.Verdict.STALE:
        raise Instead(await _send_again(request, fields))


async def _send_again(request: AnyRequest, fields: Mapping[str, list[str]]) -> Response[str]:
    """Answer a form of an ended session with the same form, ready to be sent in the present one."""
    await visit_of(request).ensure_session()
    kept = tuple((name, value) for name, values in fields.items() for value in values if name != csrf.TOKEN_FIELD)
    return _error(request, 409, ErrorPage("" if "cookie" in request.headers else NO_COOKIE, resend=kept))


async def _pass(request: AnyRequest, policy: Policy) -> None:
    for passing in _gates_of(policy):
        answer = await passing(request)
        if answer is not None:
            raise Instead(answer)


def _gates_of(policy: Policy) -> tuple[Passing, ...]:
    if policy.audience == "signed_in":
        return (_signed_in, _account)
    if policy.audience == "staff":
        return (_signed_in, _account, _staff)
    return tuple(PASSING[gate] for gate in policy.gates)


async def _signed_in(request: AnyRequest) -> Response[str] | None:
    visit = visit_of(request)
    if visit.visitor.user is not None:
        return None
    door = "/staff/sign-in" if policy_of(request.route_handler).audience == "staff" else "/sign-in"
    target = f"{door}?ended=yes" if visit.visitor.ended else door
    await remember_path(request)
    return full_load(request, target)


async def _account(request: AnyRequest) -> Response[str] | None:
    visit = visit_of(request)
    if visit.visitor.user is None or visit.visitor.user.active:
        return None
    await visit.end()
    return _error(request, 403, ErrorPage("Your account has been switched off, so you have been signed out."))


async def _staff(request: AnyRequest) -> Response[str] | None:
    user = visit_of(request).visitor.user
    if user is None or user.audience != "staff":
        return _error(request, 403, ErrorPage("This page is for DfE support."))
    await end_lapsed(request)
    if visit_of(request).visitor.acts and not policy_of(request.route_handler).acting:
        return stop_acting_first(request)
    rights = policy_of(request.route_handler).rights
    if rights and not set(rights) & set(user.staff_roles):
        return _error(request, 403, ErrorPage(f"Your account needs the role {' or '.join(rights)} for this page."))
    return None


async def _school_account(request: AnyRequest) -> Response[str] | None:
    answer = await _account(request)
    user = visit_of(request).visitor.user
    if answer is not None or user is None or user.audience == "school":
        return answer
    return await acting_for_school(request)


async def _privacy_notice(request: AnyRequest) -> Response[str] | None:
    visitor = visit_of(request).visitor
    user = visitor.user
    if user is None or visitor.acts or rules.has_accepted_privacy_notice(user.accepted_privacy_version):
        return None
    await remember_path(request)
    return redirect(request, "/privacy-notice")


async def _current_school(request: AnyRequest) -> Response[str] | None:
    visit = visit_of(request)
    if visit.visitor.school is not None:
        return await check_role(request) or await _same_school(request)
    if visit.visitor.open_schools == 0:
        await visit.end()
        return redirect(request, "/no-school")
    if visit.visitor.open_schools == 1:
        await _take_the_only_one(request)
        return await check_role(request) or await _same_school(request)
    await remember_path(request)
    return redirect(request, "/school/choose")


async def _take_the_only_one(request: AnyRequest) -> None:
    visit = visit_of(request)
    session, user = visit.visitor.session, visit.visitor.user
    if session is None or user is None:
        return
    only = (await schools_of(user.id))[0]
    await switch_school(SwitchSchool(session.id_hash, only.public_id), user.actor)
    await visit.reload()


@dataclass(frozen=True)
class OtherSchoolPage:
    """A form that was rendered for another school than the current one (ACC-10.3)."""

    current: str
    other: str
    """Its name; empty when it is none of the person's schools."""
    other_id: str


async def _same_school(request: AnyRequest) -> Response[str] | None:
    visit = visit_of(request)
    school, user = visit.visitor.school, visit.visitor.user
    if request.method in SAFE or school is None or user is None:
        return None
    mark = (await read_form_lists(request)).get(csrf.MARK_FIELD, [""])[-1]
    marked = csrf.school_of_mark(mark, visit.key)
    if marked == school.id:
        return None
    other = next((found for found in await schools_of(user.id) if found.id == marked), None)
    if other is not None and visit.visitor.session is not None:
        await sessions.remember_path(visit.visitor.session.id_hash, request.url.path)
    context = OtherSchoolPage(school.name, other.name if other else "", str(other.public_id) if other else "")
    dress(request)
    return page(request, "public/other-school.html", context, status=409)


async def _school_level(request: AnyRequest) -> Response[str] | None:
    visit = visit_of(request)
    if visit.visitor.acts or visit.standing.access.reason is None:
        return None
    return redirect(request, "/school/access-denied")


async def _induction_tutor(request: AnyRequest) -> Response[str] | None:
    visit = visit_of(request)
    if visit.visitor.acts or visit.standing.tutor_gate is None:
        return None
    await remember_path(request)
    return redirect(request, "/school/induction-tutor")


async def _closed_window(request: AnyRequest) -> Response[str] | None:
    if visit_of(request).visitor.closure is None:
        return None
    return redirect(request, "/school/registration-closed")


PASSING: Mapping[Gate, Passing] = {
    Gate.SIGNED_IN: _signed_in,
    Gate.ACCOUNT: _school_account,
    Gate.PRIVACY_NOTICE: _privacy_notice,
    Gate.CURRENT_SCHOOL: _current_school,
    Gate.SCHOOL_LEVEL: _school_level,
    Gate.INDUCTION_TUTOR: _induction_tutor,
    Gate.CLOSED_WINDOW: _closed_window,
}
