"""Delivering the outbox: lease a row, send outside any transaction, store what came of it (NOT-1.4, NOT-2)."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import random
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.events.record import About, record
from app.notices import rules
from app.notices.catalogue import TEXTS
from app.notices.events import EmailAddressBlocked, EmailBounced, EmailFailed, EmailUndelivered
from app.notices.outbox import Content
from app.notices.rendering import render
from app.notices.sender import (
    Accepted,
    BadAddress,
    DailyLimit,
    Delivery,
    Mail,
    Rejected,
    Sent,
    SlowDown,
    Stop,
    Unknown,
)
from app.policy import Policy
from app.settings import settings
from app.terms import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.notices.sender import MailSender, Outcome

log = logging.getLogger("register.mail")

DUE = """(state = 'pending' AND coalesce(next_attempt_at, not_before) <= $1
    OR state = 'pending' AND next_attempt_at IS NULL AND not_before = created_at
    OR state = 'sending' AND leased_until < $2)"""
"""$1 the service clock, $2 the machine's. What was queued for at once is due whatever its date."""

OPENING_DOORS = frozenset(message.id for message in TEXTS.values() if message.opens_doors)
"""Mail with a link or code that lets somebody in."""

STATE_OF_DELIVERY = {
    Delivery.UNDER_WAY: "accepted",
    Delivery.DELIVERED: "delivered",
    Delivery.PERMANENT_FAILURE: "bounced",
    Delivery.TEMPORARY_FAILURE: "undelivered",
    Delivery.TECHNICAL_FAILURE: "undelivered",
}


@dataclass(frozen=True)
class Leased:
    """A row that this worker alone may send until its lease ends."""

    id: UUID
    message_id: str
    priority: int
    recipient: str
    personalisation: str
    created_at: datetime
    not_before: datetime
    expires_at: datetime | None
    attempts: int
    last_error: str | None
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


async def deliver_due(sender: MailSender) -> int:
    """Deliver everything due, urgent mail first; returns how many were tried. A stopped sender ends the run."""
    rows = await fetch(
        f"SELECT id FROM message WHERE {DUE} ORDER BY priority, not_before, created_at, id",  # noqa: S608 - constant
        clock.now(),
        clock.machine_now(),
    )
    tried = 0
    for row in rows:
        outcome = await deliver(row["id"], sender)
        tried += outcome is not None
        if isinstance(outcome, Stop):
            break
    return tried


async def deliver(message: UUID, sender: MailSender) -> Outcome | None:
    """Deliver one message if it is due and nobody else is at it; returns the outcome, or None if nothing was sent."""
    leased = await _lease(message)
    if leased is None:
        return None
    with _time_of(leased):
        if leased.expires_at is not None and leased.expires_at <= clock.now():
            await _finish(leased, "expired")
            return None
        outcome = await _hand_over(leased, sender)
        await _store(leased, outcome)
    return outcome


async def _lease(message: UUID) -> Leased | None:
    now, machine = clock.now(), clock.machine_now()
    row = await fetch_one(
        f"""UPDATE message SET state = 'sending', leased_until = $3, attempts = attempts + 1, updated_at = $1
        WHERE id = (SELECT id FROM message WHERE id = $4 AND {DUE} FOR UPDATE SKIP LOCKED)
        RETURNING id, message_id, priority, recipient, personalisation, created_at, not_before, expires_at, attempts,
            last_error, school_id, teacher_id, ect_at_school_period_id, mentor_at_school_period_id""",  # noqa: S608 - constant
        now,
        machine,
        machine + rules.LEASE,
        message,
    )
    return Leased(**dict(row)) if row else None


def _time_of(leased: Leased) -> AbstractContextManager[None]:
    """Run the first try at the time of the request that queued it, outside production (contract, section 3)."""
    first = leased.not_before == leased.created_at and leased.attempts == 1 and leased.last_error is None
    return clock.at(leased.not_before) if first and not settings().production else nullcontext()


async def _hand_over(leased: Leased, sender: MailSender) -> Outcome:
    if leased.attempts > 1:
        # An earlier try may have arrived without our hearing of it: never send twice (NOT-2.6).
        found = await sender.find(leased.id)
        if isinstance(found, Sent):
            return Accepted(found.id, found.delivery)
        if isinstance(found, Unknown):
            return found
    try:
        mail = await _mail(leased)
    except Exception as fault:  # noqa: BLE001 - a message that can't be written must not stop the others
        _log_error("message could not be written", email=leased.message_id, cause=type(fault).__name__)
        return Rejected("template")
    return await sender.send(mail)


