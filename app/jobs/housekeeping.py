"""Clearing away what is kept for a time only, and noting the end of the audit trail."""

from __future__ import annotations

import logging
from datetime import timedelta

from app import clock
from app.access.flows import LIFE
from app.access.rules import IDLE
from app.db.engine import fetch
from app.db.service_settings import policy_in_force
from app.events.record import head
from app.events.verify import verify

log = logging.getLogger("register.jobs")

COUNTS_OF_DAYS = timedelta(days=400)
COUNTED = timedelta(days=7)
"""No limit looks further back than this."""
MOST_TOLD = 20
"""So many faults of the audit trail are told in the log; `register audit verify` tells all."""
SAYS_SO = timedelta(days=90)
"""So long a link that has ended is known as one that was ours."""


async def delete_old_lookups() -> int:
    """Delete the notes of look-ups older than `lookup_log_days`; returns how many (IDN-06)."""
    oldest = clock.now() - timedelta(days=(await policy_in_force()).lookup_log_days)
    return len(await fetch("DELETE FROM lookup_attempt WHERE at < $1 RETURNING id", oldest))


async def delete_dead_sessions() -> int:
    """Delete sessions that have ended by either limit; returns how many (ACC-9.3)."""
    now = clock.now()
    ended = "DELETE FROM session WHERE absolute_expires_at <= $1 OR last_seen_at <= $2 RETURNING id"
    return len(await fetch(ended, now, now - IDLE))


async def delete_old_secrets() -> int:
    """Delete links and codes that ended 90 days ago; until then a used link says so (ACC-5.11). Returns how many.

    What was typed with a link goes as soon as the link has ended.
    """
    now = clock.now()
    await fetch(
        """UPDATE one_time_secret SET typed = NULL, new_email = NULL WHERE (typed IS NOT NULL OR new_email IS NOT NULL)
            AND (expires_at <= $1 OR void_at <= $1 OR used_at <= $1)""",
        now,
    )
    return len(await fetch("DELETE FROM one_time_secret WHERE expires_at <= $1 RETURNING id", now - SAYS_SO))


async def delete_old_flows() -> int:
    """Delete attempts at DfE Sign-in that never came back; returns how many (ACC-4.2)."""
    return len(await fetch("DELETE FROM sign_in_flow WHERE created_at < $1 RETURNING id", clock.now() - LIFE))


async def delete_old_token_days() -> int:
    """Delete the counts of calls by token and day that are older than 400 days; returns how many (API-3.6)."""
    oldest = clock.today() - COUNTS_OF_DAYS
    return len(await fetch("DELETE FROM api_token_day WHERE day < $1 RETURNING id", oldest))


async def delete_old_counts() -> int:
    """Delete counted events that no limit looks at any more; returns how many."""
    return len(await fetch("DELETE FROM rate_count WHERE at < $1 RETURNING id", clock.now() - COUNTED))


async def note_chain_head() -> int:
    """Write number and hash of the newest event to the log, so that a rewritten trail shows (SEC-33)."""
    number, hashed = await head()
    log.info("chain head", extra={"fields": {"message": "chain head", "event": number, "hash": hashed.hex()}})
    return 0


async def verify_audit_trail() -> int:
    """Look every night whether anybody altered, removed or swapped events; returns how much is wrong (SEC-33)."""
    faults = await verify()
    if faults:
        told = {"message": "the audit trail is not whole", "alarm": True, "faults": faults[:MOST_TOLD]}
        log.error("the audit trail is not whole", extra={"fields": told})
    return len(faults)
