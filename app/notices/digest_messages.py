"""Digests of what is open and what is new, for users who chose them (NOT-6.2, NOT-6.3)."""

from __future__ import annotations

from dataclasses import dataclass

from app.notices.catalogue import Message, Priority, listed
from app.notices.kinds import Count, NoticeLines, SchoolName, ServiceLink


@dataclass(frozen=True)
class _Digest(Message):
    priority = Priority.SUMMARY
    school: SchoolName
    to_do: Count
    oldest_days: Count
    notices: NoticeLines
    more: Count
    link: ServiceLink


@listed
@dataclass(frozen=True)
class Digest(_Digest):
    """To a user who wants to be told every week or every working day."""

    id = "M-50"
    text = "M-50"


@listed
@dataclass(frozen=True)
class NoticeAtOnce(_Digest):
    """To a user who wants to be told when something happens."""

    id = "M-51"
    text = "M-51"
