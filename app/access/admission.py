"""Whether somebody who came back from DfE Sign-in may come in, and for which school (ACC-4.7 to ACC-4.10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from app.access.queries import school_by_urn
from app.access.sign_in import Has, HasNot, Unavailable
from app.terms import Word

if TYPE_CHECKING:
    from app.access.sign_in import Organisation, RoleDirectory
    from app.terms import SchoolId


class RefusalReason(Word):
    """Why not; the value is what events and pages use."""

    NO_ORGANISATION = "no_organisation"
    NOT_A_SCHOOL = "not_a_school"
    UNKNOWN_SCHOOL = "unknown_school"
    NO_ROLE = "no_role"


@dataclass(frozen=True)
class Admitted:
    """They may work for this school."""

    school_id: SchoolId
    organisation: Organisation


@dataclass(frozen=True)
class NotAdmitted:
    """They may not; the school is named where the register knows it."""

    reason: RefusalReason
    organisation: Organisation | None = None
    school_id: SchoolId | None = None


Admission: TypeAlias = Admitted | NotAdmitted | Unavailable


async def admission(
    subject: str, organisation: Organisation | None, directory: RoleDirectory, role_code: str
) -> Admission:
    """Decide about a person and the organisation they chose; the role is asked for, holding no lock."""
    if organisation is None:
        return NotAdmitted(RefusalReason.NO_ORGANISATION)
    if organisation.urn is None:
        return NotAdmitted(RefusalReason.NOT_A_SCHOOL, organisation)
    school = await school_by_urn(organisation.urn)
    if school is None:
        return NotAdmitted(RefusalReason.UNKNOWN_SCHOOL, organisation)
    found = await directory.role(subject, organisation.id)
    match found:
        case Has(codes) if role_code in codes:
            return Admitted(school, organisation)
        case Has() | HasNot():
            return NotAdmitted(RefusalReason.NO_ROLE, organisation, school)
        case Unavailable():
            return found
