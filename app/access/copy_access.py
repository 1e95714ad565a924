"""Opening a successor to everybody who works for a closed school by email link (REF-3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.access.open_access import OpenAccess, open_access
from app.access.sign_in import EMAIL_LINK
from app.db.engine import fetch

if TYPE_CHECKING:
    from app.terms import Actor, SchoolId


async def copy_access(school_id: SchoolId, successor_id: SchoolId, actor: Actor) -> int:
    """Open the successor to those who have email-link access to the closed school; returns how many were new."""
    rows = await fetch(
        """SELECT user_id, granted_by FROM school_access
        WHERE school_id = $1 AND source = $2 AND ended_at IS NULL ORDER BY user_id""",
        school_id,
        EMAIL_LINK,
    )
    opened = [
        await open_access(OpenAccess(row["user_id"], successor_id, EMAIL_LINK, row["granted_by"]), actor)
        for row in rows
    ]
    return sum(opened)
