"""The port to whatever sends mail, with the outcomes it may have (EXT-5.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from app.terms import FailureCause

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta
    from uuid import UUID


@dataclass(frozen=True)
class Mail:
    """One email ready to go; the reference is the id of its outbox row.

    text: the name of its text, several of which may share a message id. fields: its fields as a reader sees them,
    for senders with texts of their own; typed: those that somebody typed. markdown: the body for senders that read
    it as Markdown. unsubscribe: the address where one click stops such mail (NOT-5.3).
    """

    reference: UUID
    message_id: str
    to: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    school_id: int | None = None
    text: str = ""
    markdown: str = field(default="", repr=False)
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    typed: tuple[str, ...] = ()
    unsubscribe: str = field(default="", repr=False)


class Delivery(StrEnum):
    """What became of an email that the sender took."""

    UNDER_WAY = "under_way"
    DELIVERED = "delivered"
    PERMANENT_FAILURE = "permanent_failure"
    TEMPORARY_FAILURE = "temporary_failure"
    TECHNICAL_FAILURE = "technical_failure"


@dataclass(frozen=True)
class Accepted:
    """Taken; the id is the sender's own."""

    id: str
    delivery: Delivery = Delivery.UNDER_WAY


@dataclass(frozen=True)
class BadAddress:
    """The address itself was refused."""


@dataclass(frozen=True)
class Rejected:
    """Refused for good; the reason is a class of error, never a text of the sender's."""

    reason: str


@dataclass(frozen=True)
class Stop:
    """Nothing can be sent until somebody acts (keys, service suspended)."""

    reason: str
    cause: FailureCause = FailureCause.MISCONFIGURED


@dataclass(frozen=True)
class SlowDown:
    """Too fast: not before the time given."""

    until: datetime


@dataclass(frozen=True)
class DailyLimit:
    """No more today."""


@dataclass(frozen=True)
class Unknown:
    """Whether it was taken is not known."""

    cause: FailureCause | None = None


@dataclass(frozen=True)
class Sent:
    """Found under its reference."""

    id: str
    delivery: Delivery = Delivery.UNDER_WAY


@dataclass(frozen=True)
class NotSent:
    """The sender knows no such reference."""


@dataclass(frozen=True)
class Receipt:
    """What the sender says, unasked, became of an email; the reference is the id of its outbox row."""

    reference: UUID
    sender_id: str
    delivery: Delivery


Outcome = Accepted | BadAddress | Rejected | Stop | SlowDown | DailyLimit | Unknown
Finding = Sent | NotSent | Stop | Unknown


class MailSender(Protocol):
    """Sends one email at a time; never raises for what the other side does."""

    @property
    def asks_after(self) -> tuple[timedelta, ...]:
        """How long after an email was taken to ask what became of it, while no receipt says so (NOT-2.7)."""

    async def send(self, mail: Mail) -> Outcome:
        """Hand over one email."""

    async def find(self, reference: UUID) -> Finding:
        """Look up whether an email with the reference was taken."""

    async def state(self, sender_id: str) -> Finding:
        """Ask what became of an email by the sender's own id; NotSent when it is no longer kept there."""
