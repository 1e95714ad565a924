"""Sending a query to support: the row, the sender's copy and the mail to the team (SP-01, M-60, M-84)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from app import clock
from app.db.engine import fetch_one
from app.db.transaction import transaction
from app.events.record import About, record
from app.notices.outbox import Subjects, queue_message
from app.notices.support_messages import SupportQueryForTeam, SupportQueryReceived
from app.support.events import SupportQuerySent
from app.support.note_delivery import team_key

if TYPE_CHECKING:
    from app.support.subjects import Subject
    from app.terms import Actor, Role, SchoolId, UserId


@dataclass(frozen=True)
class Sender:
    """Who writes; of a visitor only what they typed."""

    name: str
    email: str
    user_id: UserId | None = None
    school_id: SchoolId | None = None
    school: str = ""
    urn: str = ""


@dataclass(frozen=True)
class AboutStay:
    """The stay that a query is about, by its internal id."""

    role: Role
    id: int


@dataclass(frozen=True)
class AskSupport:
    """One message to support; team: where support reads; page: from where it was written."""

    sender: Sender
    subject: Subject
    message: str
    team: str
    about: AboutStay | None = None
    page: str = ""


async def ask_support(command: AskSupport, actor: Actor) -> UUID:
    """Store the query and tell sender and team; returns its public id. It changes no record."""
    sender = command.sender
    async with transaction():
        row = await fetch_one(
            """INSERT INTO support_query (created_at, updated_at, user_id, school_id, name, email, subject, message,
                about_role, about_stay_id, page, state)
            VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'received') RETURNING public_id""",
            clock.now(),
            sender.user_id,
            sender.school_id,
            sender.name,
            sender.email,
            command.subject.value,
            command.message,
            command.about.role.value if command.about else None,
            command.about.id if command.about else None,
            command.page or None,
        )
        if row is None:
            raise LookupError("inserting always returns a row")
        if sender.school_id is not None:
            record(SupportQuerySent(About(school_id=sender.school_id), command.subject.words), actor)
        await _tell(command, row["public_id"])
        return UUID(str(row["public_id"]))


async def _tell(command: AskSupport, query: UUID) -> None:
    sender, subject = command.sender, command.subject.words
    about = Subjects(school_id=sender.school_id, user_id=sender.user_id)
    received = SupportQueryReceived(sender.name, subject, command.message, clock.today())
    await queue_message(received, to=sender.email, dedupe_key=f"{received.id}:query {query}", about=about)
    who = f"{sender.name} ({sender.email})"
    for_team = SupportQueryForTeam(who, sender.school, sender.urn, subject, command.message, command.page)
    await queue_message(for_team, to=command.team, dedupe_key=team_key(query), about=about)
