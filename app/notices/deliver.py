"""Delivering the outbox: lease a row, send outside any transaction, store what came of it (NOT-1.4, NOT-2)."""

from __future__ import annotations

import json
import logging
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import msgspec

from app import clock
from app.db.engine import fetch, fetch_one
from app.notices import rules
from app.notices.outbox import Content
from app.notices.recipients import is_blocked
from app.notices.rendering import render
from app.notices.results import COLUMNS, End, OutboxRow, finish, note_receipt, store_outcome
from app.notices.sender import Accepted, Mail, Receipt, Rejected, Sent, Stop, Unknown
from app.notices.stopped_sender import may_send, note_answer
from app.notices.wording import fields_in_words, typed_fields
from app.policy import Policy
from app.settings import settings

if TYPE_CHECKING:
    from uuid import UUID

    from app.notices.sender import MailSender, Outcome

log = logging.getLogger("register.mail")

DUE = """(state = 'pending' AND coalesce(next_attempt_at, not_before) <= $1
    OR state = 'pending' AND next_attempt_at IS NULL AND not_before = created_at
    OR state = 'sending' AND leased_until < $2)"""
"""$1 the service clock, $2 the machine's. What was queued for at once is due whatever its date."""


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
    if not await may_send():
        return None
    leased = await _lease(message)
    if leased is None:
        return None
    with _time_of(leased):
        if leased.expires_at is not None and leased.expires_at <= clock.now():
            await finish(leased, End("expired"))
            return None
        if await is_blocked(leased.recipient):
            await finish(leased, End("suppressed"))
            return None
        outcome = await _hand_over(leased, sender)
        await store_outcome(leased, outcome)
        await note_answer(outcome)
    return outcome


async def ask_what_became(sender: MailSender) -> int:
    """Ask about mail without a receipt, at the times that the sender names; returns how many answers were news."""
    news = 0
    for row in await _without_receipt(sender):
        await fetch("UPDATE message SET asked_at = $2 WHERE id = $1", row["id"], clock.now())
        found = await sender.state(row["sender_id"])
        if isinstance(found, Stop):
            break
        news += isinstance(found, Sent) and await note_receipt(Receipt(row["id"], found.id, found.delivery))
    return news


async def _without_receipt(sender: MailSender) -> list[dict[str, Any]]:
    """Return the rows whose next time to be asked about has come since they were asked about last (NOT-2.7)."""
    rows = await fetch(
        """SELECT id, sender_id FROM message m WHERE state = 'accepted' AND sender_id IS NOT NULL AND EXISTS (
            SELECT FROM unnest($2::interval[]) AS wait WHERE m.accepted_at + wait <= $1
                AND (m.asked_at IS NULL OR m.asked_at < m.accepted_at + wait)) ORDER BY accepted_at, id""",
        clock.now(),
        list(sender.asks_after),
    )
    return [dict(row) for row in rows]


async def _lease(message: UUID) -> OutboxRow | None:
    now, machine = clock.now(), clock.machine_now()
    row = await fetch_one(
        f"""UPDATE message SET state = 'sending', leased_until = $3, attempts = attempts + 1, updated_at = $1
        WHERE id = (SELECT id FROM message WHERE id = $4 AND {DUE} FOR UPDATE SKIP LOCKED)
        RETURNING {COLUMNS}""",  # noqa: S608 - constant
        now,
        machine,
        machine + rules.LEASE,
        message,
    )
    return OutboxRow(**dict(row)) if row else None


def _time_of(leased: OutboxRow) -> AbstractContextManager[None]:
    """Run the first try at the time of the request that queued it, outside production (contract, section 3)."""
    first = leased.not_before == leased.created_at and leased.attempts == 1 and leased.last_error is None
    return clock.at(leased.not_before) if first and not settings().production else nullcontext()


async def _hand_over(leased: OutboxRow, sender: MailSender) -> Outcome:
    if leased.attempts > 1:
        # An earlier try may have arrived without our hearing of it: never send twice (NOT-2.6).
        found = await sender.find(leased.id)
        if isinstance(found, Sent):
            return Accepted(found.id, found.delivery)
        if isinstance(found, Unknown | Stop):
            return found
    try:
        mail = await _mail(leased)
    except Exception as fault:  # noqa: BLE001 - a message that can't be written must not stop the others
        fields = {"message": "message could not be written", "email": leased.message_id, "cause": type(fault).__name__}
        log.error(fields["message"], extra={"fields": fields})  # noqa: TRY400 - its text may quote what mail says
        return Rejected("template")
    return await sender.send(mail)


async def _mail(leased: OutboxRow) -> Mail:
    content = msgspec.json.decode(leased.personalisation or "", type=Content)
    rendered = render(content, await _support_email())
    message, base_url = content.message(), settings().base_url.rstrip("/")
    opt_out = getattr(message, "opt_out", "")
    return Mail(
        reference=leased.id,
        message_id=leased.message_id,
        to=leased.recipient,
        subject=rendered.subject,
        body=rendered.body,
        school_id=leased.school_id,
        text=content.text,
        markdown=rendered.markdown,
        fields=fields_in_words(message, base_url),
        typed=typed_fields(type(message)),
        unsubscribe=f"{base_url}{opt_out}" if opt_out else "",
    )


async def _support_email() -> str:
    row = await fetch_one("SELECT value FROM service_setting WHERE key = 'support_email'")
    return Policy.from_rows({"support_email": json.loads(row["value"])} if row else {}).support_email
