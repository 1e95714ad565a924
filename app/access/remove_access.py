"""A colleague removes somebody's access by email link, or one's own (ACC-11.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.access.end_access import EndAccess, end_access
from app.db.engine import fetch
from app.db.transaction import transaction
from app.terms import ActorKind

if TYPE_CHECKING:
    from app.terms import Actor, SchoolId, UserId

REMOVED_BY_COLLEAGUE, REMOVED_BY_STAFF, GIVEN_UP = "removed_by_colleague", "removed_by_staff", "given_up"


@dataclass(frozen=True)
class RemoveAccess:
    """Whose access to which school."""

    school_id: SchoolId
    user_id: UserId


async def remove_access(command: RemoveAccess, actor: Actor) -> bool:
    """End the access with M-73 and the sessions in which the person works for the school; twice is once.

    Who removes their own goes on in their session: at its next page they are out of that school.
    """
    own = command.user_id == actor.user_id
    others = REMOVED_BY_COLLEAGUE if actor.kind is ActorKind.SCHOOL_USER else REMOVED_BY_STAFF
    reason = GIVEN_UP if own else others
    async with transaction():
        ended = await end_access(EndAccess(command.school_id, command.user_id, reason), actor)
        if ended and not own:
            await fetch("DELETE FROM session WHERE user_id = $1 AND school_id = $2", command.user_id, command.school_id)
        return ended
