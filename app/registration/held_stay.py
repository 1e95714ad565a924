"""One stay of an ECT or mentor, held until the transaction ends, for an operation that changes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app import clock
from app.db.engine import fetch_one
from app.db.tables.registration import ECTAtSchoolPeriod, MentorAtSchoolPeriod
from app.events.record import About
from app.registration.people.ect_facts import PersonName
from app.teachers.locks import lock_person
from app.terms import TRN, Role, SchoolId, TeacherId, WorkingPattern

if TYPE_CHECKING:
    from piccolo.columns import Column

TABLES: dict[Role, type[ECTAtSchoolPeriod | MentorAtSchoolPeriod]] = {
    Role.ECT: ECTAtSchoolPeriod,
    Role.MENTOR: MentorAtSchoolPeriod,
}


@dataclass(frozen=True)
class HeldStay:
    """A stay as it is now; the working pattern is None for mentors, and where none was reported."""

    id: int
    role: Role
    school_id: SchoolId
    school_name: str
    teacher_id: TeacherId
    trn: TRN
    name: PersonName
    email: str
    version: int
    working_pattern: WorkingPattern | None = None

    @property
    def about(self) -> About:
        """What an event about the stay names."""
        return about_stay(self.role, self.id, self.school_id, self.teacher_id)

    async def store(self, column: str, value: object) -> None:
        """Store one value of the stay."""
        table = TABLES[self.role]
        values: dict[Column | str, Any] = {column: value, "version": self.version + 1, "updated_at": clock.now()}
        await table.update(values).where(table.id == self.id)


def about_stay(role: Role, stay_id: int, school_id: int, teacher_id: int) -> About:
    """Return what an event about a stay names."""
    stay: dict[str, int] = {f"{role.value}_at_school_period_id": stay_id}
    return About(school_id=school_id, teacher_id=teacher_id, **stay)


async def hold_stay(role: Role, stay_id: int, email: str | None = None) -> HeldStay:
    """Lock the person, and an email address, and read their stay afresh (CON-03, EML-02).

    Raises LookupError for the id of no stay; the caller has found the stay at its school before.
    """
    await lock_person(TRN((await _row(role, stay_id))["trn"]), email)
    row = await _row(role, stay_id)
    pattern = row["working_pattern"]
    return HeldStay(
        row["id"],
        role,
        row["school_id"],
        row["school_name"],
        row["teacher_id"],
        row["trn"],
        PersonName(row["trs_first_name"], row["trs_last_name"], row["corrected_name"]),
        row["email"],
        row["version"],
        WorkingPattern(pattern) if pattern else None,
    )


async def _row(role: Role, stay_id: int) -> Any:
    table = f"{role.value}_at_school_period"
    pattern = "stay.working_pattern" if role is Role.ECT else "NULL"
    row = await fetch_one(
        f"""SELECT stay.id, stay.school_id, s.name AS school_name, t.id AS teacher_id, t.trn, t.trs_first_name,
            t.trs_last_name, t.corrected_name, stay.email, stay.version, {pattern} AS working_pattern
        FROM {table} stay JOIN teacher t ON t.id = stay.teacher_id JOIN school s ON s.id = stay.school_id
        WHERE stay.id = $1""",  # noqa: S608 - constants
        stay_id,
    )
    if row is None:
        raise LookupError(f"there is no {role.words} stay {stay_id}")
    return row
