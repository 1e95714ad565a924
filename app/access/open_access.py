"""Opening somebody's access to a school, and noting that it is used (ACC-3.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch
from app.events.catalogue import SchoolAccessOpened
from app.events.record import About, record
from app.terms import SchoolId

if TYPE_CHECKING:
    from app.terms import Actor, UserId


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
        " ON CONFLICT (user_id, school_id, source) WHERE ended_at IS NULL DO NOTHING RETURNING id",
        clock.now(),
        command.user_id,
        command.school_id,
        command.source,
        command.granted_by,
    )
    if opened:
        record(SchoolAccessOpened(About(school_id=command.school_id), source=command.source), actor)
    return bool(opened)


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
