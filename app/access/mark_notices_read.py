"""Marking the notices of a school as read by one of its users (NOT-6.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch
from app.db.transaction import transaction

if TYPE_CHECKING:
    from app.terms import SchoolId, UserId


@dataclass(frozen=True)
class MarkNoticesRead:
    """Everything up to the event that the reader saw."""

    user_id: UserId
    school_id: SchoolId
    up_to: int


async def mark_notices_read(command: MarkNoticesRead) -> None:
    """Note it; what was read stays read, and nothing that does not exist yet is."""
    async with transaction():
        await fetch(
            """INSERT INTO school_preference (created_at, updated_at, user_id, school_id, confirmation_emails, digest,
                digest_groups, notices_read_to, digest_told_to)
            SELECT $1, $1, $2, $3, true, 'off', ARRAY['action', 'update'], coalesce(max(e.id), 0), 0
            FROM event e WHERE e.school_id = $3 AND e.id <= $4
            ON CONFLICT ON CONSTRAINT one_preference DO UPDATE SET updated_at = $1,
                notices_read_to = greatest(school_preference.notices_read_to, excluded.notices_read_to)""",
            clock.now(),
            command.user_id,
            command.school_id,
            command.up_to,
        )


async def note_told(user_id: UserId, school_id: SchoolId, up_to: int) -> None:
    """Note up to which event a digest has told a user about a school (NOT-6.3)."""
    await fetch(
        """UPDATE school_preference SET digest_told_to = greatest(digest_told_to, $3), updated_at = $4
        WHERE user_id = $1 AND school_id = $2""",
        user_id,
        school_id,
        up_to,
        clock.now(),
    )
