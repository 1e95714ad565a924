"""The one way to open a transaction; nested calls are savepoints (design, section 5)."""

from __future__ import annotations

from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import asyncpg

from app import clock, spans
from app.db.engine import LOST, DatabaseUnavailable, connection, engine, fetch, turn
from app.db.pool import is_lost
from app.db.refusals import refusal_of
from app.db.sight import SERVICE, seen_by

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from datetime import datetime

LONGEST_SECONDS = 900
"""How long settling may take after an import that moved thousands of schools."""
Isolation = Literal["read_committed", "repeatable_read", "serializable"]


class Chained(NamedTuple):
    """An event's canonical JSON, in the two pieces between which its number belongs (SEC-33)."""

    before_number: str
    after_number: str


@dataclass
class Unit:
    """What one outermost transaction collects until just before it commits."""

    collected: list[Any] = field(default_factory=list)
    as_events: Callable[[list[Any]], list[Chained]] = field(default=lambda _: [])
    """Says what was collected as the events to write."""
    before_commit: list[Callable[[list[Any]], Awaitable[None]]] = field(default_factory=list)
    """What is done after the last statement, while whoever writes waits for COMMIT: nothing, but for tests of that."""
    after_commit: list[Callable[[], None]] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    """What this transaction has locked by name, so that nothing is locked twice."""


@dataclass(frozen=True)
class Held:
    """The connection of the transaction in force, as Piccolo looks for it."""

    connection: Any


_unit: ContextVar[Unit | None] = ContextVar("unit", default=None)


def current_unit() -> Unit:
    """Return the unit of the transaction in force; raises RuntimeError outside one."""
    unit = _unit.get()
    if unit is None:
        raise RuntimeError("this is only done inside a transaction")
    return unit


@asynccontextmanager
async def transaction(isolation: Isolation | None = None) -> AsyncIterator[None]:
    """Open a transaction, or a savepoint inside the one in force.

    Deferred constraints are checked at the end of the body, so they fail here and not at COMMIT; what
    the database refuses becomes the Refused of the rule it guards (DM-02). Then what lead providers are
    shown is settled, and what was collected is written as the last act before COMMIT; what a rolled-back
    savepoint collected is dropped.

    An operation sees every school, whoever asked for it: its rules reach across (ACC-14.6).
    """
    if _unit.get() is None:
        with seen_by(SERVICE), spans.operation():
            async with _outermost(isolation):
                yield
    else:
        with spans.operation():
            async with _savepoint(current_unit()):
                yield


@asynccontextmanager
async def _outermost(isolation: Isolation | None) -> AsyncIterator[None]:
    unit = Unit()
    async with turn(), connection() as conn:
        held = engine.current_transaction.set(Held(conn))  # type: ignore[arg-type]
        begun = _unit.set(unit)
        try:
            async with _kept(conn), conn.transaction(isolation=isolation), _translated():
                yield
                await finish(unit)
                for act in unit.before_commit:
                    await act(unit.collected)
            for tell in unit.after_commit:
                tell()
        finally:
            _unit.reset(begun)
            engine.current_transaction.reset(held)


@asynccontextmanager
async def _kept(conn: Any) -> AsyncIterator[None]:
    """Say in our own word that a connection was lost; leaving its transaction would say only that it is closed."""
    try:
        yield
    except (*LOST, asyncpg.InterfaceError) as fault:
        if is_lost(conn):
            raise DatabaseUnavailable(type(fault).__name__) from fault
        raise


@asynccontextmanager
async def _savepoint(unit: Unit) -> AsyncIterator[None]:
    kept = len(unit.collected)
    try:
        async with connection() as conn, conn.transaction(), _translated():
            yield
            await fetch("SELECT check_deferred()")
    except BaseException:
        del unit.collected[kept:]
        unit.held.clear()  # what was locked since the savepoint is free again
        engine.current_transaction.get().connection.forget_sight()  # type: ignore[union-attr]
        raise


async def finish(unit: Unit) -> None:
    """Check, settle and write events in one statement: what it locks, nobody else has until COMMIT."""
    events = unit.as_events(unit.collected)
    await fetch(
        "SELECT finish_transaction($1, $2, $3, $4)",
        stamp(),
        clock.today(),
        [event.before_number for event in events],
        [event.after_number for event in events],
        seconds=LONGEST_SECONDS,
    )


async def settle() -> None:
    """Bring what lead providers are shown, its stamps and their feeds in line with the facts (API-17.3, API-18.1).

    Whoever settles waits for whoever does so already, until that transaction ends. Deferred constraints are deferred
    afterwards.
    """
    await fetch("SELECT settle_provider_records($1, $2)", stamp(), clock.today(), seconds=LONGEST_SECONDS)


def stamp() -> datetime | None:
    """Return the time that records are stamped with; None lets the database take it when its turn has come."""
    return clock.now() if clock.is_moved() else None


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    try:
        yield
    except asyncpg.IntegrityConstraintViolationError as fault:
        refused = refusal_of(fault.constraint_name)
        if refused is None:
            raise
        raise refused from fault
