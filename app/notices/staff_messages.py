"""Emails to staff about their accounts (notifications, section 4)."""

from __future__ import annotations

from dataclasses import dataclass

from app.notices.catalogue import Message, Priority, listed
from app.notices.kinds import Code, DisplayName, PlainDate, PlainTime


@listed
@dataclass(frozen=True)
class StaffCode(Message):
    """To a member of staff who wants to sign in."""

    id = "M-78"
    text = "M-78"
    priority = Priority.SIGN_IN
    opens_doors = True
    code: Code
    expires_at: PlainTime


@listed
@dataclass(frozen=True)
class StaffAccountLocked(Message):
    """To a member of staff whose account takes no codes any more."""

    id = "M-79"
    text = "M-79"
    name: DisplayName


@listed
@dataclass(frozen=True)
class ManagerNamed(Message):
    """To every manager: somebody was given the role."""

    id = "M-80"
    text = "M-80"
    name: DisplayName
    given_by: DisplayName


@listed
@dataclass(frozen=True)
class StaffAccountUnused(Message):
    """To a member of staff who has not signed in for long; on the day named their account is deactivated."""

    id = "M-81"
    text = "M-81"
    name: DisplayName
    on: PlainDate
