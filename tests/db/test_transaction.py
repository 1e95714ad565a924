"""The one way to open a transaction: savepoints, refusals, and a pool that stays full (design, section 5)."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import date
from typing import TYPE_CHECKING

import asyncpg
import pytest

from app.db import engine as engines
from app.db.engine import engine, fetch, fetch_one
from app.db.sight import OWNER, seen_by
from app.db.transaction import current_unit, transaction
from app.terms import Refused
from tests.db.rows import World, add, delivery_partner, insert, make_world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TIMES = 100


async def partners() -> list[str]:
    return [row["key"] for row in await fetch("SELECT key FROM delivery_partner ORDER BY key")]


async def add_partner(key: str) -> None:
    await add("delivery_partner", **delivery_partner(World(), key))


@pytest.mark.rule("TRP-13")
async def test_a_nested_failure_takes_back_only_its_own_work(committed_database: str) -> None:
    async with transaction():
        await add_partner("outer")
        with pytest.raises(ZeroDivisionError):
            async with transaction():
                await add_partner("inner")
                raise ZeroDivisionError
        await add_partner("after")
    assert await partners() == ["after", "outer"]


@pytest.mark.rule("TRP-13")
@pytest.mark.rule("SEC-3")
async def test_an_outer_failure_takes_back_what_was_nested(committed_database: str) -> None:
    with pytest.raises(ZeroDivisionError):
        async with transaction():
            async with transaction():
                await add_partner("inner")
            assert await partners() == ["inner"]
            raise ZeroDivisionError
    assert await partners() == []


@pytest.mark.rule("DM-02")
async def test_after_a_refused_nested_call_the_outer_one_goes_on(committed_database: str) -> None:
    async with transaction():
        world = await make_world()
        with pytest.raises(Refused) as raised:
            async with transaction():
                await insert(world, "ect_at_school_period", teacher_id=world.ect, school_id=world.other_school)
        await insert(world, "ect_at_school_period")
    assert raised.value.code == "already_registered_elsewhere"
    row = await fetch_one("SELECT count(*) AS n FROM ect_at_school_period")
    assert row is not None
    assert row["n"] == 2


@pytest.mark.rule("DM-02")
@pytest.mark.parametrize("depth", [1, 2], ids=["outermost", "nested"])
async def test_a_deferred_constraint_fails_at_the_end_of_the_body_as_a_refusal(database: None, depth: int) -> None:
    world = await make_world()
    reached = []

    async def write() -> None:
        async with transaction():
            await insert(world, "training_period", started_on=date(2025, 8, 1))
            reached.append("end of the body")

    with pytest.raises(Refused) as raised:
        if depth == 1:
            await write()
        else:
            async with transaction():
                await write()
    assert reached == ["end of the body"]
    assert raised.value.code == "training_changed_meanwhile"


async def test_deferred_constraints_stay_deferred_after_a_nested_transaction(database: None) -> None:
    world = await make_world()
    async with transaction():
        async with transaction():
            await insert(world, "delivery_partner")
        key = await insert(world, "training_period", started_on=date(2025, 8, 1))
        await fetch("UPDATE training_period SET started_on = '2025-09-01' WHERE id = $1", key)
    assert len(await fetch("SELECT FROM training_period")) == 1


def idle() -> tuple[int, int]:
    """Return how many connections of the pool are at work, and how many it may hold."""
    pool = engine.pool
    assert pool is not None
    return pool.get_size() - pool.get_idle_size(), pool.get_max_size()


@pytest.mark.rule("TRP-13")
async def test_a_hundred_failing_commits_leave_the_pool_full(committed_database: str) -> None:
    # Deferred past the body's own check, so that COMMIT itself fails.
    with seen_by(OWNER):
        await fetch(
            "ALTER TABLE delivery_partner ADD COLUMN of_year integer REFERENCES contract_period (year)"
            " DEFERRABLE INITIALLY DEFERRED"
        )

    async def fail(number: int) -> None:
        async with transaction():
            current_unit().before_commit.append(lambda _: add_orphan(number))

    async def add_orphan(number: int) -> None:
        await add("delivery_partner", **delivery_partner(World(), f"orphan-{number}"), of_year=1)

    outcomes = [
        await asyncio.gather(*map(fail, range(start, start + 5)), return_exceptions=True)
        for start in range(0, TIMES, 5)
    ]
    assert {type(fault).__name__ for batch in outcomes for fault in batch} == {"ForeignKeyViolationError"}
    assert idle() == (0, 10)
    assert await partners() == []


@pytest.mark.rule("TRP-13")
async def test_a_hundred_cancelled_transactions_leave_the_pool_full(committed_database: str) -> None:
    async def hang(begun: asyncio.Event) -> None:
        async with transaction():
            await add_partner("never")
            begun.set()
            await fetch("SELECT pg_sleep(60)")

    for _ in range(TIMES):
        begun = asyncio.Event()
        task = asyncio.create_task(hang(begun))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert idle() == (0, 10)
    assert await partners() == []


async def test_outside_a_transaction_there_is_nothing_to_collect_into() -> None:
    with pytest.raises(RuntimeError, match="inside a transaction"):
        current_unit()


HOLD = "SELECT pg_advisory_xact_lock(1)"


@asynccontextmanager
async def somebody_holding(url: str) -> AsyncIterator[None]:
    """Hold, from elsewhere, what the operations of these tests wait for."""
    conn = await asyncpg.connect(url)
    try:
        async with conn.transaction():
            await conn.execute(HOLD)
            yield
    finally:
        await conn.close()


async def held_up(number: int) -> int:
    async with transaction():
        await fetch(HOLD)
        return number


@pytest.mark.rule("FLT-25", "PRF-18")
async def test_operations_that_wait_for_each_other_leave_connections_to_readers_and_lose_no_turn(
    committed_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "POOL_WAIT_SECONDS", 0.5)
    async with somebody_holding(committed_database):
        waiting = [asyncio.create_task(held_up(number)) for number in range(60)]
        await asyncio.sleep(1)
        assert len(await asyncio.gather(*(fetch("SELECT 1") for _ in range(20)))) == 20
    assert await asyncio.gather(*waiting) == list(range(60))
    assert idle()[0] == 0


@pytest.mark.rule("FLT-25")
async def test_who_waits_too_long_for_a_turn_is_asked_to_come_back(
    committed_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "TURN_WAIT_SECONDS", 0.1)
    async with somebody_holding(committed_database):
        waiting = [asyncio.create_task(held_up(number)) for number in range(10)]
        done, held = await asyncio.wait(waiting, timeout=1)
    assert [type(task.exception()) for task in done] == [engines.DatabaseUnavailable] * 4
    await asyncio.gather(*held)
    assert idle()[0] == 0
