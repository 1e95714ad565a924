"""Saying what one thinks of the service, without saying who one is (SP-02)."""

from __future__ import annotations

from dataclasses import dataclass

from app import clock
from app.db.engine import fetch
from app.support.rules import masked


@dataclass(frozen=True)
class GiveFeedback:
    """How satisfied, from 1 to 5; comments and the page are optional."""

    satisfaction: int
    comments: str = ""
    page: str = ""


async def give_feedback(command: GiveFeedback) -> None:
    """Store an opinion; what looks like a TRN, a National Insurance number or an address is masked (ADM-15.2)."""
    now = clock.now()
    await fetch(
        """INSERT INTO feedback (created_at, updated_at, satisfaction, comments, page, at)
        VALUES ($1, $1, $2, $3, $4, $1)""",
        now,
        command.satisfaction,
        masked(command.comments) or None,
        command.page or None,
    )
