"""What mail a user wants about one of their schools (PF-01, NOT-6.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.events.catalogue import PreferencesChanged
from app.events.record import About, record
from app.terms import Word

if TYPE_CHECKING:
    from app.terms import Actor, SchoolId, UserId


class Digest(Word):
    """How often a user wants to be told what is open and what is new."""

    OFF = "off", "Never"
    WEEKLY = "weekly", "Every Monday morning"
    DAILY = "daily", "Every working day in the morning"
    AT_ONCE = "at_once", "When something happens"


class NoticeGroup(Word):
    """The groups of notices (NOT-6.1)."""

    ACTION = "action", "What you need to act on"
    UPDATE = "update", "What others did"
    INFORMATION = "information", "Changes to your school and dates"


@dataclass(frozen=True)
class Preferences:
    """The choices; these defaults hold until somebody chooses."""

    confirmation_emails: bool = True
    digest: Digest = Digest.OFF
    digest_groups: tuple[NoticeGroup, ...] = (NoticeGroup.ACTION, NoticeGroup.UPDATE)


@dataclass(frozen=True)
class SavePreferences:
    """What a user wants about a school."""

    user_id: UserId
    school_id: SchoolId
    preferences: Preferences


async def preferences_of(user_id: UserId, school_id: SchoolId) -> Preferences:
    """Return what a user wants about a school."""
    row = await fetch_one(
        """SELECT confirmation_emails, digest, digest_groups FROM school_preference
        WHERE user_id = $1 AND school_id = $2""",
        user_id,
        school_id,
    )
    if row is None:
        return Preferences()
    groups = tuple(group for group in NoticeGroup if group.value in row["digest_groups"])
    return Preferences(row["confirmation_emails"], Digest(row["digest"]), groups)


async def save_preferences(command: SavePreferences, actor: Actor) -> None:
    """Store the choices; a digest that is switched on begins with what happens from now on."""
    wanted = command.preferences
    async with transaction():
        held = await preferences_of(command.user_id, command.school_id)
        if held == wanted:
            return
        await fetch(
            """INSERT INTO school_preference (created_at, updated_at, user_id, school_id, confirmation_emails, digest,
                digest_groups, notices_read_to, digest_told_to)
            VALUES ($1, $1, $2, $3, $4, $5, $6, 0, (SELECT coalesce(max(id), 0) FROM event))
            ON CONFLICT ON CONSTRAINT one_preference DO UPDATE SET confirmation_emails = $4, digest = $5,
                digest_groups = $6, updated_at = $1, digest_told_to = CASE WHEN school_preference.digest = 'off'
                THEN excluded.digest_told_to ELSE school_preference.digest_told_to END""",
            clock.now(),
            command.user_id,
            command.school_id,
            wanted.confirmation_emails,
            wanted.digest.value,
            [group.value for group in wanted.digest_groups],
        )
        copies = "on" if wanted.confirmation_emails else "off"
        record(PreferencesChanged(About(school_id=command.school_id), copies, wanted.digest.value), actor)
