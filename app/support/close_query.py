"""Closing a query that was answered, and deleting it long after (ADM-15.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.events.record import About, record
from app.support.events import SupportQueryClosed
from app.support.subjects import Subject
from app.terms import Refused

if TYPE_CHECKING:
    from uuid import UUID

    from app.terms import Actor

KEPT_FOR = timedelta(days=400)


@dataclass(frozen=True)
class CloseQuery:
    """Which query, by its public id."""

    id: UUID


async def close_query(command: CloseQuery, actor: Actor) -> None:
    """Close a query; raises Refused `gone` for one that is closed already (ADM-15.1)."""
    async with transaction():
        row = await fetch_one(
            """UPDATE support_query SET state = 'closed', closed_at = $2, updated_at = $2
            WHERE public_id = $1 AND state <> 'closed' RETURNING school_id, subject""",
            command.id,
            clock.now(),
        )
        if row is None:
            raise Refused("gone", "note", "This query is closed already")
        about = About(school_id=row["school_id"])
        record(SupportQueryClosed(about, command.id, Subject(row["subject"]).words), actor)


async def delete_old_queries() -> int:
    """Delete queries closed 400 days ago; returns how many."""
    return len(await fetch("DELETE FROM support_query WHERE closed_at < $1 RETURNING id", clock.now() - KEPT_FOR))
