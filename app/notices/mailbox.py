"""The developer mailbox: the sender of machines that must not send real mail (NOT-8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app import clock
from app.db.engine import fetch, fetch_one
from app.notices.sender import Accepted, BadAddress, Delivery, NotSent, Sent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.notices.sender import Finding, Mail, Outcome

KEPT = 500
SLOW = timedelta(minutes=10)
"""So long mail to an address that ends in `+slow` is under way."""
REJECT = "+reject"
DELIVERIES = {
    "+bounce": Delivery.PERMANENT_FAILURE,
    "+later": Delivery.TEMPORARY_FAILURE,
    "+technical": Delivery.TECHNICAL_FAILURE,
    "+slow": Delivery.UNDER_WAY,
}
"""What becomes of mail by how the local part of the address ends (NOT-8.2)."""

KEPT_MAIL = """SELECT b.id, b.recipient, b.message_id, b.subject, b.body, b.at, m.state,
    s.urn AS school_urn, s.name AS school_name
    FROM mailbox_message b LEFT JOIN message m ON m.id = b.reference LEFT JOIN school s ON s.id = b.school_id"""


class DeveloperMailbox:
    """Keeps every email as a row; the same reference twice is one row."""

    asks_after = (SLOW,)

    async def send(self, mail: Mail) -> Outcome:
        """Keep an email; the recipient's address decides what becomes of it."""
        if _ending(mail.to) == REJECT:
            return BadAddress()
        await fetch(
            """INSERT INTO mailbox_message (id, reference, recipient, message_id, school_id, subject, body, at)
            VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7) ON CONFLICT (reference) DO NOTHING""",
            mail.reference,
            mail.to,
            mail.message_id,
            mail.school_id,
            mail.subject,
            mail.body,
            clock.now(),
        )
        return Accepted(str(mail.reference), _delivery(mail.to))

    async def find(self, reference: UUID) -> Finding:
        """Look an email up by its reference."""
        row = await fetch_one("SELECT recipient, at FROM mailbox_message WHERE reference = $1", reference)
        if row is None:
            return NotSent()
        slow, arrived = _ending(row["recipient"]) == "+slow", clock.now() >= row["at"] + SLOW
        return Sent(str(reference), Delivery.DELIVERED if slow and arrived else _delivery(row["recipient"]))

    async def state(self, sender_id: str) -> Finding:
        """Say what became of an email; its id here is its reference."""
        return await self.find(UUID(sender_id))


@dataclass(frozen=True)
class Received:
    """An email in the mailbox."""

    id: UUID
    recipient: str
    message_id: str
    subject: str
    body: str
    at: datetime
    state: str | None
    school_urn: str | None
    school_name: str | None


async def received(*, to: str = "", email_id: str = "", school_urn: str = "") -> list[Received]:
    """Return the last 500 emails, newest first; an empty filter lets everything through (NOT-8.1)."""
    rows = await fetch(
        f"""{KEPT_MAIL} WHERE ($1 = '' OR lower(b.recipient) = lower($1)) AND ($2 = '' OR b.message_id = $2)
        AND ($3 = '' OR s.urn = $3) ORDER BY b.at DESC, b.id LIMIT {KEPT}""",
        to,
        email_id,
        school_urn,
    )
    return [_received(row) for row in rows]


async def received_one(mail: UUID) -> Received | None:
    """Return one email of the mailbox."""
    row = await fetch_one(f"{KEPT_MAIL} WHERE b.id = $1", mail)
    return _received(row) if row else None


async def clear() -> None:
    """Empty the mailbox."""
    await fetch("DELETE FROM mailbox_message")


def _received(row: Mapping[str, Any]) -> Received:
    return Received(**dict(row))


def _ending(address: str) -> str:
    _, plus, ending = address.partition("@")[0].rpartition("+")
    return plus + ending


def _delivery(address: str) -> Delivery:
    return DELIVERIES.get(_ending(address), Delivery.DELIVERED)
