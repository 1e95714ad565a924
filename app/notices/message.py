"""What an email is: its id, its text, its priority and its fields."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar


class Priority(IntEnum):
    """Which mail goes first when there is a queue (NOT-1.5)."""

    SIGN_IN = 0
    ONE_TO_ONE = 1
    SUMMARY = 2


@dataclass(frozen=True)
class Message:
    """One kind of email. A subclass names its id, its text under templates/emails, and its fields."""

    id: ClassVar[str]
    text: ClassVar[str]
    priority: ClassVar[Priority] = Priority.ONE_TO_ONE
    opens_doors: ClassVar[bool] = False
    """It carries a link or code that lets somebody in: what it said is erased as soon as it has left (NOT-1.6)."""


TEXTS: dict[str, type[Message]] = {}
"""Every kind of email by the name of its text."""


def listed(message: type[Message]) -> type[Message]:
    """Enter a kind of email in the catalogue; what is not in it can't be queued."""
    if message.text in TEXTS:
        raise TypeError(f"{message.__name__}: its text is taken")
    TEXTS[message.text] = message
    return message