async def _mail(leased: Leased) -> Mail:
    content = msgspec.json.decode(leased.personalisation, type=Content)
    rendered = render(content, await _support_email())
    return Mail(
        reference=leased.id,
        message_id=leased.message_id,
        to=leased.recipient,
        subject=rendered.subject,
        body=rendered.body,
        school_id=leased.school_id,
        fields={name: str(value) for name, value in content.fields.items()},
    )


async def _support_email() -> str:
    row = await fetch_one("SELECT value FROM service_setting WHERE key = 'support_email'")
    return Policy.from_rows({"support_email": json.loads(row["value"])} if row else {}).support_email


async def _store(leased: Leased, outcome: Outcome) -> None:
    match outcome:
        case Accepted(id=sender_id, delivery=delivery):
            await _finish(leased, STATE_OF_DELIVERY[delivery], sender_id=sender_id)
        case BadAddress():
            await _finish(leased, "bounced", error="bad_address")
        case Rejected(reason=reason):
            await _finish(leased, "failed", error=reason)
        case Stop(reason=reason):
            _log_error("sender of mail stopped", cause=reason)
            await _put_back(leased, clock.now() + rules.STOPPED_PAUSE, "stopped", counted=False)
        case SlowDown(until=until):
            await _put_back(leased, until, "slow_down", counted=False)
        case DailyLimit():
            await _put_back(leased, _after_daily_limit(leased), "daily_limit", counted=False)
        case Unknown(cause=cause):
            await _try_again(leased, cause or "unknown")


def _after_daily_limit(leased: Leased) -> datetime:
    if leased.priority == 0:
        return clock.now() + timedelta(minutes=5)
    return rules.after_midnight(clock.now(), random.random())  # noqa: S311 - spreads load, no secret


async def _try_again(leased: Leased, error: str) -> None:
    if rules.gives_up(leased.priority, leased.not_before, clock.now()):
        await _set_state(leased, "parked", error=error)
        return
    wait = rules.wait_after(leased.attempts, leased.priority, random.uniform(-1, 1))  # noqa: S311 - spreads load
    await _put_back(leased, clock.now() + max(wait, rules.UNKNOWN_PAUSE), error)


async def _put_back(leased: Leased, until: datetime, error: str, *, counted: bool = True) -> None:
    """Wait until the time; a try that isn't counted leaves the number of tries as it was."""
    attempts = leased.attempts if counted else leased.attempts - 1
    await fetch(
        """UPDATE message SET state = 'pending', leased_until = NULL, next_attempt_at = $3, last_error = $4,
            attempts = $5, updated_at = $6 WHERE id = $1 AND state = 'sending' AND attempts = $2""",
        leased.id,
        leased.attempts,
        until,
        error,
        attempts,
        clock.now(),
    )


async def _finish(leased: Leased, state: str, *, sender_id: str | None = None, error: str | None = None) -> None:
    """Store the end of a message together with the event of one that did not arrive."""
    async with transaction():
        if await _set_state(leased, state, sender_id=sender_id, error=error):
            _record_failure(leased, state)


async def _set_state(leased: Leased, state: str, *, sender_id: str | None = None, error: str | None = None) -> bool:
    """Store a state, unless the lease ran out and another worker has taken the row."""
    now = clock.now()
    rows = await fetch(
        """UPDATE message SET state = $3, leased_until = NULL, next_attempt_at = NULL, sender_id = $4, last_error = $5,
            accepted_at = CASE WHEN $4::text IS NULL THEN accepted_at ELSE $6 END, finished_at = $7, updated_at = $6,
            personalisation = CASE WHEN $8 THEN NULL ELSE personalisation END,
            version = version + 1 WHERE id = $1 AND state = 'sending' AND attempts = $2 RETURNING id""",
        leased.id,
        leased.attempts,
        state,
        sender_id,
        error,
        now,
        now if state in rules.FINAL else None,
        state != "parked" and leased.message_id in OPENING_DOORS,
    )
    return bool(rows)


def _record_failure(leased: Leased, state: str) -> None:
    kinds: Mapping[str, tuple[Any, ...]] = {
        "bounced": (EmailBounced, EmailAddressBlocked),
        "undelivered": (EmailUndelivered,),
        "failed": (EmailFailed,),
    }
    for kind in kinds.get(state, ()):
        record(kind(leased.about, leased.message_id, address_hash(leased.recipient)), SYSTEM)


def address_hash(address: str) -> str:
    """Return a keyed hash of an address, the same for any spelling in capitals."""
    return hmac.new(settings().secret(), b"address:" + address.casefold().encode(), hashlib.sha256).hexdigest()


def _log_error(message: str, **fields: str) -> None:
    log.error(message, extra={"fields": {"message": message, **fields}})
