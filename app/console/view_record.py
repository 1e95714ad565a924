"""Noting that staff looked at a record, once an hour at most (ADM-1.9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from app import clock
from app.console.events import StaffViewedRecord
from app.db.engine import fetch_one
from app.db.transaction import transaction
from app.events.record import About, record

if TYPE_CHECKING:
    from app.terms import Actor, SchoolId, TeacherId

NOTED_ONCE_IN = timedelta(hours=1)
NOTED = """SELECT EXISTS (SELECT FROM event WHERE kind = 'staff_viewed_record' AND actor_id = $1
    AND teacher_id IS NOT DISTINCT FROM $2 AND school_id IS NOT DISTINCT FROM $3
    AND metadata ->> 'what' = $4 AND recorded_at > $5) AS noted"""


@dataclass(frozen=True)
class ViewRecord:
    """What is looked at: a person, or something of a school; `what` names the page."""

    what: str
    teacher_id: TeacherId | None = None
    school_id: SchoolId | None = None


async def view_record(command: ViewRecord, actor: Actor) -> None:
    """Note it, unless the same member of staff was noted for the same record within the hour (ADM-1.9)."""
    if await _noted(command, actor):
        return
    async with transaction():
        await fetch_one("SELECT pg_advisory_xact_lock(hashtextextended('staff_viewed_record', $1))", actor.user_id or 0)
        if not await _noted(command, actor):
            about = About(teacher_id=command.teacher_id, school_id=command.school_id)
            record(StaffViewedRecord(about, command.what), actor)


async def _noted(command: ViewRecord, actor: Actor) -> bool:
    since = clock.now() - NOTED_ONCE_IN
    row = await fetch_one(NOTED, actor.user_id, command.teacher_id, command.school_id, command.what, since)
    return bool(row and row["noted"])
