"""Email about a teaching record that needs the school (notifications, section 4)."""

from __future__ import annotations

from dataclasses import dataclass

from app.notices.catalogue import Message, listed
from app.notices.kinds import DisplayName, ServiceLink


@listed
@dataclass(frozen=True)
class TeachingRecordChanged(Message):
    """To the school's contact, when a record is gone, exempt or restricted; says nothing of which."""

    id = "M-16"
    text = "M-16"
    name: DisplayName
    link: ServiceLink
