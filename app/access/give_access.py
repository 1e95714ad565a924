"""A user gives a colleague access to the school by email link (ACC-11.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.access.identify import Identity, user_of
from app.access.name_user import is_taken
from app.access.open_access import OpenAccess, open_access
from app.access.sign_in import EMAIL_LINK
from app.db.engine import fetch_one
from app.db.transaction import transaction
from app.notices.access_messages import AccessGiven
from app.notices.outbox import Subjects, queue_message
from app.schools.nominate_induction_tutor import CHECK_NAME_AND_EMAIL
from app.terms import ActorKind, Refused

if TYPE_CHECKING:
    from app.terms import Actor, SchoolId, UserId

COLLEAGUE, STAFF = "colleague", "staff"


@dataclass(frozen=True)
class GiveAccess:
    """Who gets access to which school; name and address have been parsed (VAL-05, VAL-06)."""

    school_id: SchoolId
    school_name: str
    name: str = field(repr=False)
    email: str = field(repr=False)


async def has_access_already(school_id: SchoolId, email: str) -> bool:
    """Tell whether the address has open access to the school by email link."""
    row = await fetch_one(
        """SELECT FROM user_identity i JOIN school_access a ON a.user_id = i.user_id AND a.source = i.method
        WHERE i.method = $1 AND i.subject = $2 AND a.school_id = $3 AND a.ended_at IS NULL""",
        EMAIL_LINK,
        email.lower(),
        school_id,
    )
    return row is not None


async def give_access(command: GiveAccess, actor: Actor) -> bool:
    """Open the access and tell the person with M-72; twice is once. Returns whether it was new.

    Raises Refused `check_name_and_email` for the address of somebody of another name (ACC-5.14).
    """
    async with transaction():
        if await is_taken(command.school_id, command.name, command.email):
            raise Refused("check_name_and_email", "email", CHECK_NAME_AND_EMAIL)
        by = COLLEAGUE if actor.kind is ActorKind.SCHOOL_USER else STAFF
        user = await user_of(Identity(EMAIL_LINK, command.email.lower(), command.name, command.email))
        opened = await open_access(OpenAccess(user, command.school_id, EMAIL_LINK, by), actor)
        if opened:
            await _tell(command, user)
        return opened


async def _tell(command: GiveAccess, user: UserId) -> None:
    row = await fetch_one(
        "SELECT id FROM school_access WHERE user_id = $1 AND school_id = $2 AND source = $3 AND ended_at IS NULL",
        user,
        command.school_id,
        EMAIL_LINK,
    )
    await queue_message(
        AccessGiven(command.name, command.school_name),
        to=command.email,
        dedupe_key=f"{AccessGiven.id}:access {row['id'] if row else user}",
        about=Subjects(school_id=command.school_id, user_id=user),
    )
