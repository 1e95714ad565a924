"""Who asked to make somebody unrecognisable (FIX-15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.db.documents import document
from app.db.survivors import with_merged

if TYPE_CHECKING:
    from app.terms import TeacherId


@dataclass(frozen=True)
class AskedAnonymisation:
    """A request that is open."""

    by: str
    at: datetime
    note: str
    ticket: str


@dataclass(frozen=True)
class NoteAbout:
    """What a member of staff wrote about somebody, which stays as it was written."""

    at: datetime
    by: str | None
    note: str


MOST_NOTES = 50
NOTES = f"""
    SELECT coalesce(json_agg(json_build_object('at', v.recorded_at, 'by', v.actor_name,
        'note', v.metadata ->> 'note') ORDER BY v.id DESC), '[]')
    FROM (SELECT v.* FROM event v JOIN {with_merged("$1")} one ON one.id = v.teacher_id
        WHERE v.metadata ->> 'note' <> '' ORDER BY v.id DESC LIMIT {MOST_NOTES}) v"""  # noqa: S608 - a constant
ASKED = """
    SELECT json_build_object('by', u.name, 'at', a.created_at, 'note', a.note, 'ticket', a.ticket)
    FROM anonymisation a JOIN app_user u ON u.id = a.asked_by_user_id WHERE a.teacher_id = $1 AND a.outcome IS NULL"""


async def asked_anonymisation(teacher_id: TeacherId) -> AskedAnonymisation | None:
    """Return the request that is open about somebody."""
    return await document(AskedAnonymisation, ASKED, teacher_id)


async def notes_about(teacher_id: TeacherId) -> tuple[NoteAbout, ...]:
    """Return the notes of staff about somebody, under any record of theirs, the newest first, `MOST_NOTES` at most."""
    return await document(tuple[NoteAbout, ...], NOTES, teacher_id) or ()
