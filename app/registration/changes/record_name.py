"""What a changed name leaves behind: an event, and support's list when it is very different (NAM-04)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from app import clock
from app.db.engine import fetch
from app.events.record import About, record
from app.registration.events import TeacherNameFlagged, TeacherNameUpdatedByUser
from app.teachers.rules import is_flagged

if TYPE_CHECKING:
    from app.terms import Actor


@dataclass(frozen=True)
class RenamedPerson:
    """How somebody was shown before and is shown now, beside the name on the teaching record."""

    trs_name: str
    old_name: str
    new_name: str


# Stays of the person at other schools that have not ended: the name shown there changes too (NAM-01).
ELSEWHERE = """
    SELECT school_id, id AS ect_at_school_period_id, NULL AS mentor_at_school_period_id FROM ect_at_school_period
        WHERE teacher_id = $1 AND school_id <> $2 AND removed_at IS NULL AND coalesce(finished_on, 'infinity') >= $3
    UNION ALL SELECT school_id, NULL, id FROM mentor_at_school_period
        WHERE teacher_id = $1 AND school_id <> $2 AND removed_at IS NULL AND coalesce(finished_on, 'infinity') >= $3"""


async def _elsewhere(about: About) -> list[About]:
    rows = await fetch(ELSEWHERE, about.teacher_id, about.school_id, clock.today())
    return [About(teacher_id=about.teacher_id, **dict(row)) for row in rows]


async def record_name(
    renamed: RenamedPerson, reason: str, where: Literal["registration", "change"], about: About, actor: Actor
) -> None:
    """Record a name that really changed, and flag it for support if it is very different (NAM-01, NAM-04)."""
    if renamed.new_name == renamed.old_name:
        return
    for place in (about, *await _elsewhere(about)):
        record(TeacherNameUpdatedByUser(place, renamed.old_name, renamed.new_name, reason), actor)
    if not is_flagged(renamed.old_name, renamed.trs_name, renamed.new_name):
        return
    await fetch(
        """INSERT INTO name_flag (created_at, updated_at, teacher_id, school_id, trs_name, old_name, new_name,
            "where", raised_at)
        VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $1)""",
        clock.now(),
        about.teacher_id,
        about.school_id,
        renamed.trs_name,
        renamed.old_name,
        renamed.new_name,
        where,
    )
    record(TeacherNameFlagged(about, renamed.trs_name, renamed.old_name, renamed.new_name), actor)
