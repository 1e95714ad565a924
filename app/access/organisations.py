"""The schools that somebody has at DfE Sign-in, checked or not (ACC-4.11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.access.own_schools import SchoolChoice
from app.db.engine import fetch, fetch_one
from app.db.sight import across_schools
from app.terms import SchoolId

if TYPE_CHECKING:
    from uuid import UUID

    from app.access.sign_in import Organisation
    from app.terms import UserId


@dataclass(frozen=True)
class Unchecked:
    """A school somebody has at DfE Sign-in without open access here; under what to ask about their role."""

    school_id: SchoolId
    school_name: str
    urn: str
    subject: str
    organisation_id: str


async def replace_organisations(user: UserId, subject: str, organisations: tuple[Organisation, ...]) -> None:
    """Store the organisations that are schools of the register, inside the transaction in force."""
    known = {one.urn: one.id for one in reversed(organisations) if one.urn}
    await fetch("DELETE FROM user_organisation WHERE user_id = $1", user)
    await fetch(
        "INSERT INTO user_organisation (created_at, updated_at, user_id, school_id, subject, organisation_id)"
        " SELECT $1, $1, $2, s.id, $3, o.id FROM unnest($4::text[], $5::text[]) AS o (urn, id)"
        " JOIN school s ON s.urn = o.urn",
        clock.now(),
        user,
        subject,
        list(known),
        list(known.values()),
    )


UNCHECKED = """SELECT s.id, s.public_id, s.urn, s.name, s.town, s.postcode, o.subject, o.organisation_id
    FROM user_organisation o JOIN school s ON s.id = o.school_id
    WHERE o.user_id = $1 AND NOT EXISTS (SELECT 1 FROM school_access a
        WHERE a.user_id = o.user_id AND a.school_id = o.school_id AND a.ended_at IS NULL)"""


async def unchecked_schools_of(user: UserId) -> list[SchoolChoice]:
    """Return the schools of DfE Sign-in that somebody has no open access to yet."""
    with across_schools("ACC-4.11"):
        rows = await fetch(f"{UNCHECKED} ORDER BY lower(s.name), s.urn", user)
    names = ("id", "public_id", "urn", "name", "town", "postcode")
    return [SchoolChoice(**{name: row[name] for name in names}, checked=False) for row in rows]


async def unchecked_school(user: UserId, school: UUID) -> Unchecked | None:
    """Return one of them, by its public id."""
    with across_schools("ACC-4.11"):
        row = await fetch_one(f"{UNCHECKED} AND s.public_id = $2", user, school)
    if row is None:
        return None
    return Unchecked(SchoolId(row["id"]), row["name"], row["urn"], row["subject"], row["organisation_id"])
