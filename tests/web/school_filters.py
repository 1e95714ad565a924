"""Takes the application's own school filters out of the statements of a school's pages, to see what holds without them.

What is tested is then the wall in the database (ACC-14.6), or, with the wall taken away too, the tests themselves.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.db.engine import engine
from app.db.sight import SCHOOL_ROLE, SERVICE, Sight, in_force
from app.db.transaction import Held

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.db.engine import Connection

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
class Opened:
    """A test's connection whose pages of schools ask without their filters; everything else goes through as it is."""

    real: Connection
    wall: bool = True
    """Whether the database still hides other schools' rows."""
    mutant: tuple[str, int] | None = None
    """The one filter to take out, by statement and number; None for all."""
    asked: set[str] = field(default_factory=set)
    opened: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    async def fetch(self, query: str, *args: Any, timeout: float | None = None) -> Any:  # noqa: ASYNC109 - as it is asked
        """Ask for something, more than was meant."""
        return await self.real.fetch(self._changed(query), *args, timeout=timeout)

    async def see_as(self, sight: Sight) -> None:
        """Read with a sight, or with the service's where there is no wall."""
        await self.real.see_as(SERVICE if sight.role == SCHOOL_ROLE and not self.wall else sight)

    def _changed(self, query: str) -> str:
        if in_force.get().role != SCHOOL_ROLE or not query.lstrip().startswith(("SELECT", "WITH")):
            return query
        self.asked.add(query)
        if self.mutant is not None and self.mutant[0] != query:
            return query
        changed = without(query, None if self.mutant is None else self.mutant[1])
        self.opened += changed != query
        return changed


@contextmanager
def opened_filters(*, wall: bool = True, mutant: tuple[str, int] | None = None) -> Iterator[Opened]:
    """Take the filters out of what pages of schools ask, inside a test's transaction."""
    held = engine.current_transaction.get()
    if held is None:
        raise RuntimeError("this is only done inside a test's transaction")
    opened = Opened(held.connection, wall, mutant)  # type: ignore[arg-type]
    token = engine.current_transaction.set(Held(opened))  # type: ignore[arg-type]
    try:
        yield opened
    finally:
        engine.current_transaction.reset(token)
