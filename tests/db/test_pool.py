"""Connections at hand: lent again at once, but never broken, stale, or before somebody who waits (FLT-23, FLT-25)."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from app.db import pool as pools
from app.db.engine import Connection
from app.db.pool import AT_HAND, Pool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@asynccontextmanager
async def opened(url: str, most: int = 2) -> AsyncIterator[Pool]:
    """Open a pool for the body."""
    pool = Pool(url, least=0, most=most, connection_class=Connection)
    await pool
    try:
        yield pool
    finally:
        await asyncio.wait_for(pool.close(), 5)


async def backend(pool: Pool, query: str = "SELECT pg_backend_pid()", *, in_peace: bool = True) -> Any:
    """Run a statement on a connection that is lent for it; returns what it says."""
    connection = await pool.lend(1)
    try:
        return await connection.fetchval(query)
    finally:
        await pool.take_back(connection, in_peace=in_peace)


async def test_the_connection_given_back_last_is_lent_again(committed_database: str) -> None:
    async with opened(committed_database) as pool:
        assert await backend(pool) == await backend(pool)
        assert (pool.get_size(), pool.get_idle_size()) == (1, 1)


@pytest.mark.rule("FLT-23", "FLT-26")
async def test_a_connection_that_ended_meanwhile_is_replaced(committed_database: str) -> None:
    async with opened(committed_database) as pool:
        first = await backend(pool)
        other = await asyncpg.connect(committed_database)
        await other.execute("SELECT pg_terminate_backend($1)", first)
        await other.close()
        async with asyncio.timeout(10):
            while pool.get_idle_size():
                await asyncio.sleep(0.01)
        assert await backend(pool) != first


async def test_a_connection_nobody_used_for_long_is_replaced(
    committed_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(committed_database) as pool:
        first = await backend(pool)
        monkeypatch.setattr(pools, "IDLE_SECONDS", 0.0)
        assert await backend(pool) != first
        assert pool.get_size() == 1


async def test_what_did_not_end_in_peace_goes_through_the_pool(committed_database: str) -> None:
    async with opened(committed_database) as pool:
        connection = await pool.lend(1)
        first = connection.get_server_pid()
        await connection.execute("BEGIN")
        await pool.take_back(connection, in_peace=True)
        again = await pool.lend(1)
        assert (again.get_server_pid(), again.is_in_transaction()) == (first, False)
        await pool.take_back(again, in_peace=False)
        assert pool.get_idle_size() == 1


@pytest.mark.rule("FLT-25")
async def test_who_waits_comes_first_and_not_for_ever(committed_database: str) -> None:
    async with opened(committed_database, most=1) as pool:
        held = await pool.lend(1)
        with pytest.raises(TimeoutError):
            await pool.lend(0.1)
        waiting = asyncio.create_task(pool.lend(5))
        await asyncio.sleep(0.05)
        await pool.take_back(held, in_peace=True)
        await pool.take_back(await asyncio.wait_for(waiting, 1), in_peace=True)
        assert await backend(pool)


async def test_only_a_few_are_kept_at_hand(committed_database: str) -> None:
    async with opened(committed_database, most=AT_HAND + 2) as pool:
        lent = [await pool.lend(1) for _ in range(AT_HAND + 2)]
        for connection in lent:
            await pool.take_back(connection, in_peace=True)
        assert pool.get_idle_size() == AT_HAND + 2
        assert len(pool._at_hand) == AT_HAND


@pytest.mark.rule("OPS-8")
async def test_what_is_given_back_while_the_pool_closes_is_closed_too(committed_database: str) -> None:
    pool = Pool(committed_database, least=0, most=2, connection_class=Connection)
    await pool
    connection = await pool.lend(1)
    closing = asyncio.create_task(pool.close())
    await asyncio.sleep(0)
    await pool.take_back(connection, in_peace=True)
    await asyncio.wait_for(closing, 5)
    assert pools.is_lost(connection)
