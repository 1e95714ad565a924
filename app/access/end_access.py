"""Ending the access that somebody has to a school by email link (ACC-11.4, ACC-12.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.access.sign_in import EMAIL_LINK
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.events.catalogue import SchoolAccessEnded
from app.events.record import About, record
from app.notices.catalogue import AccessRemoved
from app.notices.outbox import Subjects, queue_message

if TYPE_CHECKING:
    from app.terms import Actor, SchoolId, UserId


@dataclass(frozen=True)
class EndAccess:
    """Whose access to which school ends, and why, as one of the words of ACC-3.6."""

    school_id: SchoolId
    user_id: UserId
    reason: str


async def holder_of_email_link(school_id: SchoolId, email: str) -> UserId | None:
    """Return the user of an address who has open access to a school by email link (ACC-12.4)."""
    row = await fetch_one(
        """SELECT u.id FROM app_user u JOIN school_access a ON a.user_id = u.id
        WHERE lower(u.email) = lower($2) AND u.audience = 'school' AND a.school_id = $1 AND a.source = $3
            AND a.ended_at IS NULL ORDER BY u.id LIMIT 1""",
        school_id,
        email,
        EMAIL_LINK,
    )
    return row["id"] if row else None


async def end_access(command: EndAccess, actor: Actor) -> bool:
    """End the access with an event and M-73; it holds from the next request on (ACC-9.8). Returns whether there was.

    Who keeps another way into the school is not told that they can no longer use it.
    """
    async with transaction():
        ended = await fetch(
            """UPDATE school_access a SET ended_at = $4, end_reason = $5, updated_at = $4
            FROM app_user u, school s WHERE u.id = a.user_id AND s.id = a.school_id
                AND a.school_id = $1 AND a.user_id = $2 AND a.source = $3 AND a.ended_at IS NULL
            RETURNING a.id, u.name, u.email, s.name AS school, EXISTS (SELECT FROM school_access o WHERE
                o.user_id = u.id AND o.school_id = s.id AND o.id <> a.id AND o.ended_at IS NULL) AS other_ways_in""",
            command.school_id,
            command.user_id,
            EMAIL_LINK,
            clock.now(),
            command.reason,
        )
        for row in ended:
            record(SchoolAccessEnded(About(school_id=command.school_id), command.reason, row["name"]), actor)
            if row["other_ways_in"]:
                continue
            await queue_message(
                AccessRemoved(row["name"], row["school"]),
                to=row["email"],
                dedupe_key=f"{AccessRemoved.id}:access {row['id']}",
                about=Subjects(school_id=command.school_id, user_id=command.user_id),
            )
        return bool(ended)
