"""Ending everything unfinished of a school that has closed (REF-3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch
from app.drafts.events import RegistrationDraftDeleted
from app.drafts.expire import ERASED, OPEN
from app.events.record import About, record
from app.terms import DraftKind

if TYPE_CHECKING:
    from app.terms import Actor, SchoolId


async def end_drafts(school_id: SchoolId, actor: Actor) -> int:
    """End every open draft of a school and erase what was typed, with an event each; returns how many."""
    rows = await fetch(
        f"UPDATE draft SET state = 'deleted', ended_at = $2, updated_at = $2, {ERASED}"  # noqa: S608 - constants
        f" WHERE school_id = $1 AND {OPEN} RETURNING kind",
        school_id,
        clock.now(),
    )
    for row in rows:
        if row["kind"] != DraftKind.CHANGE.value:
            record(RegistrationDraftDeleted(About(school_id=school_id), row["kind"]), actor)
    return len(rows)
