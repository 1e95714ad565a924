"""The schools that somebody may work for, to choose from or to look at (ACC-10.1, MS-01)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.access.queries import ROLE_COLUMNS, CurrentSchool, RoleStanding, role_alone, role_standing
from app.db.engine import fetch
from app.db.sight import across_schools
from app.schools.queries import deciding_columns

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    import asyncpg

    from app.terms import SchoolId, UserId


@dataclass(frozen=True)
class SchoolChoice:
    """A school somebody may switch to."""

    id: SchoolId
    public_id: UUID
    urn: str
    name: str
    town: str | None
    postcode: str | None
    checked: bool = True
    """False for one of DfE Sign-in whose role is asked about when it is chosen (ACC-4.11)."""


async def schools_of(user: UserId) -> list[SchoolChoice]:
    """Return the schools somebody has open access to, A to Z (ACC-10.1)."""
    with across_schools("ACC-10.1"):
        rows = await fetch(
            "SELECT s.id, s.public_id, s.urn, s.name, s.town, s.postcode FROM school s"
            " WHERE EXISTS (SELECT 1 FROM school_access a"
            " WHERE a.user_id = $1 AND a.school_id = s.id AND a.ended_at IS NULL)"
            " ORDER BY lower(s.name), s.urn",
            user,
        )
    return [SchoolChoice(**row) for row in rows]


MINE = f"""SELECT s.id, s.public_id, s.urn, s.name, s.kind, s.type_name, {deciding_columns("s", "$2")},
    i.confirmed_for_year, count(*) OVER () AS total, mine.is_open, {ROLE_COLUMNS}
    FROM school s LEFT JOIN induction_tutor i ON i.school_id = s.id AND i.ended_at IS NULL
    CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM school_access a
        WHERE a.user_id = $1 AND a.school_id = s.id AND a.ended_at IS NULL) AS is_open) mine
    LEFT JOIN LATERAL ({role_alone("$1", "s.id")}) r ON $5 <> 'personas'
    WHERE mine.is_open OR ($5 = 'dfe_sign_in' AND EXISTS (SELECT FROM user_organisation o
        WHERE o.user_id = $1 AND o.school_id = s.id))
    ORDER BY lower(s.name), s.urn LIMIT $3 OFFSET $4"""  # noqa: S608 - constants


@dataclass(frozen=True)
class OwnSchool:
    """One of somebody's schools, with the year its induction tutor is confirmed for."""

    school: CurrentSchool
    confirmed_for_year: int | None
    is_open: bool = True
    """False for one of DfE Sign-in that they have not worked for yet (ACC-4.11)."""
    role: RoleStanding | None = None
    """Set when access to it rests on DfE Sign-in alone (ACC-4.12)."""


async def own_schools(
    user: UserId, today: date, size: int, number: int, method: str | None = None
) -> tuple[tuple[OwnSchool, ...], int]:
    """Return one page of somebody's schools, A to Z, and how many there are in all (MS-01); pages count from 1.

    method: how they signed in; by DfE Sign-in, the schools they have there are among them (ACC-10.5).
    """
    with across_schools("MS-01"):
        rows = await fetch(MINE, user, today, size, (number - 1) * size, method or "")
    found = tuple(OwnSchool(_own(row), row["confirmed_for_year"], row["is_open"], role_standing(row)) for row in rows)
    return found, rows[0]["total"] if rows else 0


def _own(row: asyncpg.Record) -> CurrentSchool:
    return CurrentSchool(**{name: row[name] for name in CurrentSchool.__dataclass_fields__})
