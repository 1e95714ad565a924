"""Whose stays at a school reach beyond its last day (REF-3.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.db.engine import fetch
from app.teachers.locks import lock_teachers
from app.terms import Role, TeacherId

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from app.terms import SchoolId

Key = tuple[Role, int]
"""A stay, by role and internal id."""

# Mentors come first: whoever closes or restores a mentor's stay finds the mentorships as they were.
BEYOND = """
    SELECT 'mentor' AS role, id, teacher_id, started_on > $2 AS future, false AS later_elsewhere
    FROM mentor_at_school_period
    WHERE school_id = $1 AND removed_at IS NULL AND (finished_on IS NULL OR finished_on > $2)
    UNION ALL
    SELECT 'ect', e.id, e.teacher_id, e.started_on > $2, EXISTS (
        SELECT FROM ect_at_school_period later WHERE later.teacher_id = e.teacher_id AND later.removed_at IS NULL
            AND later.id <> e.id AND later.school_id <> e.school_id AND later.started_on > greatest($2, e.started_on))
    FROM ect_at_school_period e
    WHERE e.school_id = $1 AND e.removed_at IS NULL AND (e.finished_on IS NULL OR e.finished_on > $2)
    ORDER BY role DESC, id"""


@dataclass(frozen=True)
class Beyond:
    """A stay that reaches beyond the last day; later_elsewhere: the ECT has a later one at another school."""

    role: Role
    id: int
    teacher_id: TeacherId
    future: bool
    later_elsewhere: bool

    @property
    def key(self) -> Key:
        """What identifies it."""
        return self.role, self.id


async def stays_beyond(school_id: SchoolId, last_day: date, only: Collection[Key] | None = None) -> tuple[Beyond, ...]:
    """Lock the people whose stays reach beyond a school's last day, and return those stays, mentors first."""
    await lock_teachers({stay.teacher_id for stay in await read_beyond(school_id, last_day)})
    return tuple(stay for stay in await read_beyond(school_id, last_day) if only is None or stay.key in only)


async def read_beyond(school_id: SchoolId, last_day: date) -> list[Beyond]:
    """Return those stays as they are, nobody locked."""
    rows = await fetch(BEYOND, school_id, last_day)
    return [Beyond(Role(role), stay, TeacherId(teacher), *flags) for role, stay, teacher, *flags in map(tuple, rows)]
