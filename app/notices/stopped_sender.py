"""A sender that refuses our key is left alone, but for one try every five minutes (NOT-2.4)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.record import About, record
from app.notices import rules
from app.notices.events import SenderRestarted, SenderStopped
from app.notices.sender import Stop, Unknown
from app.terms import SYSTEM

if TYPE_CHECKING:
    from app.notices.sender import Outcome

log = logging.getLogger("register.mail")


async def may_send() -> bool:
    """Tell whether a message may be tried: always while the sender works, else once every five minutes.

    A stop that is stamped later than now does not count as lasting (contract, section 3).
    """
    now = clock.now()
    rows = await fetch(
        """WITH stopped AS (SELECT id, stopped_at, try_at FROM sender_stop WHERE restarted_at IS NULL),
        trying AS (UPDATE sender_stop s SET try_at = $2, updated_at = $1 FROM stopped
            WHERE s.id = stopped.id AND s.restarted_at IS NULL
                AND (s.try_at <= $1 OR s.stopped_at > $1) RETURNING s.id)
        SELECT FROM stopped WHERE NOT EXISTS (SELECT FROM trying)""",
        now,
        now + rules.STOPPED_PAUSE,
    )
    return not rows


async def note_answer(outcome: Outcome) -> None:
    """Note that the sender has stopped, or that it works again; an unknown outcome says neither."""
    if isinstance(outcome, Unknown):
        return
    if isinstance(outcome, Stop):
        await _note_stop(outcome.reason)
        return
    async with transaction():
        rows = await fetch(
            "UPDATE sender_stop SET restarted_at = $1, updated_at = $1 WHERE restarted_at IS NULL RETURNING id",
            clock.now(),
        )
        if rows:
            record(SenderRestarted(About()), SYSTEM)


async def _note_stop(reason: str) -> None:
    now = clock.now()
    log.error("sender of mail stopped", extra={"fields": {"message": "sender of mail stopped", "cause": reason}})
    async with transaction():
        rows = await fetch(
            """INSERT INTO sender_stop (created_at, updated_at, reason, stopped_at, try_at) VALUES ($1, $1, $2, $1, $3)
            ON CONFLICT ((true)) WHERE restarted_at IS NULL DO NOTHING RETURNING id""",
            now,
            reason,
            now + rules.STOPPED_PAUSE,
        )
        if rows:
            record(SenderStopped(About(), reason), SYSTEM)
