"""A stand-in teaching record system on loopback, and a client that asks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest_asyncio

from app.adapters.trs import TRSClient
from app.stand_ins.trs import running_stand_in
from tests.adapters.people import people_file

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

KEY = "stand-in-trs-key"


class Outside:
    """The stand-in as a test drives it, over its own control endpoints."""

    def __init__(self, url: str, control: httpx.AsyncClient) -> None:
        self.url = url
        self._control = control

    async def serve(self, content: object) -> httpx.Response:
        """Give it another people file."""
        return await self._control.put("/__stand-in/data", json=content)

    async def fail(self, *faults: dict[str, object]) -> None:
        """Give it these faults."""
        answer = await self._control.put("/__stand-in/faults", json=list(faults))
        assert answer.status_code == 204, answer.text

    async def requests(self) -> list[dict[str, Any]]:
        """Return what it was asked since the test began."""
        return list((await self._control.get("/__stand-in/requests")).json())

    async def get(self, name: str) -> httpx.Response:
        """Read a control endpoint."""
        return await self._control.get(f"/__stand-in/{name}")

    async def forget(self) -> None:
        """Forget what it was asked."""
        await self._control.delete("/__stand-in/requests")


@pytest_asyncio.fixture(scope="session")
async def stand_in_url() -> AsyncIterator[str]:
    async with running_stand_in(people_file()) as url:
        yield url


@pytest_asyncio.fixture
async def outside(stand_in_url: str) -> AsyncIterator[Outside]:
    async with httpx.AsyncClient(base_url=stand_in_url, trust_env=False) as control:
        driven = Outside(stand_in_url, control)
        assert (await driven.serve(people_file())).status_code == 204
        await driven.forget()
        yield driven


@pytest_asyncio.fixture
async def trs(outside: Outside) -> AsyncIterator[TRSClient]:
    client = TRSClient(outside.url, KEY)
    yield client
    await client.close()
