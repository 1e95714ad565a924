"""Who holds an email address: every registration with it, and those that keep others from it (FIX-14, EML-01)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.db.documents import document
from app.registration.people.ect_facts import PersonName
from app.registration.people.school_queries import name_of
from app.terms import Role, TeacherId


@dataclass(frozen=True)
class Holding:
    """A registration that has the address; holds: it keeps everybody else from using it (EML-01)."""

    role: Role
    stay: UUID
    teacher_id: TeacherId
    teacher: UUID
    trn: str
    name: PersonName
    school: str
    urn: str
    started_on: date
    finished_on: date | None
    removed: bool
    holds: bool


HOLDINGS = f"""
    SELECT coalesce(json_agg(json_build_object('role', h.role, 'stay', h.public_id, 'teacher_id', t.id,
        'teacher', t.public_id, 'trn', t.trn, 'name', {name_of("t")}, 'school', s.name, 'urn', s.urn,
        'started_on', h.started_on, 'finished_on', h.finished_on, 'removed', h.removed, 'holds', h.holds)
        ORDER BY h.holds DESC, h.started_on DESC, h.role, h.id), '[]')
    FROM (SELECT 'ect' AS role, e.id, e.public_id, e.teacher_id, e.school_id, e.started_on, e.finished_on,
            e.removed_at IS NOT NULL AS removed,
            e.removed_at IS NULL AND coalesce(e.finished_on, 'infinity') >= $2 AS holds
            FROM ect_at_school_period e WHERE lower(e.email) = lower($1)
        UNION ALL SELECT 'mentor', m.id, m.public_id, m.teacher_id, m.school_id, m.started_on, m.finished_on,
            m.removed_at IS NOT NULL, m.removed_at IS NULL AND coalesce(m.finished_on, 'infinity') >= $2
            FROM mentor_at_school_period m WHERE lower(m.email) = lower($1)) h
    JOIN teacher t ON t.id = h.teacher_id JOIN school s ON s.id = h.school_id"""  # noqa: S608 - constants


async def holdings(email: str, today: date) -> tuple[Holding, ...]:
    """Return every registration with an address, those that hold it first (FIX-14)."""
    return await document(tuple[Holding, ...], HOLDINGS, email, today) or ()
