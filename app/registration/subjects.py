"""The ECT or mentor that a journey of their school is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from app.db.documents import document
from app.db.engine import fetch_one
from app.db.sight import across_schools
from app.registration.people.ect_facts import PersonName
from app.registration.people.school_queries import INDUCTION, STAY
from app.registration.permissions import ect_may, mentor_may
from app.registration.rules import ECTStay, InductionRecord, Standing, ect_standing, is_leaving
from app.terms import TRN, Role, SchoolId, TeacherId

if TYPE_CHECKING:
    from app.registration.permissions import Action


@dataclass(frozen=True)
class Subject:
    """One person in one role at one school, as far as what may be done with them depends on it.

    stay: of a mentor in the same shape, its id being that of the mentor's stay.
    """

    role: Role
    stay: ECTStay
    public_id: UUID
    teacher_id: TeacherId
    trn: TRN
    name: PersonName
    email: str
    version: int
    induction: InductionRecord
    today: date
    leaving_reported_by: SchoolId | None = None

    @property
    def stay_id(self) -> int:
        """The stay at this school."""
        return self.stay.id

    @property
    def displayed(self) -> str:
        """The name shown everywhere (NAM-01)."""
        return self.name.displayed

    @property
    def standing(self) -> Standing:
        """Which column of the permissions applies; a mentor's induction plays no part (PRM-01, PRM-02)."""
        induction = self.induction if self.role is Role.ECT else InductionRecord()
        return ect_standing(self.stay, induction, self.today)

    @property
    def record(self) -> str:
        """The address of the record."""
        return record_of(self.role, self.public_id)

    def may(self, action: Action) -> bool:
        """Tell whether the school may do something with them (PRM-01, PRM-02)."""
        if self.role is Role.MENTOR:
            return mentor_may(action, self.standing)
        return ect_may(action, self.standing, leaving=is_leaving(self.stay, self.today))


def _query(table: str) -> str:
    role = "ect" if table == "ect_at_school_period" else "mentor"
    return f"""
    SELECT json_build_object('role', '{role}', 'stay', {STAY}, 'public_id', e.public_id, 'teacher_id', e.teacher_id,
        'trn', t.trn, 'name', json_build_object('trs_first_name', t.trs_first_name, 'trs_last_name', t.trs_last_name,
            'corrected_name', t.corrected_name), 'email', e.email, 'version', e.version, 'induction', {INDUCTION},
        'today', $3::date, 'leaving_reported_by', e.leaving_reported_by_school_id)
    FROM {table} e JOIN teacher t ON t.id = e.teacher_id WHERE e.school_id = $1 AND e.public_id = $2"""  # noqa: S608 - constants


QUERIES = {Role.ECT: _query("ect_at_school_period"), Role.MENTOR: _query("mentor_at_school_period")}


async def subject(role: Role, school_id: SchoolId, public_id: UUID, today: date) -> Subject | None:
    """Return a person of the school in a role, also one whose registration was removed; None for others (GEN-05)."""
    return await document(Subject, QUERIES[role], school_id, public_id, today)


@dataclass(frozen=True)
class OtherRole:
    """The same person in their other role, open at this school or another; record: its address if it is here."""

    role: Role
    record: str = ""


async def other_role(person: Subject) -> OtherRole | None:
    """Return a person's open stay in the other role, one at their own school first (CH-13); None if there is none."""
    other = Role.MENTOR if person.role is Role.ECT else Role.ECT
    with across_schools("CH-13"):
        row = await fetch_one(
            f"""SELECT public_id, school_id = $2 AS here FROM {other.value}_at_school_period
            WHERE teacher_id = $1 AND removed_at IS NULL AND coalesce(finished_on, 'infinity') >= $3
            ORDER BY here DESC, started_on, id LIMIT 1""",  # noqa: S608 - one of two words
            person.teacher_id,
            person.stay.school_id,
            person.today,
        )
    if row is None:
        return None
    return OtherRole(other, record_of(other, row["public_id"]) if row["here"] else "")


def record_of(role: Role, public_id: UUID) -> str:
    """Return the address of a record."""
    return f"/school/{'ects' if role is Role.ECT else 'mentors'}/{public_id}"
