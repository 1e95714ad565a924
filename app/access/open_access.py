"""Opening somebody's access to a school, and noting that it is used (ACC-3.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch, fetch_one
from app.events.catalogue import SchoolAccessOpened
from app.events.record import About, record
from app.notices.access_messages import FurtherUser
from app.notices.outbox import Subjects, queue_message
from app.notices.recipients import school_recipient
from app.terms import SchoolId

if TYPE_CHECKING:
    from app.terms import Actor, UserId

PERSONAS = "personas"
"""The test sign-in mails nothing (ACC-8.3)."""
TOLD_ONCE_IN = timedelta(days=7)


@dataclass(frozen=True)
class OpenAccess:
    """Who may work for which school; `granted_by` is a word: the method, `nomination`, `colleague`, `staff`."""

    user_id: UserId
    school_id: SchoolId
    source: str
    granted_by: str


async def open_access(command: OpenAccess, actor: Actor) -> bool:
    """Open the access inside the transaction in force; twice is once (ACC-3.4). Returns whether it was new."""
    opened = await fetch(
        "INSERT INTO school_access (created_at, updated_at, user_id, school_id, source, granted_by, granted_at)"
        " VALUES ($1, $1, $2, $3, $4, $5, $1)"
        " ON CONFLICT (user_id, school_id, source) WHERE ended_at IS NULL DO NOTHING"
        " RETURNING id, (SELECT name FROM app_user WHERE id = $2) AS name",
        clock.now(),
        command.user_id,
        command.school_id,
        command.source,
        command.granted_by,
    )
    if opened:
        record(SchoolAccessOpened(About(school_id=command.school_id), command.source, opened[0]["name"]), actor)
        if command.source != PERSONAS:
            await _tell_of_further_user(command, opened[0]["id"])
    return bool(opened)


async def _tell_of_further_user(command: OpenAccess, access_id: int) -> None:
    """Send M-49 for the first access of a further user, once in a week, and never to that user (ACC-3.4)."""
    row = await fetch_one(
        """SELECT u.name, u.email, s.name AS school FROM app_user u, school s WHERE u.id = $1 AND s.id = $2
            AND EXISTS (SELECT FROM school_access WHERE school_id = $2 AND user_id <> $1 AND ended_at IS NULL)
            AND NOT EXISTS (SELECT FROM school_access WHERE school_id = $2 AND user_id = $1 AND id <> $3)
            AND NOT EXISTS (SELECT FROM message WHERE school_id = $2 AND message_id = $4
                AND created_at > $5 AND created_at <= $6)""",
        command.user_id,
        command.school_id,
        access_id,
        FurtherUser.id,
        clock.now() - TOLD_ONCE_IN,
        clock.now(),
    )
    recipient = await school_recipient(command.school_id) if row else None
    if row is None or recipient is None or recipient.email.casefold() == row["email"].casefold():
        return
    await queue_message(
        FurtherUser(row["name"], row["school"], clock.today(), "/school/access"),
        to=recipient.email,
        dedupe_key=f"{FurtherUser.id}:access {access_id}",
        about=Subjects(school_id=command.school_id),
        explain_access=recipient.from_register,
    )


async def use_school(user: UserId, school: SchoolId | None) -> None:
    """Note which school somebody works for now, and when (ACC-10.1)."""
    await fetch("UPDATE app_user SET last_school_id = coalesce($2::bigint, last_school_id) WHERE id = $1", user, school)
    await fetch(
        "UPDATE school_access SET last_used_at = $3, first_used_at = coalesce(first_used_at, $3)"
        " WHERE user_id = $1 AND school_id = $2 AND ended_at IS NULL",
        user,
        school,
        clock.now(),
    )


async def remembered_school(user: UserId) -> SchoolId | None:
    """Return the only school somebody has, else the last one used (ACC-10.1)."""
    rows = await fetch(
        "SELECT a.school_id, a.school_id = u.last_school_id AS last FROM school_access a"
        " JOIN app_user u ON u.id = a.user_id WHERE u.id = $1 AND a.ended_at IS NULL GROUP BY 1, 2",
        user,
    )
    if len(rows) == 1:
        return SchoolId(rows[0]["school_id"])
    return next((SchoolId(row["school_id"]) for row in rows if row["last"]), None)
