"""The database gone, slow, closed to writing, or cut off in the middle (FLT-23 to FLT-26)."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from app.adapters.trs import TRSClient
from app.db.engine import DatabaseUnavailable, engine, fetch
from app.db.transaction import transaction
from app.settings import settings
from tests.applications import application
from tests.conftest import maintenance_url
from tests.web.conftest import PERSONAS, Browser, browser_of
from tests.web.register_ect.conftest import CLOCK, KEY, make_world, outside, stand_in  # noqa: F401 - fixtures
from tests.web.register_ect.walking import EMAIL, Walker

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.web.register_ect.conftest import Outside

MANY = 40


async def as_operator(statement: str) -> list[Any]:
    """Run a statement beside the database of the test, as its operator would."""
    conn = await asyncpg.connect(maintenance_url())
    try:
        return list(await conn.fetch(statement))
    finally:
        await conn.close()


def name_of(url: str) -> str:
    """Return the name of a database."""
    return urlsplit(url).path.rpartition("/")[2].partition("?")[0] or url.rpartition("/")[2].partition("?")[0]


async def cut_off(name: str) -> None:
    """End every connection to the database, and let the pools hear of it."""
    await as_operator(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    await asyncio.sleep(0.5)


@asynccontextmanager
async def gone(name: str) -> AsyncIterator[None]:
    """Let nobody into the database during the body, and put out who is inside."""
    await as_operator(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    await cut_off(name)
    try:
        yield
    finally:
        await as_operator(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


@pytest.fixture
async def alice(committed_database: str, stand_in: str, outside: Outside) -> AsyncIterator[Browser]:
    """Give Alice, signed in, where things really commit."""
    await make_world()
    trs = TRSClient(stand_in, KEY)
    app = application(settings(), trs=trs, personas=PERSONAS)
    browser = browser_of(app, headers=CLOCK)
    await browser.sign_in("100001")
    yield browser
    await browser.client.aclose()
    await trs.close()


async def written() -> list[int]:
    """Return how many stays, trainings and mails there are."""
    (row,) = await fetch(
        """SELECT (SELECT count(*) FROM ect_at_school_period) AS stays, (SELECT count(*) FROM training_period) AS trainings,
            (SELECT count(*) FROM message) AS mails"""
    )
    return list(row)


@pytest.mark.rule("FLT-24")
async def test_while_nothing_can_be_written_reading_goes_on(alice: Browser, committed_database: str) -> None:
    walker = await Walker(alice).to_email()
    name = name_of(committed_database)
    await as_operator(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    await cut_off(name)
    for path in ("/school/home", "/school/ects", f"{walker.base}/email-address"):
        assert (await alice.get(path)).status_code == 200, path
    form = alice.hidden()
    answer = await alice.send("POST", f"{walker.base}/email-address", data={**form, **EMAIL, "answer_version": "0"})
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    await as_operator(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
    await cut_off(name)
    await walker.visit("email-address")
    await walker.answer("start-date", **EMAIL)


@pytest.mark.rule("FLT-23", "REL-3", "REL-7")
async def test_without_the_database_everybody_is_asked_to_come_back_and_it_is_found_again(
    alice: Browser, committed_database: str
) -> None:
    walker = await Walker(alice).to_check()
    form = alice.hidden()

    async def ask(number: int) -> Any:
        if number % 4:
            return await alice.client.get("/school/ects")
        return await alice.client.post(f"{walker.base}/check-answers", data=form)

    async with gone(name_of(committed_database)):
        answers = await asyncio.gather(*(ask(number) for number in range(MANY)))
        assert {answer.status_code for answer in answers} == {503}
        assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)
        assert (await alice.client.get("/health/live")).status_code == 200
        assert (await alice.client.get("/health/ready")).status_code == 503
    assert await written() == [0, 0, 0]
    assert (await alice.get("/school/ects")).status_code == 200
    await walker.visit("check-answers")
    await walker.answer("confirmation")
    assert await written() == [1, 1, 2]


@pytest.mark.rule("FLT-25")
async def test_with_every_connection_in_use_somebody_waits_two_seconds_and_is_asked_to_come_back(
    alice: Browser,
) -> None:
    pool = engine.pool
    slow = [asyncio.create_task(fetch("SELECT pg_sleep(60)")) for _ in range(pool.get_max_size())]
    async with asyncio.timeout(20):
        while pool.get_size() < pool.get_max_size() or pool.get_idle_size():
            await asyncio.sleep(0.01)
    async with asyncio.timeout(6):
        answer = await alice.client.get("/school/ects")
        assert (answer.status_code, (await alice.client.get("/health/live")).status_code) == (503, 200)
    assert int(answer.headers["retry-after"]) > 0
    for task in slow:
        task.cancel()
    await asyncio.gather(*slow, return_exceptions=True)
    assert (await alice.get("/school/ects")).status_code == 200


@pytest.mark.rule("FLT-26")
async def test_a_connection_that_ends_inside_a_transaction_takes_the_work_back_and_is_replaced(
    committed_database: str,
) -> None:
    size = engine.pool.get_max_size()
    for _ in range(size + 2):
        with pytest.raises(DatabaseUnavailable):
            async with transaction():
                await fetch(
                    "INSERT INTO service_setting (created_at, updated_at, key, value) VALUES (now(), now(), 'x', '1')"
                )
                (row,) = await fetch("SELECT pg_backend_pid() AS pid")
                await as_operator(f"SELECT pg_terminate_backend({row['pid']})")
    assert await fetch("SELECT FROM service_setting WHERE key = 'x'") == []
    rows = await asyncio.gather(*(fetch("SELECT pg_backend_pid() AS pid, pg_sleep(0.2)") for _ in range(size)))
    assert len({row[0]["pid"] for row in rows}) == size
