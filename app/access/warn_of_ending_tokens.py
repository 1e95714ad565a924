"""Tell lead providers in time that a token of their programs ends (API-3.3, M-82)."""

from __future__ import annotations

from datetime import timedelta

from app import clock
from app.db.engine import fetch
from app.db.transaction import transaction
from app.notices.outbox import Subjects, queue_to_lead_provider
from app.notices.token_messages import TokenEnds

WARNED_BEFORE = (30, 7)
"""Days before its end at which a token is warned about, if it was made earlier than that."""
ENDING = """SELECT id, lead_provider_id, first_characters, expires_at FROM api_token
    WHERE expires_at > $1 AND expires_at <= $2 AND created_at < expires_at - $3::interval AND revoked_at IS NULL
    ORDER BY id"""


async def warn_of_ending_tokens() -> int:
    """Mail each lead provider once 30 and once 7 days before a token of its ends; returns how many tokens end so soon.

    A token that is revoked, or that a later one replaces, needs no warning.
    """
    now, found = clock.now(), 0
    for days, until in zip(WARNED_BEFORE, (*WARNED_BEFORE[1:], 0), strict=True):
        ending = now + timedelta(days=until), now + timedelta(days=days), timedelta(days=days)
        for row in await fetch(ENDING, *ending):
            found += 1
            ends_on = row["expires_at"].astimezone(clock.LONDON).date()
            async with transaction():
                await queue_to_lead_provider(
                    TokenEnds(row["first_characters"], ends_on),
                    lead_provider_id=row["lead_provider_id"],
                    cause=f"token {row['id']} ends in {days} days",
                    about=Subjects(),
                )
    return found
