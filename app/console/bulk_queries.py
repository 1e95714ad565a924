"""What support sees of changes to many people (ADM-6.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from app.db.documents import document
from app.registration.people.ect_facts import PersonName
from app.registration.people.school_queries import name_of
from app.terms import UserId

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class BulkRow:
    """One person: what the dry run found, and what became of it."""

    trn: str
    teacher: UUID | None
    name: PersonName | None
    found: str | None
    found_why: str | None
    result: str | None
    result_why: str | None

    @property
    def words(self) -> str:
        """What became of them, or would."""
        if self.result:
            return WORDS[self.result] + (f": {self.result_why}" if self.result_why else "")
        if self.found is None:
            return "Waiting to be checked"
        return WORDS[self.found] + (f": {self.found_why}" if self.found_why else "")


WORDS: Mapping[str, str] = {
    "will_change": "Will change",
    "no_change": "No change",
    "cannot": "Cannot be changed",
    "changed": "Changed",
}


@dataclass(frozen=True)
class Batch:
    """How far a change to many people is."""

    public_id: UUID
    fix: str
    fields: dict[str, str]
    """What was entered, by field."""
    note: str
    ticket: str
    asked_by: str
    asked_by_id: UserId
    created_at: datetime
    confirmed_at: datetime | None
    finished_at: datetime | None
    total: int
    unchecked: int
    will_change: int
    waiting: int
    """Who is confirmed and not done yet."""
    changed: int
    page: int
    pages: int
    rows: tuple[BulkRow, ...]

    @property
    def may_confirm(self) -> bool:
        """Whether everybody is checked, somebody would change, and nobody has confirmed it."""
        return self.confirmed_at is None and not self.unchecked and self.will_change > 0


BATCH = f"""
    WITH rows AS (SELECT r.* FROM bulk_row r JOIN bulk_batch b ON b.id = r.bulk_batch_id WHERE b.public_id = $1),
    counted AS (SELECT count(*) AS total, greatest(1, ceil(count(*)::numeric / $3))::int AS pages,
        count(*) FILTER (WHERE found IS NULL) AS unchecked,
        count(*) FILTER (WHERE found = 'will_change') AS will_change,
        count(*) FILTER (WHERE result = 'changed') AS changed,
        count(*) FILTER (WHERE found = 'will_change' AND result IS NULL) AS waiting FROM rows)
    SELECT json_build_object('public_id', b.public_id, 'fix', b.fix, 'fields', b.fields,
        'note', b.note, 'ticket', b.ticket,
        'asked_by', u.name, 'asked_by_id', u.id,
        'created_at', b.created_at, 'confirmed_at', b.confirmed_at, 'finished_at', b.finished_at,
        'total', c.total, 'unchecked', c.unchecked, 'will_change', c.will_change, 'waiting', c.waiting,
        'changed', c.changed, 'page', least($2, c.pages), 'pages', c.pages,
        'rows', (SELECT coalesce(json_agg(json_build_object('trn', coalesce(t.trn, r.trn), 'teacher', t.public_id,
            'name', CASE WHEN t.id IS NOT NULL THEN {name_of("t")} END, 'found', r.found, 'found_why', r.found_why,
            'result', r.result, 'result_why', r.result_why) ORDER BY r.position), '[]')
            FROM (SELECT * FROM rows ORDER BY position LIMIT $3 OFFSET (least($2, c.pages) - 1) * $3) r
            LEFT JOIN teacher t ON t.id = r.teacher_id))
    FROM bulk_batch b JOIN app_user u ON u.id = b.asked_by_user_id CROSS JOIN counted c
    WHERE b.public_id = $1"""  # noqa: S608 - constants


async def batch(public_id: UUID, page: int, size: int) -> Batch | None:
    """Return how far a batch is, with one page of its people; None for an id of nothing's."""
    return await document(Batch, BATCH, public_id, min(max(page, 1), 1_000), size)
