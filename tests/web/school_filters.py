"""Takes the application's own school filters out of the statements of a school's pages, to see what holds without them.

What is tested is then the wall in the database (ACC-14.6), or, with the wall taken away too, the tests themselves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import asyncpg

from app.db.engine import Connection
from app.db.sight import SCHOOL_ROLE, SERVICE, Sight, in_force

if TYPE_CHECKING:
    import pytest

FILTER = re.compile(r"(?:\b\w+\.)?\bschool_id = (?:(\$\d+)|ANY\((\$\d+)\))(?! AS\b)")
"""A condition that keeps a statement to the school that asks."""


def without(query: str, number: int | None = None) -> str:
    """Return a statement without its school filters, or without one of them, counted from 0.

    What was compared is still used, so that the statement takes the same values.
    """
    place = -1

    def open_to_all(found: re.Match[str]) -> str:
        nonlocal place
        place += 1
        if number is not None and place != number:
            return found.group(0)
        one, several = found.groups()
        return f"{one}::bigint IS NOT NULL" if one else f"{several}::bigint[] IS NOT NULL"

    return FILTER.sub(open_to_all, query)


@dataclass
class Statements:
    """The statements that pages of schools read with: what was asked, and how often a filter was taken out."""

    asked: set[str] = field(default_factory=set)
    opened: int = 0
    mutant: tuple[str, int] | None = None
    """The one filter to take out, by statement and number; None for all."""

    def changed(self, query: str) -> str:
        """Return what to ask instead."""
        if in_force.get().role != SCHOOL_ROLE or not query.lstrip().startswith(("SELECT", "WITH")):
            return query
        self.asked.add(query)
        if self.mutant is None or self.mutant[0] == query:
            opened = without(query, None if self.mutant is None else self.mutant[1])
            self.opened += opened != query
            return opened
        return query


def open_filters(patch: pytest.MonkeyPatch, mutant: tuple[str, int] | None = None) -> Statements:
    """Take the filters out of what pages of schools ask; returns what was asked."""
    statements = Statements(mutant=mutant)
    send = asyncpg.Connection.fetch

    async def fetch(self: Any, query: str, *args: Any, **options: Any) -> Any:
        return await send(self, statements.changed(query), *args, **options)

    patch.setattr(Connection, "fetch", fetch)
    return statements


def take_down_wall(patch: pytest.MonkeyPatch) -> None:
    """Let every page see every school, so that only the application's own filters stand."""
    see_as = Connection.see_as

    async def see_everything(self: Connection, sight: Sight) -> None:
        await see_as(self, SERVICE if sight.role == SCHOOL_ROLE else sight)

    patch.setattr(Connection, "see_as", see_everything)
