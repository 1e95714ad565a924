"""What staff do about single emails: try a parked one again, give it up, send one once more (ADM-14.3, ADM-3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.events.record import About, record
from app.notices.events import OutboxItemDiscarded, OutboxItemRetried, SenderRestarted
from app.notices.outbox import Mail, defer_delivery, note_mail
from app.notices.recipients import is_blocked
from app.terms import Refused

if TYPE_CHECKING:
    from app.terms import Actor

GONE = "This is not parked any more"
ERASED = "What it said has been erased"
SUBJECTS = "school_id, teacher_id, ect_at_school_period_id, mentor_at_school_period_id"


@dataclass(frozen=True)
class RetryMail:
    """A parked or failed mail to be tried again."""

    id: UUID


@dataclass(frozen=True)
class DiscardMail:
    """A parked or failed mail that is given up."""

    id: UUID


@dataclass(frozen=True)
class SendOnceMore:
    """A mail to be sent to the same address again."""

    id: UUID


async def retry_mail(command: RetryMail, actor: Actor) -> None:
    """Put a parked or failed mail back into the outbox; raises Refused `gone`, or `erased` (ADM-14.3)."""
    async with transaction():
        row = await _parked(
            "state = 'pending', not_before = $2, next_attempt_at = NULL, attempts = 0, finished_at = NULL", command.id
        )
        if row["personalisation"] is None:
            raise Refused("erased", "note", ERASED)
        await defer_delivery(row["id"], row["priority"])
        note_mail(Mail(row["message_id"], f"somebody at {row['domain']}"))
        record(OutboxItemRetried(_about(row), row["message_id"]), actor)


async def discard_mail(command: DiscardMail, actor: Actor) -> None:
    """Give a parked or failed mail up, and erase what it says; raises Refused `gone` (ADM-14.3)."""
    async with transaction():
        row = await _parked("state = 'cancelled', finished_at = $2, personalisation = NULL", command.id)
        record(OutboxItemDiscarded(_about(row), row["message_id"]), actor)


async def send_once_more(command: SendOnceMore, actor: Actor) -> None:
    """Send a mail to its address again; raises Refused when its words are erased or nothing arrives there (ADM-3.2)."""
    async with transaction():
        row = await fetch_one("SELECT * FROM message WHERE id = $1 FOR UPDATE", command.id)
        if row is None or (why := why_not_again(dict(row))):
            raise Refused("gone", "note", why if row else GONE)
        if await is_blocked(row["recipient"]):
            raise Refused("blocked", "note", "Mail to this address does not arrive. Correct the address first")
        made = await fetch_one(
            f"""INSERT INTO message (id, created_at, updated_at, message_id, priority, recipient, personalisation,
                dedupe_key, not_before, expires_at, state, attempts, earlier_failures, version, user_id, {SUBJECTS})
            SELECT gen_random_uuid(), $2, $2, message_id, priority, recipient, personalisation,
                dedupe_key || ':again ' || gen_random_uuid(), $2, expires_at, 'pending', 0, 0, 1, user_id, {SUBJECTS}
            FROM message WHERE id = $1 RETURNING *""",  # noqa: S608 - constant
            command.id,
            clock.now(),
        )
        if made is None:
            raise LookupError("inserting always returns a row")
        await defer_delivery(made["id"], made["priority"])
        note_mail(Mail(made["message_id"], made["recipient"]))
        record(OutboxItemRetried(_about(made), made["message_id"]), actor)


def why_not_again(row: dict[str, Any]) -> str:
    """Return why a mail can't be sent once more; nothing when it can."""
    if row["state"] in {"pending", "sending", "parked"}:
        return "It is still to be sent"
    if row["personalisation"] is None:
        return ERASED
    if row["expires_at"] is not None and row["expires_at"] <= clock.now():
        return "Its time is over"
    return ""


async def restart_sender(actor: Actor) -> None:
    """Let mail be tried again at once; the next refusal stops it anew. Raises Refused `gone` (ADM-14.3)."""
    async with transaction():
        rows = await fetch(
            "UPDATE sender_stop SET restarted_at = $1, updated_at = $1 WHERE restarted_at IS NULL RETURNING id",
            clock.now(),
        )
        if not rows:
            raise Refused("gone", "note", "The sender works already")
        record(SenderRestarted(About()), actor)


async def _parked(changes: str, message: UUID) -> Any:
    row = await fetch_one(
        f"""UPDATE message SET {changes}, updated_at = $2, version = version + 1
        WHERE id = $1 AND state IN ('parked', 'failed')
        RETURNING id, message_id, priority, personalisation, split_part(recipient, '@', 2) AS domain, {SUBJECTS}""",  # noqa: S608 - constant
        message,
        clock.now(),
    )
    if row is None:
        raise Refused("gone", "note", GONE)
    return row


def _about(row: Any) -> About:
    return About(**{name: row[name] for name in SUBJECTS.split(", ")})
