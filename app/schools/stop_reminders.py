"""Stopping reminder emails to a school until the end of the term, and letting them come again (OP-01, NOT-5.3)."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.events.record import About, record
from app.schools.events import SchoolRemindersResumed, SchoolRemindersStopped
from app.terms import Actor, ActorKind

if TYPE_CHECKING:
    from datetime import date

    from app.terms import SchoolId

PURPOSE = b"opt-out-of-reminder-emails:"
PATH = "/school/opt-out-of-reminder-emails"


@dataclass(frozen=True)
class StopReminders:
    """No reminders to a school up to and including the day."""

    school_id: SchoolId
    until: date


@dataclass(frozen=True)
class ResumeReminders:
    """Reminders to a school again."""

    school_id: SchoolId


@dataclass(frozen=True)
class LinkedSchool:
    """The school that a link is for."""

    id: SchoolId
    name: str
    off_until: date | None

    @property
    def actor(self) -> Actor:
        """Return who acts: somebody of the school who has the link."""
        return Actor(ActorKind.SCHOOL_USER, "Link in a reminder email", school_id=self.id)


def token_for(secret: bytes, school: UUID) -> str:
    """Return what proves that a link for a school, named by its public id, came from us."""
    return hmac.digest(secret, PURPOSE + str(school).encode(), hashlib.sha256).hex()


def is_token_of(token: str, secret: bytes, school: UUID) -> bool:
    """Tell whether a token is the one of a school, in constant time."""
    return hmac.compare_digest(token.encode(), token_for(secret, school).encode())


def opt_out_link(secret: bytes, school: UUID) -> str:
    """Return the path of the page that stops reminders."""
    return f"{PATH}?school_id={school}&token={token_for(secret, school)}"


async def linked_school(school: str, token: str, secret: bytes) -> LinkedSchool | None:
    """Return the school that a link was made for, by its public id and token; None for any link that is not ours."""
    try:
        school_id = UUID(school)
    except ValueError:
        return None
    if not is_token_of(token, secret, school_id):
        return None
    row = await fetch_one("SELECT id, name, reminders_off_until FROM school WHERE public_id = $1", school_id)
    return LinkedSchool(*row.values()) if row else None


async def stop_reminders(command: StopReminders, actor: Actor) -> None:
    """Stop them; stopping again for the same time changes nothing (NOT-5.3)."""
    async with transaction():
        changed = await fetch(
            """UPDATE school SET reminders_off_until = $2, updated_at = $3
            WHERE id = $1 AND reminders_off_until IS DISTINCT FROM $2 RETURNING id""",
            command.school_id,
            command.until,
            clock.now(),
        )
        if changed:
            record(SchoolRemindersStopped(About(school_id=command.school_id), command.until), actor)


async def resume_reminders(command: ResumeReminders, actor: Actor) -> None:
    """Let them come again; doing so twice changes nothing (NOT-5.3)."""
    async with transaction():
        changed = await fetch(
            """UPDATE school SET reminders_off_until = NULL, updated_at = $2
            WHERE id = $1 AND reminders_off_until IS NOT NULL RETURNING id""",
            command.school_id,
            clock.now(),
        )
        if changed:
            record(SchoolRemindersResumed(About(school_id=command.school_id)), actor)
