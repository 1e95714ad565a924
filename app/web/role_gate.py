"""Asking DfE Sign-in again, while somebody works, whether they still have their role (ACC-4.11, ACC-4.12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Request, Response

from app import clock
from app.access.organisations import unchecked_school
from app.access.role_checks import ConfirmRole, WithdrawRole, confirm_role, note_unanswered, withdraw_role
from app.access.rules import may_write_unchecked, role_is_due
from app.access.sign_in import Has, HasNot, Organisation, Unavailable
from app.web import csrf
from app.web.chrome import dress
from app.web.dfe_endings import RETRY_SECONDS, DfESignIn, Ending, ending_page
from app.web.forms import read_form_lists
from app.web.page import page
from app.web.policies import policy_of
from app.web.session import visit_of

if TYPE_CHECKING:
    from uuid import UUID

    from app.access.queries import CurrentSchool, RoleStanding, User

AnyRequest = Request[Any, Any, Any]
SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class UncheckedPage:
    """What was sent while nobody could say whether the person may; it can be sent again with one press."""

    resend: tuple[tuple[str, str], ...]


async def check_role(request: AnyRequest) -> Response[str] | None:
    """Check the role of the current school when that is due; returns what to answer instead of the page."""
    visit = visit_of(request)
    role, user, school = visit.visitor.role, visit.visitor.user, visit.visitor.school
    ports: DfESignIn | None = request.app.state.dfe_sign_in
    if role is None or user is None or school is None or ports is None or policy_of(request.route_handler).polling:
        return None
    if role_is_due(role.checked_at, role.tried_at, clock.now()):
        answer = await _asked(request, ports, role, user, school)
        if answer is not None:
            return answer
    return await _held_back(request)


async def _asked(
    request: AnyRequest, ports: DfESignIn, role: RoleStanding, user: User, school: CurrentSchool
) -> Response[str] | None:
    found = await ports.directory.role(role.subject, role.organisation_id)
    if isinstance(found, Unavailable):
        await note_unanswered(user.id, school.id)
        return None
    if isinstance(found, Has) and request.app.state.settings.dfe_sign_in_school_role in found.codes:
        await confirm_role(ConfirmRole(user.id, school.id), user.actor)
        await visit_of(request).reload()
        return None
    return await _withdrawn(request, user, school)


async def _withdrawn(request: AnyRequest, user: User, school: CurrentSchool) -> Response[str]:
    visit = visit_of(request)
    await withdraw_role(WithdrawRole(user.id, school.id, user.name))
    await visit.reload()
    if visit.visitor.open_schools == 0:
        await visit.end()
    dress(request)
    return ending_page(request, Ending.NO_ROLE, Organisation("", school.name, school.urn))


async def _held_back(request: AnyRequest) -> Response[str] | None:
    """Stop what would change something too long after the last good answer; nothing typed is lost."""
    role = visit_of(request).visitor.role
    if role is None or request.method in SAFE or may_write_unchecked(role.checked_at, clock.now()):
        return None
    fields = await read_form_lists(request)
    kept = tuple((name, value) for name, values in fields.items() for value in values if name != csrf.TOKEN_FIELD)
    dress(request)
    headers = {"Retry-After": RETRY_SECONDS}
    return page(request, "public/role-unchecked.html", UncheckedPage(kept), status=503, headers=headers)


async def open_unchecked(request: AnyRequest, wanted: UUID) -> Response[str] | None:
    """Ask about the role at a school of DfE Sign-in before it is switched to; None when it may be (ACC-4.11)."""
    visit = visit_of(request)
    ports: DfESignIn | None = request.app.state.dfe_sign_in
    user = visit.visitor.user
    found = await unchecked_school(user.id, wanted) if user and ports and visit.visitor.unchecked_schools else None
    if found is None or user is None or ports is None:
        return None
    role = await ports.directory.role(found.subject, found.organisation_id)
    match role:
        case Has(codes) if request.app.state.settings.dfe_sign_in_school_role in codes:
            await confirm_role(ConfirmRole(user.id, found.school_id), user.actor)
            return None
        case Has() | HasNot():
            return ending_page(request, Ending.NO_ROLE, Organisation("", found.school_name, found.urn))
        case Unavailable():
            return ending_page(request, Ending.UNCHECKED)
