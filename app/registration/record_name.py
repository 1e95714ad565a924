"""What a changed name leaves behind: an event, and support's list when it is very different (NAM-04)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from app import clock
from app.db.engine import fetch
from app.events.record import record
from app.registration.events import TeacherNameFlagged, TeacherNameUpdatedByUser
from app.teachers.rules import is_flagged

if TYPE_CHECKING:
    from app.events.record import About
    from app.terms import Actor


@dataclass(frozen=True)
class RenamedPerson:
    """How somebody was shown before and is shown now, beside the name on the teaching record."""

    trs_name: str
    old_name: str
    new_name: str


async def record_name(
    renamed: RenamedPerson, reason: str, where: Literal["registration", "change"], about: About, actor: Actor
) -> None:
    """Record a name that really changed, and flag it for support if it is very different (NAM-01, NAM-04)."""
    if renamed.new_name == renamed.old_name:
        return
    record(TeacherNameUpdatedByUser(about, renamed.old_name, renamed.new_name, reason), actor)
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
