"""Asking DfE Sign-in about several of somebody's schools at once, before they are shown side by side (ACC-10.5)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from app import clock
from app.access.role_checks import ConfirmRole, WithdrawRole, confirm_role, note_unanswered, withdraw_role
from app.access.rules import ROLE_GOOD_FOR, role_is_due
from app.access.sign_in import Has, Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from litestar import Request

    from app.access.own_schools import OwnSchool
    from app.access.queries import RoleStanding, User
    from app.access.sign_in import RoleDirectory, RoleOutcome
    from app.web.dfe_endings import DfESignIn

AT_ONCE = 5


async def with_roles_checked(
    request: Request[Any, Any, Any], user: User, found: Sequence[OwnSchool]
) -> tuple[tuple[OwnSchool, ...], frozenset[int]]:
    """Return the schools that are still theirs, and the ids of those whose counts may be shown.

    A role confirmed longer ago than a quarter of an hour is asked about, five at a time. A school of DfE Sign-in that
    they never worked for is not asked about: choosing it does that (ACC-4.11).
    """
    ports: DfESignIn | None = request.app.state.dfe_sign_in
    if ports is None:
        return tuple(found), frozenset(own.school.id for own in found if own.is_open)
    now = clock.now()
    due = [own for own in found if own.role and role_is_due(own.role.checked_at, own.role.tried_at, now)]
    answers = await asked(ports.directory, [own.role for own in due if own.role])
    code = request.app.state.settings.dfe_sign_in_school_role
    kept = {own.school.id: own for own in found}
    known = {own.school.id for own in found if own.is_open and _is_fresh(own)}
    for own, answer in zip(due, answers, strict=True):
        if isinstance(answer, Unavailable):
            await note_unanswered(user.id, own.school.id)
        elif isinstance(answer, Has) and code in answer.codes:
            await confirm_role(ConfirmRole(user.id, own.school.id), user.actor)
            known.add(own.school.id)
        else:
            await withdraw_role(WithdrawRole(user.id, own.school.id, user.name))
            del kept[own.school.id]
    return tuple(kept.values()), frozenset(known)


def _is_fresh(own: OwnSchool) -> bool:
    return own.role is None or clock.now() - own.role.checked_at <= ROLE_GOOD_FOR


async def asked(directory: RoleDirectory, roles: Sequence[RoleStanding]) -> list[RoleOutcome]:
    """Ask about every role, so many at once; no lock and no connection is held meanwhile."""
    free = asyncio.Semaphore(AT_ONCE)

    async def ask(role: RoleStanding) -> RoleOutcome:
        async with free:
            return await directory.role(role.subject, role.organisation_id)

    return list(await asyncio.gather(*(ask(role) for role in roles)))
