"""Letting a school go on under the URN of the successor that has its place (REF-3.5, Renumber)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from app import clock
from app.db.engine import fetch
from app.db.tables.schools import School
from app.db.transaction import transaction
from app.events.record import About, record
from app.registration.closing_schools.succession_mail import Succession, tell_renumbered
from app.schools.note_levels import note_levels
from app.schools.register_events import SchoolChanged
from app.terms import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.terms import Actor, SchoolId

OWN = frozenset(
    {
        *("id", "public_id", "created_at", "updated_at", "version"),
        *("access_override", "access_override_note", "access_override_until", "email_link_override"),
        *("last_appropriate_body_id", "last_training_programme", "last_lead_provider_id", "reminders_off_until"),
        *("alias_of_school_id", "last_level"),
    }
)
"""Columns that belong to the school whatever its number is; all others are what the register says."""
FACTS = tuple(name for column in School._meta.columns if (name := column._meta.name) not in OWN)  # noqa: SLF001
NOBODYS = "0000000"
"""A number that no school has, for the moment in which two schools exchange theirs."""


@dataclass(frozen=True)
class RenumberSchool:
    """Which school takes the place of which successor that nobody uses, and its last day under the old number."""

    school_id: SchoolId
    successor_id: SchoolId
    last_day: date


async def renumber_school(command: RenumberSchool, actor: Actor, today: date) -> None:
    """Exchange what the register says about two schools, so that the one in use has the successor's number.

    Ids, people, users, tutor, choices and history stay; the successor's row keeps the old number and leads to the
    school. Raises Refused `changed_meanwhile` when one of them is gone. Event, M-83.
    """
    async with transaction():
        rows = await fetch(
            "SELECT * FROM school WHERE id = ANY($1) ORDER BY id FOR UPDATE", [command.school_id, command.successor_id]
        )
        schools = {row["id"]: dict(row) for row in rows}
        if len(schools) < len({command.school_id, command.successor_id}):
            raise Refused("changed_meanwhile", "successor")
        old, new = schools[command.school_id], schools[command.successor_id]
        await fetch("UPDATE school SET urn = $2 WHERE id = $1", command.successor_id, NOBODYS)
        await _take(command.school_id, new)
        await _take(command.successor_id, old)
        await fetch(
            """UPDATE school SET alias_of_school_id = $1, last_level = NULL
            WHERE id = $2 OR alias_of_school_id = $2""",
            command.school_id,
            command.successor_id,
        )
        changed = SchoolChanged(About(school_id=command.school_id), old["urn"], new["urn"], old["name"], new["name"])
        record(changed, actor)
        await note_levels(today, actor, {int(command.school_id): "urn"}, only=[int(command.school_id)])
        await tell_renumbered(Succession(command.school_id, command.last_day), old["name"])


async def _take(school_id: SchoolId, facts: Mapping[str, Any]) -> None:
    sets = ", ".join(f"{name} = ${number}" for number, name in enumerate(FACTS, 3))
    await fetch(
        f"UPDATE school SET {sets}, updated_at = $2, version = version + 1 WHERE id = $1",  # noqa: S608 - names are ours
        school_id,
        clock.now(),
        *(facts[name] for name in FACTS),
    )
