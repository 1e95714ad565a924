"""What support has to know to decide where the people of a closed school go on (FIX-22, REF-3.6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.db.documents import document
from app.db.engine import fetch_one
from app.registration.closing_schools.stays_beyond import read_beyond
from app.registration.people.ect_facts import PersonName
from app.registration.people.school_queries import name_of
from app.terms import ClosingState, Role, SchoolId

if TYPE_CHECKING:
    from app.registration.closing_schools.stays_beyond import Key


@dataclass(frozen=True)
class Target:
    """A school that may follow."""

    id: SchoolId
    urn: str
    name: str


@dataclass(frozen=True)
class Affected:
    """Somebody whose time reaches beyond the school's last day."""

    role: Role
    id: int
    name: PersonName

    @property
    def key(self) -> Key:
        """What identifies the stay."""
        return self.role, self.id


@dataclass(frozen=True)
class Succession:
    """What is to be decided: the school's last day, the schools that may follow, and whom it is about."""

    closed_on: date | None
    state: ClosingState | None
    to_restore: bool
    targets: tuple[Target, ...]
    people: tuple[Affected, ...] = ()

    @property
    def open(self) -> bool:
        """Whether people's places are still to be decided."""
        return self.state in {ClosingState.UNDECIDED, ClosingState.WAITING}


FACTS = """
    SELECT json_build_object(
        'closed_on', c.closed_on, 'state', c.state,
        'to_restore', EXISTS (SELECT FROM register_item i WHERE i.school_id = s.id AND i.kind = 'restore'
            AND i.settled_at IS NULL),
        'targets', (SELECT coalesce(json_agg(json_build_object('id', o.id, 'urn', o.urn, 'name', o.name)
            ORDER BY o.name, o.urn), '[]') FROM school o WHERE o.id <> s.id AND o.alias_of_school_id IS NULL
            AND o.urn IN (SELECT target FROM register_item i, jsonb_array_elements_text(
                CASE WHEN jsonb_typeof(i.detail -> 'targets') = 'array' THEN i.detail -> 'targets' ELSE '[]' END) target
                WHERE i.school_id = s.id AND i.queue = 'Q-06' AND i.settled_at IS NULL)))
    FROM school s LEFT JOIN school_closing c ON c.school_id = s.id AND c.ended_at IS NULL WHERE s.id = $1"""
PEOPLE = f"""
    SELECT coalesce(json_agg(json_build_object('role', w.role, 'id', w.id, 'name', {name_of("t")})
        ORDER BY lower(coalesce(t.corrected_name, t.trs_first_name || ' ' || t.trs_last_name)), w.role, w.id), '[]')
    FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS w (role, id, teacher_id)
    JOIN teacher t ON t.id = w.teacher_id"""  # noqa: S608 - constants


async def succession(school_id: SchoolId) -> Succession:
    """Return what is to be decided about a school; nobody is locked."""
    found = await document(Succession, FACTS, school_id) or Succession(None, None, to_restore=False, targets=())
    if found.closed_on is None or not found.open:
        return found
    beyond = await read_beyond(school_id, found.closed_on)
    people = await document(
        tuple[Affected, ...],
        PEOPLE,
        [stay.role.value for stay in beyond],
        [stay.id for stay in beyond],
        [stay.teacher_id for stay in beyond],
    )
    return Succession(found.closed_on, found.state, found.to_restore, found.targets, people or ())


async def school_of(urn: str) -> SchoolId | None:
    """Return the id of a school by its URN."""
    row = await fetch_one("SELECT id FROM school WHERE urn = $1 AND alias_of_school_id IS NULL", urn)
    return SchoolId(row["id"]) if row else None
