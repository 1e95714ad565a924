"""Sending what never arrived to the address that somebody has instead (NOT-2.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch
from app.notices import rules
from app.notices.outbox import defer_delivery
from app.notices.recipients import is_blocked
from app.notices.results import address_hash

if TYPE_CHECKING:
    from app.notices.outbox import Subjects


async def send_again(was: str, now_at: str, about: Subjects) -> int:
    """Queue a person's mail of the last 90 days that never arrived for their new address; returns how many.

    about: the person, by teacher with the stay, or by user. Each mail once for each new address, oldest first, and
    only when the former address is blocked. What let somebody in was erased and is never sent again. Called in the
    transaction that changes the address.
    """
    if was.casefold() == now_at.casefold() or not await is_blocked(was):
        return 0
    rows = await fetch(
        """INSERT INTO message (id, created_at, updated_at, message_id, priority, recipient, personalisation,
            dedupe_key, not_before, expires_at, state, attempts, earlier_failures, version, school_id, teacher_id,
            ect_at_school_period_id, mentor_at_school_period_id, user_id)
        SELECT gen_random_uuid(), $1, $1, message_id, priority, $3, personalisation, key || ':to ' || $4, $1,
            expires_at, 'pending', 0, 0, 1, school_id, teacher_id, ect_at_school_period_id,
            mentor_at_school_period_id, user_id
        FROM (SELECT DISTINCT ON (key) * FROM (
            SELECT m.*, regexp_replace(m.dedupe_key, ':(try [0-9]+|to [0-9a-f]+)$', '') AS key FROM message m
            WHERE lower(m.recipient) = lower($2) AND m.state IN ('bounced', 'undelivered', 'suppressed')
                AND m.created_at > $5 AND m.created_at <= $1 AND m.personalisation IS NOT NULL
                AND (m.expires_at IS NULL OR m.expires_at > $1)
                AND (m.user_id = $6 OR m.teacher_id = $7
                    AND (m.ect_at_school_period_id IS NULL OR m.ect_at_school_period_id = $8)
                    AND (m.mentor_at_school_period_id IS NULL OR m.mentor_at_school_period_id = $9))) undelivered
            ORDER BY key, created_at) once
        ORDER BY created_at ON CONFLICT (dedupe_key) DO NOTHING RETURNING id, priority""",
        clock.now(),
        was,
        now_at,
        address_hash(now_at),
        clock.now() - rules.KEEP_UNDELIVERED,
        about.user_id,
        about.teacher_id,
        about.ect_at_school_period_id,
        about.mentor_at_school_period_id,
    )
    for row in rows:
        await defer_delivery(row["id"], row["priority"])
    await _withdraw_tries(was, about)
    return len(rows)


async def _withdraw_tries(was: str, about: Subjects) -> None:
    """Cancel tries still to come to the former address: the new one has that mail (NOT-1.7)."""
    await fetch(
        """UPDATE message SET state = 'cancelled', finished_at = $2, updated_at = $2, version = version + 1
        WHERE lower(recipient) = lower($1) AND state = 'pending' AND earlier_failures > 0
            AND (user_id = $3 OR teacher_id = $4)""",
        was,
        clock.now(),
        about.user_id,
        about.teacher_id,
    )
