"""Takes the application's own school filters out of the statements of a school's pages, to see what holds without them.

What is tested is then the wall in the database (ACC-14.6), or, with the wall taken away too, the tests themselves.
"""

from __future__ import annotations

import json
import re
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import asyncpg

from app.db.engine import engine, fetch
from app.db.sight import SCHOOL_ROLE, SERVICE, Sight, in_force, seen_by
from app.db.transaction import Held

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from app.db.engine import Connection

FILTER = re.compile(r"(?:\b\w+\.)?\bschool_id = (?:(\$\d+)|ANY\((\$\d+)\))(?! AS\b)")
"""A condition that keeps a statement to the school that asks."""


def without(query: str, number: int | None = None, conditions: re.Pattern[str] = FILTER) -> str:
    """Return a statement without its school filters, or without one of them, counted from 0.

    conditions: what else to take out, with the places of one value or several as its groups. What was compared is
    still used, so that the statement takes the same values.
    """
    place = -1

    def open_to_all(found: re.Match[str]) -> str:
        nonlocal place
        place += 1
        if number is not None and place != number:
            return found.group(0)
        one, several = found.groups()
        return f"{one}::bigint IS NOT NULL" if one else f"{several}::bigint[] IS NOT NULL"

    return conditions.sub(open_to_all, query)


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
        if not is_of_a_page(query):
            return query
        self.asked.add(query)
        if self.mutant is not None and self.mutant[0] != query:
            return query
        changed = without(query, None if self.mutant is None else self.mutant[1])
        self.opened += changed != query
        return changed


@dataclass(frozen=True)
class Statement:
    """What a page of a school asked, of what, for whom."""

    query: str
    args: tuple[Any, ...]
    sight: Sight

    def with_more_ids(self, ids: Sequence[int]) -> Statement:
        """Return the statement asked of more rows than the page named, where it names rows by a list of ids."""
        schools = {int(place[1:]) for found in FILTER.findall(self.query) for place in found if place}
        more = (
            [*arg, *ids] if isinstance(arg, list) and number not in schools and _are_ids(arg) else arg
            for number, arg in enumerate(self.args, 1)
        )
        return Statement(self.query, tuple(more), self.sight)

    async def reads_beyond(self, number: int | None = None) -> bool:
        """Tell whether it reads something else when the database hides nothing; number: without that filter."""
        query = self.query if number is None else without(self.query, number)
        with seen_by(self.sight):
            walled = await _rows(query, self.args)
        with seen_by(SERVICE):
            return await _rows(query, self.args) != walled


def _are_ids(values: list[Any]) -> bool:
    return all(isinstance(value, int) for value in values)


async def _rows(query: str, args: tuple[Any, ...]) -> list[str] | None:
    """Return the rows in an order of their own; None where one was expected and several came."""
    connection = _held().connection
    try:
        async with connection.transaction():
            return sorted(repr([_sorted(value) for value in row.values()]) for row in await fetch(query, *args))
    except asyncpg.CardinalityViolationError:
        connection.forget_sight()
        return None


def _sorted(value: Any) -> Any:
    """Return a value with every list of its document in an order of its own."""
    if isinstance(value, str) and value[:1] in {"{", "["}:
        with suppress(ValueError):
            return _sorted(json.loads(value))
    if isinstance(value, list):
        return sorted((_sorted(one) for one in value), key=repr)
    return {name: _sorted(one) for name, one in value.items()} if isinstance(value, dict) else value


@dataclass
class Watched:
    """A test's connection that keeps what pages of schools ask."""

    real: Connection
    asked: dict[str, Statement] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    async def fetch(self, query: str, *args: Any, timeout: float | None = None) -> Any:  # noqa: ASYNC109 - as it is asked
        """Ask, and keep what was asked."""
        if is_of_a_page(query):
            self.asked[f"{query} {args} {in_force.get()}"] = Statement(query, args, in_force.get())
        return await self.real.fetch(query, *args, timeout=timeout)


def is_of_a_page(query: str) -> bool:
    """Tell whether a statement reads for a page of a school."""
    return in_force.get().role == SCHOOL_ROLE and query.lstrip().startswith(("SELECT", "WITH"))


@contextmanager
def watched() -> Iterator[Watched]:
    """Keep every statement that pages of schools ask, inside a test's transaction."""
    watching = Watched(_held().connection)
    token = engine.current_transaction.set(Held(watching))  # type: ignore[arg-type]
    try:
        yield watching
    finally:
        engine.current_transaction.reset(token)


def _held() -> Held:
    held = engine.current_transaction.get()
    if held is None:
        raise RuntimeError("this is only done inside a test's transaction")
    return held  # type: ignore[return-value]


@contextmanager
def opened_filters(*, wall: bool = True, mutant: tuple[str, int] | None = None) -> Iterator[Opened]:
    """Take the filters out of what pages of schools ask, inside a test's transaction."""
    opened = Opened(_held().connection, wall, mutant)
    token = engine.current_transaction.set(Held(opened))  # type: ignore[arg-type]
    try:
        yield opened
    finally:
        engine.current_transaction.reset(token)
