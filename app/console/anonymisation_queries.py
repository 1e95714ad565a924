"""Who asked to make somebody unrecognisable (FIX-15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.db.documents import document

if TYPE_CHECKING:
    from app.terms import TeacherId


@dataclass(frozen=True)
class AskedAnonymisation:
    """A request that is open."""

    by: str
    at: datetime
    note: str
    ticket: str


ASKED = """
    SELECT json_build_object('by', u.name, 'at', a.created_at, 'note', a.note, 'ticket', a.ticket)
    FROM anonymisation a JOIN app_user u ON u.id = a.asked_by_user_id WHERE a.teacher_id = $1 AND a.outcome IS NULL"""


async def asked_anonymisation(teacher_id: TeacherId) -> AskedAnonymisation | None:
    """Return the request that is open about somebody."""
    return await document(AskedAnonymisation, ASKED, teacher_id)
