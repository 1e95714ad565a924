"""Events of mail that did not arrive: which message, about whom, and a keyed hash of the address (NOT section 9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from app.events.record import Event, catalogued

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class _MailEvent(Event):
    message_id: str
    recipient_hash: str


@catalogued
@dataclass(frozen=True)
class EmailBounced(_MailEvent):
    """The address does not work."""

    kind = "email_bounced"

    def sentence(self) -> str:
        """Say that it did not arrive."""
        return "An email could not be delivered: the address does not work"


@catalogued
@dataclass(frozen=True)
class EmailAddressBlocked(_MailEvent):
    """Nothing more is sent there (NOT-2.8)."""

    kind = "email_address_blocked"

    def sentence(self) -> str:
        """Say what follows."""
        return "No more emails are sent to an address that does not work"


@catalogued
@dataclass(frozen=True)
class EmailUndelivered(_MailEvent):
    """A temporary or technical failure after all tries."""

    kind = "email_undelivered"

    def sentence(self) -> str:
        """Say that it did not arrive."""
        return "An email could not be delivered"


@catalogued
@dataclass(frozen=True)
class SenderStopped(Event):
    """Whoever sends mail refuses our key: nothing is sent until it works again (NOT-2.4)."""

    kind = "sender_stopped"
    reason: str

    def sentence(self) -> str:
        """Say that no mail leaves."""
        return "Emails stopped: the sender refuses our key"


@catalogued
@dataclass(frozen=True)
class SenderRestarted(Event):
    """Mail leaves again."""

    kind = "sender_restarted"

    def sentence(self) -> str:
        """Say that mail leaves again."""
        return "Emails are sent again"


@catalogued
@dataclass(frozen=True)
class ReminderRunSent(Event):
    """A run of reminders has ended (ADM-16.1)."""

    kind = "reminder_run_sent"
    reminder: str
    sent: int

    def sentence(self) -> str:
        """Say how many went."""
        return f"Reminder {self.reminder} went to {self.sent} schools"


@dataclass(frozen=True)
class _ReminderRunEvent(Event):
    reminder: str
    planned_on: date


@catalogued
@dataclass(frozen=True)
class ReminderRunPostponed(_ReminderRunEvent):
    """Staff put a run off to another day (ADM-10.4)."""

    kind = "reminder_run_postponed"
    was: date
    until: date

    def sentence(self) -> str:
        """Say to which day."""
        return f"Reminder {self.reminder} put off to {self.until.day} {self.until:%B %Y}"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the day before and after."""
        return {"runs_on": (self.was, self.until)}


@catalogued
@dataclass(frozen=True)
class ReminderRunCancelled(_ReminderRunEvent):
    """Staff took a run away: it never goes (ADM-10.4)."""

    kind = "reminder_run_cancelled"

    def sentence(self) -> str:
        """Say which."""
        return f"Reminder {self.reminder} planned for {self.planned_on.day} {self.planned_on:%B %Y} cancelled"


@catalogued
@dataclass(frozen=True)
class EmailFailed(_MailEvent):
    """Refused for good, for a reason on our side."""

    kind = "email_failed"

    def sentence(self) -> str:
        """Say that it was not sent."""
        return "An email could not be sent"


@dataclass(frozen=True)
class _OutboxEvent(Event):
    """Staff did something about a parked or sent item; `what` is its kind, never its recipient (ADM-14.2)."""

    what: str


@catalogued
@dataclass(frozen=True)
class OutboxItemRetried(_OutboxEvent):
    """Staff had a mail or a job tried again (ADM-14.3, ADM-3.2)."""

    kind = "outbox_item_retried"

    def sentence(self) -> str:
        """Say what is tried again."""
        return f"Tried again: {self.what}"


@catalogued
@dataclass(frozen=True)
class OutboxItemDiscarded(_OutboxEvent):
    """Staff gave up a mail or a job (ADM-14.3)."""

    kind = "outbox_item_discarded"

    def sentence(self) -> str:
        """Say what was given up."""
        return f"Given up: {self.what}"
