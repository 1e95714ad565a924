"""Reading what decides whether a school sees somebody (ADM-4.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from app import clock
from app.console.explain_seeing import SeeFacts
from app.console.people_queries import people
from app.db.documents import document
from app.db.engine import fetch_one
from app.db.survivors import survivors
from app.terms import TRN, SchoolId, TeacherId

if TYPE_CHECKING:
    from app.terms import Role


@dataclass(frozen=True)
class AskedToSee:
    """Which school does not see whom in which role, by TRN or by the person's id. email, search: may be empty."""

    urn: str
    person: TRN | UUID
    role: Role
    email: str = ""
    search: str = ""


@dataclass(frozen=True)
class SeeFound:
    """What one statement tells about school, person and whoever asks."""

    school_id: SchoolId
    school: str
    continued: str
    teacher_id: TeacherId | None
    anonymised_at: datetime | None
    works_for: tuple[tuple[str, str], ...]


FOUND = f"""SELECT json_build_object('school_id', s.id, 'school', s.name, 'continued', coalesce(
        (SELECT now_at.urn FROM school now_at WHERE now_at.id = s.alias_of_school_id),
        (SELECT coalesce(n.urn, c.successor_urn) FROM school_closing c LEFT JOIN school n
            ON n.id = c.successor_school_id WHERE c.school_id = s.id AND c.state IN ('continued', 'renumbered')
            AND c.ended_at IS NULL AND coalesce(n.urn, c.successor_urn) <> s.urn LIMIT 1), ''),
    'teacher_id', t.id, 'anonymised_at', t.anonymised_at,
    'works_for', (SELECT coalesce(json_agg(json_build_array(o.urn, o.name)
            ORDER BY o.id = u.current DESC, o.name), '[]')
        FROM (SELECT u.id, coalesce((SELECT ss.school_id FROM session ss WHERE ss.user_id = u.id
                AND ss.school_id IS NOT NULL ORDER BY ss.last_seen_at DESC LIMIT 1), u.last_school_id) AS current
            FROM app_user u WHERE $3 <> '' AND lower(u.email) = lower($3) AND u.audience = 'school' AND u.active
            ORDER BY u.id LIMIT 1) u
        JOIN school o ON o.id IN (SELECT a.school_id FROM school_access a
            WHERE a.user_id = u.id AND a.ended_at IS NULL)))
    FROM school s LEFT JOIN teacher k ON k.trn = $2 OR k.public_id = $4
    LEFT JOIN LATERAL {survivors("started.id = k.id")} survivor ON true
    LEFT JOIN teacher t ON t.id = survivor.id WHERE s.urn = $1"""  # noqa: S608 - constants


async def see_facts(asked: AskedToSee) -> tuple[SeeFound, SeeFacts] | None:
    """Return what the checks look at; None for an unknown URN."""
    trn, person_id = (None, asked.person) if isinstance(asked.person, UUID) else (asked.person, None)
    found = await document(SeeFound, FOUND, asked.urn, trn, asked.email, person_id)
    if found is None:
        return None
    persons = await people([found.teacher_id]) if found.teacher_id else ()
    facts = SeeFacts(
        role=asked.role,
        today=clock.today(),
        school_id=found.school_id,
        urn=asked.urn,
        person=persons[0] if persons else None,
        anonymised_at=found.anonymised_at,
        continued=found.continued,
        email=asked.email,
        works_for=found.works_for,
        search=asked.search,
    )
    return found, facts


async def trn_of(person: UUID) -> TRN | None:
    """Return the TRN of a person by their id; None for an unknown one, and for somebody anonymised."""
    row = await fetch_one("SELECT trn FROM teacher WHERE public_id = $1 AND anonymised_at IS NULL", person)
    return TRN(row["trn"]) if row else None
