"""Whether something that is not this school's belongs to another school of the same user (ACC-14.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.engine import fetch_one
from app.db.sight import across_schools

if TYPE_CHECKING:
    from uuid import UUID

    from app.terms import SchoolId, UserId

BELONGS = """
    SELECT EXISTS (SELECT FROM school_access a WHERE a.user_id = $1 AND a.ended_at IS NULL
        AND a.school_id <> $3 AND a.school_id IN (
        SELECT school_id FROM ect_at_school_period WHERE public_id = $2
        UNION ALL SELECT school_id FROM mentor_at_school_period WHERE public_id = $2
        UNION ALL SELECT school_id FROM school_partnership WHERE public_id = $2
        UNION ALL SELECT school_id FROM draft WHERE id = $2)) AS belongs"""


async def belongs_to_another_of(user_id: UserId, school_id: SchoolId, public_id: UUID) -> bool:
    """Tell whether an ECT, mentor, partnership or draft belongs to another school that the user may work for."""
    with across_schools("ACC-14.7"):
        row = await fetch_one(BELONGS, user_id, public_id, school_id)
    return row is not None and bool(row["belongs"])
