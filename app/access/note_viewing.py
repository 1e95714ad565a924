"""The audit of what staff look at while they act for a school (ADM-7.9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.access.acting_events import StaffViewedAsSchool
from app.access.acting_rules import VIEWED_ONCE_IN
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.record import About, record

if TYPE_CHECKING:
    from app.terms import Actor, SchoolId


@dataclass(frozen=True)
class NoteViewing:
    """Which page of a school was opened: its route's pattern, and the ids in its address as `name=value`."""

    school_id: SchoolId
    route: str
    objects: str


async def note_viewing(command: NoteViewing, actor: Actor) -> None:
    """Record that a page was opened; the same page again within a minute is the same opening."""
    now = clock.now()
    async with transaction():
        seen = await fetch(
            """SELECT id FROM event WHERE kind = $1 AND school_id = $2 AND actor_id = $3 AND recorded_at > $4
                AND recorded_at <= $5 AND metadata ->> 'route' = $6 AND metadata ->> 'objects' = $7 LIMIT 1""",
            StaffViewedAsSchool.kind,
            command.school_id,
            actor.user_id,
            now - VIEWED_ONCE_IN,
            now,
            command.route,
            command.objects,
        )
        if not seen:
            record(StaffViewedAsSchool(About(school_id=command.school_id), command.route, command.objects), actor)
