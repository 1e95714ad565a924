"""Killing the web process leaves nothing or everything; told to stop it drops nobody (FLT-18, FLT-19, FLT-21, REL-1)."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
import pytest

from app.db.engine import fetch, fetch_one
from app.events.verify import verify
from app.stand_ins.trs import running_stand_in
from tests.web.conftest import Browser
from tests.web.register_ect.conftest import CLOCK, KEY, make_world
from tests.web.register_ect.people import PEOPLE
from tests.web.register_ect.walking import Walker

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

REGISTER = Path(sys.executable).parent / "register"
WRITTEN = ("ect_at_school_period", "training_period", "message")


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Web:
    """One web process of the service, and a browser on it."""

    def __init__(self, database: str, trs: str) -> None:
        self.port = free_port()
        self.env = {
            **os.environ,
            "ENVIRONMENT": "test",
            "DATABASE_URL": database,
            "TRS_BASE_URL": trs,
            "TRS_API_KEY": KEY,
            "BASE_URL": f"http://127.0.0.1:{self.port}",
            "STOP_NOTICE_SECONDS": "3",
        }
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it and wait until it answers."""
        command = [str(REGISTER), "serve", "--port", str(self.port)]
        self.process = await asyncio.create_subprocess_exec(
            *command, env=self.env, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
        async with httpx.AsyncClient(base_url=self.env["BASE_URL"], trust_env=False) as client:
            for _ in range(600):
                assert self.process.returncode is None, "the web process ended by itself"
                try:
                    if (await client.get("/health/ready")).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.1)
        raise AssertionError("the web process did not get ready")

    async def kill(self) -> None:
        """Kill it without a chance to tidy up."""
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)
            await self.process.wait()

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[Browser]:
        """Give a browser at the time of the tests."""
        base_url = self.env["BASE_URL"]
        async with httpx.AsyncClient(base_url=base_url, headers=CLOCK, trust_env=False, timeout=10) as client:
            yield Browser(client)


@pytest.fixture
async def web(committed_database: str) -> AsyncIterator[Web]:
    await make_world()
    async with running_stand_in(PEOPLE) as trs:
        served = Web(committed_database, trs)
        await served.start()
        yield served
        await served.kill()


async def rows_written() -> list[int]:
    """Return how many rows a registration's tables hold."""
    counts = []
    for table in WRITTEN:
        row = await fetch_one(f"SELECT count(*) AS n FROM {table}")
        assert row is not None
        counts.append(row["n"])
    return counts


async def confirm_and_kill(web: Web, walker: Walker, seconds: float) -> None:
    """Post the confirmation and kill the process so long afterwards."""
    post = asyncio.create_task(walker.browser.post(f"{walker.base}/check-answers"))
    await asyncio.sleep(seconds)
    await web.kill()
    await asyncio.gather(post, return_exceptions=True)
    await settled()


async def settled() -> None:
    """Wait until the database has noticed: what was on its way to be committed is, everything else is not."""
    for _ in range(100):
        busy = await fetch(
            """SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
            AND application_name = '' AND state <> 'idle'"""
        )
        if not busy:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("a connection of the killed process goes on")


async def told_to_stop(web: Web) -> set[int]:
    """Stop the process as its operator does while fifty pages a second are asked of it; the statuses of the answers.

    As a proxy does, nothing more is sent once the process says that it is not ready.
    """
    assert web.process is not None
    asked = []
    async with web.browser() as browser:
        await browser.sign_in("100001")
        for number in range(500):
            asked.append(asyncio.create_task(browser.client.get("/school/ects")))
            await asyncio.sleep(0.02)
            while sum(not task.done() for task in asked) > 10:  # a machine too busy for fifty
                await asyncio.sleep(0.02)
            if number == 25:
                web.process.send_signal(signal.SIGTERM)
            if (await browser.client.get("/health/ready")).status_code == 503:
                break
        asked.append(asyncio.create_task(browser.client.get("/school/home")))
        answers = await asyncio.gather(*asked)
    assert 25 < len(answers) < 500
    assert answers[-1].headers["connection"] == "close"
    async with asyncio.timeout(20):
        assert await web.process.wait() in {0, -signal.SIGTERM}
    return {answer.status_code for answer in answers}


@pytest.mark.long
@pytest.mark.rule("FLT-18", "FLT-19", "REL-1", "REL-3")
@pytest.mark.rule("FLT-21", "OPS-8", "REL-8")
async def test_a_kill_during_the_confirmation_leaves_nothing_or_everything_and_a_stop_drops_nobody(web: Web) -> None:
    seen = set()
    for number, delay in enumerate((0.0, 0.02, 0.06, 0.5)):
        trn = f"99000{('01', '02', '17', '19', '20', '06')[number]}"
        before = await rows_written()
        async with web.browser() as browser:
            await browser.sign_in("100001")
            walker = Walker(browser)
            walker.email = f"person{number}@ash.example"
            await walker.to_check(trn)
            await confirm_and_kill(web, walker, delay)
            written = [now - then for now, then in zip(await rows_written(), before, strict=True)]
            assert written in ([0, 0, 0], [1, 1, 2]), written
            seen.add(tuple(written))
            draft = await fetch("SELECT state FROM draft WHERE id = $1", UUID(walker.base.rpartition("/")[2]))
            assert draft[0]["state"] == ("submitted" if written[0] else "open")
            await web.start()
            browser.page = None
            walker.step = "check-answers"
            await walker.answer("confirmation")
            assert [now - then for now, then in zip(await rows_written(), before, strict=True)] == [1, 1, 2]
    assert await verify() == []
    assert {(0, 0, 0), (1, 1, 2)} >= seen
    assert await told_to_stop(web) == {200}
