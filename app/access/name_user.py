"""Naming the person who gets access to a school, with the link sent to its register address (ACC-5.11 to ACC-5.15)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app import clock
from app.access import one_time
from app.access.email_events import AccessLinkUsed
from app.access.email_link import is_same_name
from app.access.identify import Identity, user_of
from app.access.open_access import OpenAccess, open_access
from app.access.request_access import mail_key
from app.access.sign_in import EMAIL_LINK
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.events.record import About, record
from app.notices.access_messages import AccessGiven
from app.notices.outbox import Subjects, cancel_pending, queue_message
from app.schools.nominate_induction_tutor import (
    CHECK_NAME_AND_EMAIL,
    NominateInductionTutor,
    is_somebody_else,
    nominate_induction_tutor,
)
from app.terms import Actor, ActorKind, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.terms import SchoolId, UserId, Year


@dataclass(frozen=True)
class NameUser:
    """Who is named with which link, for which school; tutor of `year` if they are the induction tutor too."""

    link_id: int
    school_id: SchoolId
    name: str = field(repr=False)
    email: str = field(repr=False)
    is_induction_tutor: bool
    year: Year | None


async def is_taken(school_id: SchoolId, name: str, email: str) -> bool:
    """Tell whether the address is another person's: a user by email link, or another school's tutor (ACC-5.14)."""
    row = await fetch_one(
        """SELECT u.name, u.active FROM user_identity i JOIN app_user u ON u.id = i.user_id
        WHERE i.method = $1 AND i.subject = $2""",
        EMAIL_LINK,
        email.lower(),
    )
    if row and not (row["active"] and is_same_name(row["name"], name)):
        return True
    return await is_somebody_else(school_id, name, email)


async def name_user(command: NameUser) -> None:
    """Use the link: the person becomes a user with access, and the tutor if so said; M-72 (ACC-5.15).

    Sent twice it happens once. Raises Refused `check_name_and_email`, or `link_ended` when somebody else was named
    with the link, or its time is over.
    """
    async with transaction():
        if not await one_time.use(command.link_id):
            await _refuse_unless_done(command)
            return
        if await is_taken(command.school_id, command.name, command.email):
            raise Refused("check_name_and_email", "email", CHECK_NAME_AND_EMAIL)
        user = await user_of(Identity(EMAIL_LINK, command.email.lower(), command.name, command.email))
        await fetch("UPDATE one_time_secret SET user_id = $2, typed = NULL WHERE id = $1", command.link_id, user)
        await _give(command, user)


async def _give(command: NameUser, user: UserId) -> None:
    actor = Actor(ActorKind.SCHOOL_USER, command.name, command.email, user, command.school_id)
    about = About(school_id=command.school_id)
    record(AccessLinkUsed(about, command.name, command.is_induction_tutor), actor)
    await open_access(OpenAccess(user, command.school_id, EMAIL_LINK, "nomination"), actor)
    if command.is_induction_tutor:
        nomination = NominateInductionTutor(command.school_id, command.name, command.email, command.year)
        await nominate_induction_tutor(nomination, actor)
    await cancel_pending(mail_key(command.link_id))
    row = await fetch_one("SELECT name FROM school WHERE id = $1", command.school_id)
    await queue_message(
        AccessGiven(command.name, row["name"] if row else ""),
        to=command.email,
        dedupe_key=f"{AccessGiven.id}:link {command.link_id}",
        about=Subjects(school_id=command.school_id, user_id=user),
    )


async def _refuse_unless_done(command: NameUser) -> None:
    """Pass a second post of the same form; raises Refused for anything else."""
    row = await fetch_one(
        """SELECT u.email FROM one_time_secret s JOIN app_user u ON u.id = s.user_id
        WHERE s.id = $1 AND s.used_at IS NOT NULL""",
        command.link_id,
    )
    if row is None or row["email"].casefold() != command.email.casefold():
        raise Refused("link_ended", "email", "This link has been used or has expired")


async def typed_with(link_id: int) -> dict[str, str]:
    """Return what was typed with a link so far."""
    row = await fetch_one("SELECT typed FROM one_time_secret WHERE id = $1", link_id)
    return dict(json.loads(row["typed"])) if row and row["typed"] else {}


async def keep_typed(link_id: int, answers: Mapping[str, str]) -> None:
    """Keep further answers with a link that is open; the link itself stays unused (ACC-5.12)."""
    await fetch(
        """UPDATE one_time_secret SET typed = coalesce(typed, '{}') || $2::jsonb, updated_at = $3
        WHERE id = $1 AND used_at IS NULL AND void_at IS NULL AND expires_at > $3""",
        link_id,
        json.dumps(answers),
        clock.now(),
    )
