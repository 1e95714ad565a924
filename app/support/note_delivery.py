"""Noting whether the mail about a query reached the support team (ADM-15.1)."""

from __future__ import annotations

from app import clock
from app.db.engine import fetch
from app.notices.support_messages import SupportQueryForTeam

SENT = ("accepted", "delivered")
FAILED = ("bounced", "undelivered", "failed", "expired", "suppressed")


def team_key(query: object) -> str:
    """Return the dedupe key of the mail to the team about a query, by its public id (M-84)."""
    return f"{SupportQueryForTeam.id}:query {query}"


async def note_delivery() -> int:
    """Turn each query `received` into `sent` or `failed`, once its mail to the team has gone; returns how many."""
    rows = await fetch(
        """UPDATE support_query q SET updated_at = $1,
            state = CASE WHEN m.state = ANY($2::text[]) THEN 'sent' ELSE 'failed' END
        FROM message m WHERE q.state = 'received' AND m.dedupe_key = $4 || q.public_id
            AND m.state = ANY($2::text[] || $3::text[]) RETURNING q.id""",
        clock.now(),
        list(SENT),
        list(FAILED),
        team_key(""),
    )
    return len(rows)
