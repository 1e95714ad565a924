"""Everybody registered at a school, by name: what a form lets somebody choose from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from app.db.documents import document
from app.registration.people.ect_facts import PersonName
from app.registration.people.school_queries import name_of
from app.registration.registering.start_dates import day_in_words
from app.teachers.rules import fold
from app.terms import TRN, Role

if TYPE_CHECKING:
    from app.terms import SchoolId


@dataclass(frozen=True)
class SchoolPerson:
    """One stay whose registration stands."""

    role: Role
    stay_id: int
    public_id: UUID
    trn: TRN
    name: PersonName
    finished_on: date | None

    @property
    def shown(self) -> str:
        """Name, TRN, role and the last day, if there is one, which tell any two apart (GDS-14)."""
        until = f", last day {day_in_words(self.finished_on)}" if self.finished_on else ""
        return f"{self.name.displayed} ({self.trn}), {self.role.words}{until}"


def _people(role: Role, table: str) -> str:
    return f"""SELECT json_build_object('role', '{role.value}', 'stay_id', s.id, 'public_id', s.public_id,
        'trn', t.trn, 'name', {name_of("t")},
        'finished_on', s.finished_on) AS person
        FROM {table} s JOIN teacher t ON t.id = s.teacher_id
        WHERE s.school_id = $1 AND s.removed_at IS NULL"""  # noqa: S608 - constants


PEOPLE = f"""SELECT coalesce(json_agg(person), '[]') FROM ({_people(Role.ECT, "ect_at_school_period")}
    UNION ALL {_people(Role.MENTOR, "mentor_at_school_period")}) everybody"""  # noqa: S608 - constants


async def school_people(school_id: SchoolId) -> tuple[SchoolPerson, ...]:
    """Return the ECTs and mentors of a school, also those who left, A to Z."""
    found: tuple[SchoolPerson, ...] = await document(tuple[SchoolPerson, ...], PEOPLE, school_id) or ()
    return tuple(sorted(found, key=lambda person: (fold(person.name.displayed), person.trn, person.role.value)))
