"""Who receives mail to a school, copies to who acted, and addresses that no longer get any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.db.engine import fetch, fetch_one

if TYPE_CHECKING:
    from app.terms import Actor


@dataclass(frozen=True)
class Recipient:
    """Where school mail goes; an address of the national register is told how to get access too (NOT-3.1)."""

    email: str
    name: str | None = None
    from_register: bool = False


async def school_recipient(school_id: int, registered_by: int | None = None) -> Recipient | None:
    """Return the first who can be reached: induction tutor, registering user with access, register addresses.

    registered_by: internal id of the user who registered the person concerned. Addresses that bounced are
    skipped; None when nobody is left (NOT-3.1).
    """
    rows = await fetch(
        """SELECT 1 AS place, email, name, false AS from_register FROM induction_tutor
            WHERE school_id = $1 AND ended_at IS NULL
        UNION ALL SELECT 2, u.email, u.name, false FROM app_user u JOIN school_access a ON a.user_id = u.id
            WHERE u.id = $2 AND u.active AND a.school_id = $1 AND a.ended_at IS NULL
        UNION ALL SELECT 3, primary_email, NULL, true FROM school WHERE id = $1 AND primary_email <> ''
        UNION ALL SELECT 4, secondary_email, NULL, true FROM school WHERE id = $1 AND secondary_email <> ''
        ORDER BY place""",
        school_id,
        registered_by,
    )
    for row in rows:
        if not await is_blocked(row["email"]):
            return Recipient(row["email"], row["name"], row["from_register"])
    return None


async def actor_copy(actor: Actor) -> str | None:
    """Return where to send a copy to who acted; None when they don't want copies or are no user (NOT-3.2, PF-01)."""
    if actor.user_id is None:
        return None
    row = await fetch_one(
        """SELECT u.email FROM app_user u
        LEFT JOIN school_preference p ON p.user_id = u.id AND p.school_id = $2
        WHERE u.id = $1 AND u.active AND u.audience = 'school' AND coalesce(p.confirmation_emails, true)""",
        actor.user_id,
        actor.school_id,
    )
    return row["email"] if row else None


async def email_of_user_with_access(user_id: int, school_id: int) -> str | None:
    """Return a user's address while they still work for the school."""
    row = await fetch_one(
        """SELECT u.email FROM app_user u WHERE u.id = $1 AND u.active AND EXISTS (
            SELECT FROM school_access a WHERE a.user_id = u.id AND a.school_id = $2 AND a.ended_at IS NULL)""",
        user_id,
        school_id,
    )
    return row["email"] if row else None


async def is_blocked(email: str) -> bool:
    """Tell whether the address does not work: its last mail with a known end bounced (NOT-2.8)."""
    row = await fetch_one(
        """SELECT state FROM message WHERE lower(recipient) = lower($1) AND state IN ('delivered', 'bounced')
        ORDER BY finished_at DESC LIMIT 1""",
        email,
    )
    return row is not None and row["state"] == "bounced"


async def everybody_of(school_ids: list[int]) -> list[str]:
    """Return the addresses of the tutors and users of schools, each once (M-83)."""
    rows = await fetch(
        """SELECT min(email) AS email FROM (
            SELECT email FROM induction_tutor WHERE school_id = ANY($1) AND ended_at IS NULL
            UNION ALL SELECT u.email FROM app_user u JOIN school_access a ON a.user_id = u.id
                WHERE a.school_id = ANY($1) AND a.ended_at IS NULL AND u.active) e
        GROUP BY lower(email) ORDER BY lower(email)""",
        school_ids,
    )
    return [row["email"] for row in rows]
