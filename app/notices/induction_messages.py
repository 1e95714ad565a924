"""The daily summary of what appropriate bodies recorded (notifications, section 4)."""

from __future__ import annotations

from dataclasses import dataclass

from app.notices.catalogue import Message, Priority, listed
from app.notices.kinds import InductionLines, ServiceLink


@listed
@dataclass(frozen=True)
class InductionsRecorded(Message):
    """To the school, once for a day: whose induction was recorded, passed or failed, each with the body."""

    id = "M-14"
    text = "M-14"
    priority = Priority.SUMMARY
    recorded: InductionLines
    link: ServiceLink
