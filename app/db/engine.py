"""The one PostgreSQL engine: connects when told to, counts statements, leaks nothing."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

import asyncpg
from piccolo.engine.postgres import PostgresEngine

from app.db.pool import Pool
from app.db.sight import SCHOOL_ROLE, SCHOOL_SETTING, Sight, in_force

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

POOL_WAIT_SECONDS = 2.0
TURN_WAIT_SECONDS = 10.0
"""An operation waits longer than a statement: what it is to store was checked already, and it holds nobody up."""
LEFT_FOR_READING = 0.4
"""The share of the connections that operations leave alone: they wait for each other, and must not let readers wait."""
LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InternalClientError,
    ConnectionError,
)
"""How a connection that is gone shows in the statement it is missed by; cut off in the middle of an answer, the
client says that it does not know what it was doing."""


class DatabaseUnavailable(Exception):
    """PostgreSQL can't be reached, or a connection or an answer did not come in time."""


class DatabaseReadOnly(DatabaseUnavailable):
    """PostgreSQL answers, but takes no writes for the time being, as a standby does."""


@dataclass
class Statements:
    """How many statements one request sent, how many seconds they took, and how many it waited for others outside."""

    count: int = 0
    seconds: float = 0.0
    outside_seconds: float = 0.0


statements: ContextVar[Statements | None] = ContextVar("statements", default=None)


class Connection(asyncpg.Connection):  # type: ignore[misc]  # its library has no types
    """A connection that knows with whose sight it reads (ACC-14.6)."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.sight: Sight | None = None

    async def see_as(self, sight: Sight) -> None:
        """Read with a sight from now on; sends nothing when the connection does so already."""
        if self.sight != sight:
            self.sight = None
            await self.fetch(SEE_AS, sight.role or "none", sight.school)
            self.sight = sight

    def forget_sight(self) -> None:
        """Set the sight anew before the next statement: what a savepoint set is gone when it is rolled back."""
        self.sight = None


SEE_AS = f"SELECT set_config('role', $1, false), set_config('{SCHOOL_SETTING}', $2, false)"


class Engine(PostgresEngine):
    """Piccolo's engine without its connection at construction."""

    def __init__(self) -> None:
        super().__init__(config={}, extensions=())
        self.pool: Pool | None = None
        self.walled: Pool | None = None
        """Connections that see one school at a time; apart, so that no connection changes its role for a page."""
        self.turns: asyncio.Semaphore | None = None

    async def check_version(self) -> None:
        """Do nothing: PostgreSQL 15 or later is checked by the migrations."""

    async def prep_database(self) -> None:
        """Do nothing: no extension is used."""

    def point_at(self, url: str) -> None:
        """Set the address that new connections use."""
        self.config = {"dsn": url}

    async def open(self, *, size: int = 10) -> None:
        """Open the pool."""
        if not self.pool:
            self.pool = await self._pool(1, size)
            self.walled = await self._pool(0, size)
            self.turns = asyncio.Semaphore(size - int(size * LEFT_FOR_READING))

    @asynccontextmanager
    async def impatient(self, lock_seconds: float) -> AsyncIterator[None]:
        """Give up waiting for locks so soon for the body: who comes after a waiting statement waits too (OPS-9)."""
        kept, self.pool = self.pool, await self._pool(1, 10, lock_timeout=f"{int(lock_seconds * 1_000)}ms")
        pool = self.pool
        try:
            yield
        finally:
            self.pool = kept
            await pool.close()

    async def _pool(self, least: int, most: int, **settings: str) -> Pool:
        pool = Pool(
            **self.config,
            least=least,
            most=most,
            command_timeout=30,
            max_cached_statement_lifetime=0,  # a timer for each was as large as the statement
            server_settings={"timezone": "UTC", **settings},
            reset=_leave_as_found,
            connection_class=Connection,
        )
        await pool
        return pool

    async def close(self) -> None:
        """Close the pools, waiting for their connections."""
        pools, self.pool, self.walled = (self.pool, self.walled), None, None
        for pool in pools:
            if pool:
                await pool.close()

    async def run_querystring(self, querystring: Any, in_pool: bool = True) -> Any:  # noqa: ARG002, FBT001, FBT002 - Piccolo asks
        """Run one statement, counted for the request's log line."""
        query, args = querystring.compile_string(engine_type=self.engine_type)
        return await fetch(query, *args)

    async def run_ddl(self, ddl: str, in_pool: bool = True) -> Any:  # noqa: ARG002, FBT001, FBT002 - Piccolo asks
        """Run one definition statement."""
        return await fetch(ddl)


