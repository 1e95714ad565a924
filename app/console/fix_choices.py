"""Who and what can be chosen when something is put right about a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from app.db.documents import document
from app.registration.people.ect_facts import PersonName
from app.registration.people.school_queries import name_of
from app.terms import MentorAtSchoolId, SchoolId

if TYPE_CHECKING:
    from collections.abc import Collection

    from app.terms import TeacherId

MENTORS = f"""SELECT coalesce(json_agg(json_build_object('stay_id', m.id, 'public_id', m.public_id,
        'name', {name_of("t")}, 'school_id', s.id, 'school', s.name, 'started_on', m.started_on,
        'finished_on', m.finished_on) ORDER BY t.search_name, m.started_on, m.id), '[]')
    FROM mentor_at_school_period m JOIN teacher t ON t.id = m.teacher_id JOIN school s ON s.id = m.school_id
    WHERE m.school_id = ANY($1) AND m.removed_at IS NULL AND m.teacher_id <> $2"""  # noqa: S608 - constants


@dataclass(frozen=True)
class MentorChoice:
    """A registration as a mentor, of today or earlier."""

    stay_id: MentorAtSchoolId
    public_id: UUID
    name: PersonName
    school_id: SchoolId
    school: str
    started_on: date
    finished_on: date | None = None


async def mentors_at(school_ids: Collection[SchoolId], but: TeacherId) -> tuple[MentorChoice, ...]:
    """Return everybody who is or was a mentor at some schools, by name; never the person themself (FIX-10)."""
    return await document(tuple[MentorChoice, ...], MENTORS, list(school_ids), but) or ()
