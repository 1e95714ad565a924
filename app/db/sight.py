"""Whose rows the database shows: the second wall between schools (ACC-14.6).

A page of a school reads as a role that sees that school's rows alone. Everything else (jobs, commands, operations)
reads and writes as a role that sees every row but owns none. Reading beyond the school on one of its pages goes
through `across_schools`, and nowhere else.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICE_ROLE, SCHOOL_ROLE = "register_service", "register_school"
SCHOOL_SETTING = "register.school"
"""The setting of a connection that the policies compare with: the id of the school that reads."""


@dataclass(frozen=True)
class Sight:
    """A role of the database, and the id of the school whose rows it sees where it sees only those.

    An empty role is whoever DATABASE_URL names: the owner of the tables.
    """

    role: str
    school: str = ""


OWNER = Sight("")
SERVICE = Sight(SERVICE_ROLE)
in_force: ContextVar[Sight] = ContextVar("sight", default=SERVICE)


def of_school(school_id: int) -> Sight:
    """Return the sight of one school, by its internal id."""
    return Sight(SCHOOL_ROLE, str(school_id))


@contextmanager
def seen_by(sight: Sight) -> Iterator[None]:
    """Read with another sight for the body."""
    token = in_force.set(sight)
    try:
        yield
    finally:
        in_force.reset(token)


@contextmanager
def across_schools(rule: str) -> Iterator[None]:
    """Read beyond the current school for the body, as a rule asks for (ACC-14.6).

    rule: its id; the architecture tests hold every use to the list in docs/security.md.
    """
    if not rule:
        raise ValueError("reading across schools needs the rule that asks for it")
    with seen_by(SERVICE):
        yield
