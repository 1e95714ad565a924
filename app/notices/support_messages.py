"""Emails of support: to who wrote, and to the team (notifications, section 4)."""

from __future__ import annotations

from dataclasses import dataclass

from app.notices.catalogue import Message, listed
from app.notices.kinds import DisplayName, PlainDate, QuerySubject, QueryText, SchoolName, SchoolURN, Sender


@listed
@dataclass(frozen=True)
class SupportQueryReceived(Message):
    """To the person who wrote to support."""

    id = "M-60"
    text = "M-60"
    name: DisplayName
    topic: QuerySubject
    message: QueryText
    sent_on: PlainDate


@listed
@dataclass(frozen=True)
class SupportQueryForTeam(Message):
    """To the mailbox of the support team."""

    id = "M-84"
    text = "M-84"
    sender: Sender
    school: SchoolName
    urn: SchoolURN
    topic: QuerySubject
    message: QueryText
    page: QuerySubject
