"""Ready-made people for demonstrations and tests (ACC-8.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Persona:
    """One of them; the key is what is posted (REF-6.8)."""

    key: str
    name: str
    email: str
    kind: Literal["school", "staff"]
    purpose: str
    """One line: what to try as this person."""
    school_urns: tuple[str, ...] = ()
    """The schools of a school user; none is a person whose organisation is no school."""
    roles: tuple[str, ...] = ()
    """The roles of a member of staff beside viewer."""
    privacy_accepted: bool = True
    locked: bool = False
    """A locked account is shown but not accepted."""