async def _leave_as_found(connection: Any) -> None:
    """Spare the round trip of a reset: nothing here changes a connection for longer than a transaction."""
    if connection.is_in_transaction():
        await connection.reset()
        connection.forget_sight()


engine = Engine()
_own: ContextVar[Connection | None] = ContextVar("own", default=None)
"""The connection on which a command does all its work."""


def connection() -> Lent:
    """Give the current transaction's connection, or one of the pool for the body; it reads with the sight in force.

    Raises DatabaseUnavailable.
    """
    return Lent()


class Lent:
    """A connection for the body of `async with`."""

    __slots__ = ("_connection", "_pool")

    async def __aenter__(self) -> Any:
        sight, current = in_force.get(), engine.current_transaction.get()
        own: Any = current.connection if current is not None else _own.get()
        self._pool: Pool | None = None
        if own is not None:
            await own.see_as(sight)
            return own
        pool = engine.walled if sight.role == SCHOOL_ROLE else engine.pool
        if not pool:
            raise DatabaseUnavailable("the pool is not open")
        try:
            self._connection = await pool.lend(POOL_WAIT_SECONDS)
        except (TimeoutError, OSError, asyncpg.PostgresError) as fault:  # whatever it says, nobody is let in
            raise DatabaseUnavailable(type(fault).__name__) from fault
        self._pool = pool
        try:
            await self._connection.see_as(sight)
        except BaseException:
            await pool.take_back(self._connection, in_peace=False)
            raise
        return self._connection

    async def __aexit__(self, kind: type[BaseException] | None, fault: BaseException | None, _trace: object) -> None:
        if self._pool is not None:
            await self._pool.take_back(self._connection, in_peace=fault is None)


@asynccontextmanager
async def turn() -> AsyncIterator[None]:
    """Let one of those operations that have a connection at one time begin for the body, in the order they came.

    Raises DatabaseUnavailable.
    """
    turns = engine.turns
    if turns is None or _own.get() is not None or engine.current_transaction.get() is not None:
        yield
        return
    try:
        async with asyncio.timeout(TURN_WAIT_SECONDS):
            await turns.acquire()
    except TimeoutError as fault:
        raise DatabaseUnavailable("no operation's turn came") from fault
    try:
        yield
    finally:
        turns.release()


@asynccontextmanager
async def one_connection() -> AsyncIterator[asyncpg.Connection]:
    """Give one connection for everything that the body does, one after the other, in however many transactions.

    So temporary tables and locks of a session last from one to the next. Raises DatabaseUnavailable.
    """
    async with connection() as conn:
        token = _own.set(conn)
        try:
            yield conn
        finally:
            _own.reset(token)


async def fetch(query: str, *args: Any, seconds: float | None = None) -> list[asyncpg.Record]:
    """Run one statement in the current transaction or on its own; returns its rows.

    seconds: how long it may take, when that is not the usual time. Raises DatabaseUnavailable, and DatabaseReadOnly
    where only the writing was refused.
    """
    started = perf_counter()
    try:
        async with connection() as conn:
            rows: list[asyncpg.Record] = await conn.fetch(query, *args, timeout=seconds)
            return rows
    except asyncpg.ReadOnlySQLTransactionError as fault:
        raise DatabaseReadOnly(type(fault).__name__) from fault
    except (*LOST, asyncpg.InterfaceError, TimeoutError) as fault:
        raise DatabaseUnavailable(type(fault).__name__) from fault
    finally:
        counted = statements.get()
        if counted is not None:
            counted.count += 1
            counted.seconds += perf_counter() - started


async def fetch_one(query: str, *args: Any) -> asyncpg.Record | None:
    """Run one statement; returns its first row or None."""
    rows = await fetch(query, *args)
    return rows[0] if rows else None
