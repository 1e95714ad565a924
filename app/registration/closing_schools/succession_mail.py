"""Telling everybody of a school, and of its successor, that it closed (M-83)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.db.engine import fetch
from app.notices.catalogue import SchoolClosedForGood, SchoolContinued, SchoolRenumbered
from app.notices.outbox import Subjects, queue_message
from app.notices.recipients import everybody_of

if TYPE_CHECKING:
    from app.notices.message import Message
    from app.terms import SchoolId

HOME = "/school/home"


@dataclass(frozen=True)
class Succession:
    """Which school closed when, its people whose time there ended, and which school follows it, if one does."""

    school_id: SchoolId
    last_day: date
    people: int = 0
    successor_id: SchoolId | None = None


async def school_names(*school_ids: SchoolId) -> dict[SchoolId, str]:
    """Return the names of schools by internal id."""
    rows = await fetch("SELECT id, name FROM school WHERE id = ANY($1)", list(school_ids))
    return {row["id"]: row["name"] for row in rows}


async def tell_closed(of: Succession) -> None:
    """Tell everybody of a school that it closed without a successor."""
    name = (await school_names(of.school_id))[of.school_id]
    await _tell(SchoolClosedForGood(name, of.last_day, of.people), of, [of.school_id])


async def tell_continued(of: Succession) -> None:
    """Tell everybody of both schools where the people of the closed one go on."""
    if of.successor_id is None:
        raise LookupError("nobody goes on without a successor")
    names = await school_names(of.school_id, of.successor_id)
    message = SchoolContinued(names[of.school_id], names[of.successor_id], of.last_day, of.people, HOME)
    await _tell(message, of, [of.school_id, of.successor_id])


async def tell_renumbered(of: Succession, old_name: str) -> None:
    """Tell everybody of a school that it goes on under another number."""
    name = (await school_names(of.school_id))[of.school_id]
    await _tell(SchoolRenumbered(old_name, name, of.last_day, HOME), of, [of.school_id])


async def _tell(message: Message, of: Succession, school_ids: list[SchoolId]) -> None:
    cause = f"school {of.school_id} on {of.last_day} into {of.successor_id or 'none'}"
    for email in await everybody_of([int(school_id) for school_id in school_ids]):
        await queue_message(
            message,
            to=email,
            dedupe_key=f"{message.id}:{cause}:{email.casefold()}",
            about=Subjects(school_id=of.successor_id or of.school_id),
        )
