"""Emails about getting in: asking for access, signing in, one's own address (notifications, section 4)."""

from __future__ import annotations

from dataclasses import dataclass

from app.notices.catalogue import Message, Priority, listed
from app.notices.kinds import Code, DisplayName, PlainDate, PlainTime, SchoolName, ServiceLink


@listed
@dataclass(frozen=True)
class FurtherUser(Message):
    """To the school: one more person can use the service for it."""

    id = "M-49"
    text = "M-49"
    user_name: DisplayName
    school: SchoolName
    on: PlainDate
    link: ServiceLink


@listed
@dataclass(frozen=True)
class AccessAskedFor(Message):
    """To a school's address in the national register, when nobody has access yet."""

    id = "M-70"
    text = "M-70"
    opens_doors = True
    school: SchoolName
    link: ServiceLink
    expires_on: PlainDate


@listed
@dataclass(frozen=True)
class FurtherAccessAskedFor(Message):
    """To a school's address in the national register, when somebody has access already."""

    id = "M-71"
    text = "M-71"
    opens_doors = True
    school: SchoolName
    link: ServiceLink
    expires_on: PlainDate


@listed
@dataclass(frozen=True)
class AccessGiven(Message):
    """To a new user."""

    id = "M-72"
    text = "M-72"
    name: DisplayName
    school: SchoolName


@listed
@dataclass(frozen=True)
class SignInLink(Message):
    """To a user who asks to sign in; the code is empty while codes are switched off for them."""

    id = "M-74"
    text = "M-74"
    priority = Priority.SIGN_IN
    opens_doors = True
    link: ServiceLink
    code: Code
    expires_at: PlainTime


@listed
@dataclass(frozen=True)
class AddressNotKnown(Message):
    """To an address that asks to sign in and has no access by email."""

    id = "M-75"
    text = "M-75"
    priority = Priority.SIGN_IN
    asked_at: PlainTime


@listed
@dataclass(frozen=True)
class ConfirmNewAddress(Message):
    """To the new address of a user."""

    id = "M-76"
    text = "M-76"
    priority = Priority.SIGN_IN
    opens_doors = True
    name: DisplayName
    link: ServiceLink
    expires_at: PlainTime


@listed
@dataclass(frozen=True)
class AddressChanged(Message):
    """To the former address of a user."""

    id = "M-77"
    text = "M-77"
    name: DisplayName
    on: PlainDate
