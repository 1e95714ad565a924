"""What a changed name leaves behind: an event, and support's list when it is very different (NAM-04)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch
from app.events.record import About, record
from app.registration.changes.name_flags import keep_correction
from app.registration.events import TeacherNameFlagged, TeacherNameUpdatedByUser

if TYPE_CHECKING:
    from app.registration.changes.name_flags import Where
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


async def record_name(renamed: RenamedPerson, reason: str, where: Where, about: About, actor: Actor) -> None:
    """Record a name that really changed, and flag it for support if it is very different (NAM-01, NAM-04)."""
    if renamed.new_name == renamed.old_name:
        return
    for place in (about, *await _elsewhere(about)):
        record(TeacherNameUpdatedByUser(place, renamed.old_name, renamed.new_name, reason), actor)
    if await keep_correction(renamed, reason, where, about, actor):
        record(TeacherNameFlagged(about, renamed.trs_name, renamed.old_name, renamed.new_name), actor)
