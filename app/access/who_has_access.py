"""Reads for the page that says who may work for a school (ACC-11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from app.access.sign_in import DFE_SIGN_IN, EMAIL_LINK
from app.db.engine import fetch
from app.terms import UserId

if TYPE_CHECKING:
    from datetime import datetime

    from app.terms import SchoolId


@dataclass(frozen=True)
class PersonWithAccess:
    """Somebody who may work for a school, with every way in that they have there."""

    id: UserId
    public_id: UUID
    name: str
    email: str
    sources: tuple[str, ...]
    first_used_at: datetime | None
    last_used_at: datetime | None
    is_induction_tutor: bool

    @property
    def removable(self) -> bool:
        """Tell whether colleagues may remove them: what DfE Sign-in gave, its approver takes (ACC-11.2, ACC-11.4)."""
        return EMAIL_LINK in self.sources


async def people_with_access(school_id: SchoolId) -> tuple[PersonWithAccess, ...]:
    """Return everyone with open access to a school, A to Z (ACC-11.1)."""
    rows = await fetch(
        """SELECT u.id, u.public_id, u.name, u.email, array_agg(DISTINCT a.source ORDER BY a.source) AS sources,
            min(a.first_used_at) AS first_used_at, max(a.last_used_at) AS last_used_at,
            EXISTS (SELECT FROM induction_tutor i WHERE i.school_id = $1 AND i.ended_at IS NULL
                AND lower(i.email) = lower(u.email)) AS is_induction_tutor
        FROM school_access a JOIN app_user u ON u.id = a.user_id
        WHERE a.school_id = $1 AND a.ended_at IS NULL AND u.active
        GROUP BY u.id ORDER BY lower(u.name), u.id""",
        school_id,
    )
    return tuple(PersonWithAccess(**{**dict(row), "sources": tuple(row["sources"])}) for row in rows)


def is_last_way_in(person: PersonWithAccess, people: tuple[PersonWithAccess, ...]) -> bool:
    """Tell whether nobody is left after them: no other email link, and nobody from DfE Sign-in (ACC-11.4)."""
    others = [one for one in people if one.id != person.id and one.removable]
    return not others and not any(DFE_SIGN_IN in one.sources for one in people)
