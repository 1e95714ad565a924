"""What every measurement stands on: the application on a scratch database, with a teaching record stand-in."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import socket
import subprocess
import sys
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TYPE_CHECKING, Any

import httpx

from app.adapters.trs import TRSClient
from app.bench.scratch import AS_OF, opened
from app.bench.walks import FIRST_NEW_TRN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

    from app.bench.scratch import Scratch
    from app.settings import Settings
    from app.teachers.trs import TeachingRecords

KEY = "stand-in-trs-key"
NEW_PEOPLE = 40_000
SECONDS_TO_START = 60
FREE_PORT = "0"
QUICKEST, SLOWEST, A_PRIME = 50, 250, 37
"""Milliseconds for a teaching record (PRF-18), spread by multiples of a number that shares no factor with the span."""
QUOTA = {"requests": 1_000, "seconds": 60}


@dataclass
class World:
    """One scratch database in use."""

    scratch: Scratch
    smaller: Scratch | None
    settings: Settings
    make: Callable[..., Any]
    minutes: float
    records: str
    app: Any = None
    next_trn: int = FIRST_NEW_TRN

    def new_trn(self) -> str:
        """Return the TRN of somebody who is not registered anywhere."""
        self.next_trn += 1
        return str(self.next_trn)

    def make_app(self, trs: TeachingRecords) -> Any:
        """Make the application on whatever the engine points at."""
        return self.make(self.settings, trs=trs)


@asynccontextmanager
async def in_use(world: World, scratch: Scratch | None = None) -> AsyncIterator[World]:
    """Open the database, and make the application in this process."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(opened(scratch or world.scratch))
        trs = TRSClient(world.records, KEY)
        stack.push_async_callback(trs.close)
        world.app = world.make_app(trs)
        async with world.app.lifespan():
            gc.collect()
            gc.freeze()  # as the web process does, which goes through none of this again
            stack.callback(gc.unfreeze)
            yield world


@contextmanager
def teaching_records(*, as_in_life: bool = False) -> Iterator[str]:
    """Serve people nobody has registered, in a process of its own; gives its address.

    as_in_life: answers take 150 ± 100 ms, and no more than the quota of EXT-2.12 are given (PRF-18).
    """
    with TemporaryDirectory() as folder, ExitStack() as stack:
        path = Path(folder) / "people.json"
        path.write_text(json.dumps(people_file(as_in_life=as_in_life)), encoding="utf-8")
        arguments = ("stand-in", "trs", "--port", FREE_PORT, "--file", str(path), "--as-of", AS_OF.isoformat())
        process = stack.enter_context(running(*arguments, read=True))
        line = process.stdout.readline() if process.stdout else ""
        yield str(json.loads(line)["url"])


def people_file(*, as_in_life: bool) -> dict[str, Any]:
    """Return the people whom a stand-in serves, each with a delay of their own where it is to be as in life."""
    person = {"first_name": "New", "date_of_birth": "1990-01-01", "qts": "2024-07-01"}
    people: list[dict[str, Any]] = [
        {"trn": str(FIRST_NEW_TRN + number), "last_name": f"Person{number}", **person} for number in range(NEW_PEOPLE)
    ]
    if not as_in_life:
        return {"format": 1, "people": people}
    for number, one in enumerate(people):
        one["faults"] = [{"delay_ms": QUICKEST + number * A_PRIME % (SLOWEST - QUICKEST + 1)}]
    return {"format": 1, "people": people, "quota": QUOTA}


@contextmanager
def running(
    *arguments: str, read: bool = False, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Run a command of `register` in a process of its own, stopped at the end."""
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "app.cli", *arguments],
        stdout=subprocess.PIPE if read else subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **(environment or {})},
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


@dataclass(frozen=True)
class Web:
    """A web process of our own: its number, and the port that it answers at."""

    pid: int
    port: int


@asynccontextmanager
async def served(world: World, *, processes: int = 1) -> AsyncIterator[Web]:
    """Run the web on the scratch database at a port that nobody uses, and wait until it is ready."""
    port = free_port()
    told = {**environment(world), "BASE_URL": f"http://127.0.0.1:{port}", "ADDRESS_LIMITS": "off"}
    with running("serve", "--port", str(port), "--workers", str(processes), environment=told) as process:
        async with httpx.AsyncClient(trust_env=False) as asked:
            until = monotonic() + SECONDS_TO_START
            while not await _is_ready(asked, port):
                if process.poll() is not None or monotonic() > until:
                    raise ConnectionError("the web process did not start")
                await asyncio.sleep(0.2)
        yield Web(process.pid, port)


def environment(world: World) -> dict[str, str]:
    """Return the settings of a process of our own that works on the scratch database."""
    return {
        "DATABASE_URL": world.scratch.url,
        "ENVIRONMENT": "test",
        "TRS_BASE_URL": world.records,
        "TRS_API_KEY": KEY,
    }


def free_port() -> int:
    """Return a port that nobody listens at now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def _is_ready(asked: httpx.AsyncClient, port: int) -> bool:
    try:
        return (await asked.get(f"http://127.0.0.1:{port}/health/ready")).is_success
    except httpx.HTTPError:
        return False
