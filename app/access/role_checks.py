"""What a role check changes: a good answer opens or refreshes access, a bad one ends it (ACC-3.5, ACC-4.12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.access.events import SchoolUserRefused
from app.access.open_access import OpenAccess, open_access
from app.access.sign_in import DFE_SIGN_IN
from app.access.sign_in_as_persona import METHOD as PERSONAS
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.catalogue import SchoolAccessEnded
from app.events.record import About, record
from app.terms import SYSTEM

if TYPE_CHECKING:
    from app.access.admission import NotAdmitted
    from app.terms import Actor, SchoolId, UserId

ROLE_WITHDRAWN = "role_withdrawn"
ENDED_WITH_THE_ROLE = [DFE_SIGN_IN, PERSONAS]
"""The access of a made-up person goes too, so that a demonstration shows what happens."""


@dataclass(frozen=True)
class ConfirmRole:
    """DfE Sign-in says that somebody has the role at a school."""

    user_id: UserId
    school_id: SchoolId


@dataclass(frozen=True)
class WithdrawRole:
    """DfE Sign-in says that somebody doesn't have the role at a school any more."""

    user_id: UserId
    school_id: SchoolId
    name: str


async def confirm_role(command: ConfirmRole, actor: Actor) -> None:
    """Open the access, or note that it was confirmed now."""
    async with transaction():
        await open_access(OpenAccess(command.user_id, command.school_id, DFE_SIGN_IN, DFE_SIGN_IN), actor)
        await fetch(
            "UPDATE school_access SET role_checked_at = $4, role_tried_at = NULL"
            " WHERE user_id = $1 AND school_id = $2 AND source = $3 AND ended_at IS NULL",
            command.user_id,
            command.school_id,
            DFE_SIGN_IN,
            clock.now(),
        )


async def withdraw_role(command: WithdrawRole) -> bool:
    """End the access that the role gave; holds from the next request on. Returns whether there was one."""
    async with transaction():
        ended = await fetch(
            "UPDATE school_access SET ended_at = $4, end_reason = $5, updated_at = $4"
            " WHERE user_id = $1 AND school_id = $2 AND source = ANY($3) AND ended_at IS NULL RETURNING id",
            command.user_id,
            command.school_id,
            ENDED_WITH_THE_ROLE,
            clock.now(),
            ROLE_WITHDRAWN,
        )
        await fetch(
            "DELETE FROM user_organisation WHERE user_id = $1 AND school_id = $2", command.user_id, command.school_id
        )
        if ended:
            record(SchoolAccessEnded(About(school_id=command.school_id), ROLE_WITHDRAWN, command.name), SYSTEM)
        return bool(ended)


async def note_unanswered(user: UserId, school: SchoolId) -> None:
    """Note that DfE Sign-in could not be asked just now, so that the next page doesn't wait for it again."""
    await fetch(
        "UPDATE school_access SET role_tried_at = $4"
        " WHERE user_id = $1 AND school_id = $2 AND source = $3 AND ended_at IS NULL",
        user,
        school,
        DFE_SIGN_IN,
        clock.now(),
    )


async def refuse_school_user(subject: str, refusal: NotAdmitted) -> None:
    """Record a refusal without saying who, and end the access that the missing role had given (ACC-3.5)."""
    async with transaction():
        about = About(school_id=refusal.school_id)
        named = refusal.organisation.name if refusal.organisation else ""
        record(SchoolUserRefused(about, refusal.reason.value, named), SYSTEM)
        if refusal.school_id is None:
            return
        known = await fetch(
            "SELECT u.id, u.name FROM user_identity i JOIN app_user u ON u.id = i.user_id"
            " WHERE i.method = $1 AND i.subject = $2",
            DFE_SIGN_IN,
            subject,
        )
        for row in known:
            await withdraw_role(WithdrawRole(row["id"], refusal.school_id, row["name"]))
