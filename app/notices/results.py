"""What becomes of an email: the outcome of a try, a receipt, more tries of one that did not arrive (NOT-2.4 to 2.8)."""

from __future__ import annotations

import hashlib
import hmac
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.events.record import About, record
from app.notices import rules
from app.notices.catalogue import TEXTS
from app.notices.events import EmailAddressBlocked, EmailBounced, EmailFailed, EmailUndelivered
from app.notices.sender import Accepted, BadAddress, DailyLimit, Delivery, Rejected, SlowDown, Stop, Unknown
from app.settings import settings
from app.terms import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.notices.sender import Outcome, Receipt

OPENING_DOORS = frozenset(message.id for message in TEXTS.values() if message.opens_doors)
"""Mail with a link or code that lets somebody in."""
COLUMNS = """id, message_id, priority, recipient, personalisation, created_at, not_before, expires_at, attempts,
    last_error, earlier_failures, dedupe_key, school_id, teacher_id, ect_at_school_period_id,
    mentor_at_school_period_id"""
SENDING = ("sending",)
ON_ITS_WAY = ("accepted", "sending", "pending")
"""States that a receipt may end: it can come before the try that it is about was stored."""


@dataclass(frozen=True)
class OutboxRow:
    """A row as far as its sending depends on it."""

    id: UUID
    message_id: str
    priority: int
    recipient: str
    personalisation: str | None
    created_at: datetime
    not_before: datetime
    expires_at: datetime | None
    attempts: int
    last_error: str | None
    earlier_failures: int
    """How often this very mail was sent before and did not arrive."""
    dedupe_key: str
    school_id: int | None
    teacher_id: int | None
    ect_at_school_period_id: int | None
    mentor_at_school_period_id: int | None

    @property
    def about(self) -> About:
        """Return what events about it are about."""
        return About(
            school_id=self.school_id,
            teacher_id=self.teacher_id,
            ect_at_school_period_id=self.ect_at_school_period_id,
            mentor_at_school_period_id=self.mentor_at_school_period_id,
        )


@dataclass(frozen=True)
class End:
    """How to store what a row has come to; from which states that may follow."""

    state: str
    error: str | None = None
    sender_id: str | None = None
    after: tuple[str, ...] = SENDING


async def store_outcome(row: OutboxRow, outcome: Outcome) -> None:
    """Store what came of a try (NOT-2.4); nothing if the lease ran out and another worker has the row."""
    match outcome:
        case Accepted(id=sender_id, delivery=delivery):
            await _store_delivery(row, delivery, sender_id, SENDING)
        case BadAddress():
            await finish(row, End("bounced", "bad_address"))
        case Rejected(reason=reason):
            await finish(row, End("failed", reason))
        case Stop():
            await _put_back(row, clock.now() + rules.STOPPED_PAUSE, "stopped", counted=False)
        case SlowDown(until=until):
            await _put_back(row, until, "slow_down", counted=False)
        case DailyLimit():
            await _put_back(row, _after_daily_limit(row), "daily_limit", counted=False)
        case Unknown(cause=cause):
            await _try_again(row, cause.value if cause else "unknown")


async def note_receipt(receipt: Receipt) -> bool:
    """Store what the sender says became of an email; tells whether that was news (NOT-2.7).

    An unknown reference, a repeated receipt and one that comes after the end change nothing.
    """
    async with transaction():
        row = await fetch_one(
            f"SELECT {COLUMNS} FROM message WHERE id = $1 AND state = ANY($2) FOR UPDATE",  # noqa: S608 - constant
            receipt.reference,
            list(ON_ITS_WAY),
        )
        if row is None or receipt.delivery is Delivery.UNDER_WAY:
            return False
        await _store_delivery(OutboxRow(**dict(row)), receipt.delivery, receipt.sender_id, ON_ITS_WAY)
        return True


async def finish(row: OutboxRow, end: End) -> None:
    """Store the end of a message together with the event of one that did not arrive."""
    async with transaction():
        if await _set_state(row, end):
            _record_failure(row, end.state)


async def _store_delivery(row: OutboxRow, delivery: Delivery, sender_id: str, after: tuple[str, ...]) -> None:
    match delivery:
        case Delivery.UNDER_WAY:
            await finish(row, End("accepted", sender_id=sender_id, after=after))
        case Delivery.DELIVERED:
            await finish(row, End("delivered", sender_id=sender_id, after=after))
        case Delivery.PERMANENT_FAILURE:
            await finish(row, End("bounced", delivery.value, sender_id, after))
        case Delivery.TEMPORARY_FAILURE | Delivery.TECHNICAL_FAILURE:
            await _not_arrived(row, delivery, sender_id, after)


