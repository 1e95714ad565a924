"""What support decides about a school's use of the service (FIX-18, FIX-19)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.events.record import About, record
from app.schools.events import SchoolAccessOverrideSet, SchoolEmailLinkSet

if TYPE_CHECKING:
    from datetime import date

    from app.schools.rules import SchoolLevel
    from app.terms import Actor, SchoolId


@dataclass(frozen=True)
class SetAccessOverride:
    """The level a school has whatever the register says; None takes the decision back. `until` is its last day."""

    school_id: SchoolId
    level: SchoolLevel | None
    note: str
    until: date | None = None


@dataclass(frozen=True)
class SetEmailLink:
    """Whether people of a school may gain access by email link; None follows the setting (ACC-2.3)."""

    school_id: SchoolId
    link: Literal["on", "off"] | None


async def set_access_override(command: SetAccessOverride, actor: Actor) -> None:
    """Decide what a school may do, or take that back; the same decision changes nothing (FIX-18, ACC-13.5 row 4)."""
    level = command.level.value if command.level else None
    until = command.until if level else None
    async with transaction():
        row = await fetch_one(
            "SELECT access_override, access_override_until FROM school WHERE id = $1 FOR UPDATE", command.school_id
        )
        if row is None or (row["access_override"], row["access_override_until"]) == (level, until):
            return
        await fetch(
            """UPDATE school SET access_override = $2, access_override_note = $3, access_override_until = $4,
                updated_at = $5, version = version + 1 WHERE id = $1""",
            command.school_id,
            level,
            command.note if level else None,
            until,
            clock.now(),
        )
        about = About(school_id=command.school_id)
        former = (row["access_override"], row["access_override_until"])
        record(SchoolAccessOverrideSet(about, *former, level, until), actor)


async def set_email_link(command: SetEmailLink, actor: Actor) -> None:
    """Switch the email link on or off for a school, or let it follow the setting (FIX-19, ACC-2.3)."""
    async with transaction():
        row = await fetch_one("SELECT email_link_override FROM school WHERE id = $1 FOR UPDATE", command.school_id)
        if row is None or row["email_link_override"] == command.link:
            return
        await fetch(
            "UPDATE school SET email_link_override = $2, updated_at = $3, version = version + 1 WHERE id = $1",
            command.school_id,
            command.link,
            clock.now(),
        )
        about = About(school_id=command.school_id)
        record(SchoolEmailLinkSet(about, row["email_link_override"], command.link), actor)
