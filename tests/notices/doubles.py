"""The recording sender (NOT-2.1): answers what a test says and remembers what it was given."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from app.notices.sender import Accepted, Delivery, Finding, Mail, NotSent, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID


class RecordingSender:
    """Gives one outcome after another, the last one for ever."""

    asks_after = (timedelta(hours=1), timedelta(hours=24), timedelta(hours=72))

    def __init__(self, *outcomes: Outcome, finding: Finding | None = None) -> None:
        self.outcomes: Sequence[Outcome] = outcomes or (Accepted("1", Delivery.DELIVERED),)
        self.finding = finding or NotSent()
        self.mails: list[Mail] = []
        self.looked_up: list[UUID] = []
        self.asked: list[str] = []

    async def send(self, mail: Mail) -> Outcome:
        """Remember the mail and give the next outcome."""
        self.mails.append(mail)
        return self.outcomes[min(len(self.mails), len(self.outcomes)) - 1]

    async def find(self, reference: UUID) -> Finding:
        """Remember the question and give the finding."""
        self.looked_up.append(reference)
        return self.finding

    async def state(self, sender_id: str) -> Finding:
        """Remember the question and give the finding."""
        self.asked.append(sender_id)
        return self.finding