async def _not_arrived(row: OutboxRow, delivery: Delivery, sender_id: str, after: tuple[str, ...]) -> None:
    """Try once more later, as a row of its own, or give up; a second temporary end blocks the address (NOT-2.8)."""
    wait = rules.wait_after_failure(delivery, row.earlier_failures)
    async with transaction():
        if wait is not None and row.personalisation is not None and row.message_id not in OPENING_DOORS:
            if await _set_state(row, End("undelivered", delivery.value, sender_id, after)):
                await _queue_again(row, clock.now() + wait)
            return
        doubtful = delivery is Delivery.TEMPORARY_FAILURE and await is_doubtful(row.recipient)
        await finish(row, End("bounced" if doubtful else "undelivered", delivery.value, sender_id, after))


async def is_doubtful(email: str) -> bool:
    """Tell whether all tries of a mail to the address failed for a time, and none has arrived since (NOT-2.8)."""
    row = await fetch_one(
        """SELECT EXISTS (SELECT FROM message f WHERE lower(f.recipient) = lower($1) AND f.state = 'undelivered'
            AND f.last_error = $2 AND NOT EXISTS (SELECT FROM message again
                WHERE again.dedupe_key = regexp_replace(f.dedupe_key, ':try [0-9]+$', '')
                    || ':try ' || (f.earlier_failures + 1))
            AND f.finished_at > coalesce((SELECT max(d.finished_at) FROM message d
                WHERE lower(d.recipient) = lower($1) AND d.state = 'delivered'), '-infinity')) AS doubtful""",
        email,
        Delivery.TEMPORARY_FAILURE.value,
    )
    return bool(row and row["doubtful"])


async def _queue_again(row: OutboxRow, when: datetime) -> None:
    number = row.earlier_failures + 1
    await fetch(
        """INSERT INTO message (id, created_at, updated_at, message_id, priority, recipient, personalisation,
            dedupe_key, not_before, expires_at, state, attempts, earlier_failures, version, school_id, teacher_id,
            ect_at_school_period_id, mentor_at_school_period_id, user_id)
        SELECT gen_random_uuid(), $2, $2, message_id, priority, recipient, personalisation, $3, $4, expires_at,
            'pending', 0, $5, 1, school_id, teacher_id, ect_at_school_period_id, mentor_at_school_period_id, user_id
        FROM message WHERE id = $1 ON CONFLICT (dedupe_key) DO NOTHING""",
        row.id,
        clock.now(),
        f"{rules.base_key(row.dedupe_key)}:try {number}",
        when,
        number,
    )


def _after_daily_limit(row: OutboxRow) -> datetime:
    if row.priority == 0:
        return clock.now() + timedelta(minutes=5)
    return rules.after_midnight(clock.now(), random.random())  # noqa: S311 - spreads load, no secret


async def _try_again(row: OutboxRow, error: str) -> None:
    if rules.gives_up(row.priority, row.not_before, clock.now()):
        await _set_state(row, End("parked", error))
        return
    wait = rules.wait_after(row.attempts, row.priority, random.uniform(-1, 1))  # noqa: S311 - spreads load
    await _put_back(row, clock.now() + max(wait, rules.UNKNOWN_PAUSE), error)


async def _put_back(row: OutboxRow, until: datetime, error: str, *, counted: bool = True) -> None:
    """Wait until the time; a try that isn't counted leaves the number of tries as it was."""
    attempts = row.attempts if counted else row.attempts - 1
    await fetch(
        """UPDATE message SET state = 'pending', leased_until = NULL, next_attempt_at = $3, last_error = $4,
            attempts = $5, updated_at = $6 WHERE id = $1 AND state = 'sending' AND attempts = $2""",
        row.id,
        row.attempts,
        until,
        error,
        attempts,
        clock.now(),
    )


async def _set_state(row: OutboxRow, end: End) -> bool:
    """Store a state, unless the row is no longer where it was; what lets somebody in is erased (NOT-1.6)."""
    now = clock.now()
    rows = await fetch(
        """UPDATE message SET state = $3, leased_until = NULL, next_attempt_at = NULL, sender_id = $4, last_error = $5,
            accepted_at = CASE WHEN $4::text IS NULL THEN accepted_at ELSE coalesce(accepted_at, $6) END,
            finished_at = $7, updated_at = $6,
            personalisation = CASE WHEN $8 THEN NULL ELSE personalisation END,
            version = version + 1 WHERE id = $1 AND attempts = $2 AND state = ANY($9) RETURNING id""",
        row.id,
        row.attempts,
        end.state,
        end.sender_id,
        end.error,
        now,
        now if end.state in rules.FINAL else None,
        end.state != "parked" and row.message_id in OPENING_DOORS,
        list(end.after),
    )
    return bool(rows)


def _record_failure(row: OutboxRow, state: str) -> None:
    kinds: Mapping[str, tuple[Any, ...]] = {
        "bounced": (EmailBounced, EmailAddressBlocked),
        "undelivered": (EmailUndelivered,),
        "failed": (EmailFailed,),
    }
    for kind in kinds.get(state, ()):
        record(kind(row.about, row.message_id, address_hash(row.recipient)), SYSTEM)


def address_hash(address: str) -> str:
    """Return a keyed hash of an address, the same for any spelling in capitals."""
    return hmac.new(settings().secret(), b"address:" + address.casefold().encode(), hashlib.sha256).hexdigest()
