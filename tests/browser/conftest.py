"""A served application on loopback and Chromium on it; a browser that can't be found fails where CI is set."""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import async_playwright

from app.adapters.trs import TRSClient
from app.settings import Settings
from tests.applications import application
from tests.browser.keyboard import KeyboardReader
from tests.browser.reader import Reader
from tests.browser.serving import free_port, serving
from tests.browser_setup import find_chromium
from tests.web.conftest import PERSONAS
from tests.web.register_ect.conftest import CLOCK, KEY, make_world, outside, stand_in  # noqa: F401 - fixtures

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from playwright.async_api import Browser

    from tests.web.register_ect.conftest import Outside, World

FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
]


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """Give Chromium."""
    program = await asyncio.to_thread(find_chromium)
    if program is None and not os.environ.get("CI"):
        pytest.exit("No Chromium: run `make setup-browser`, or set CHROMIUM_PATH", returncode=1)
    assert program is not None, "no Chromium on this machine"
    flags = [*FLAGS, "--no-sandbox"] if os.getuid() == 0 else FLAGS
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=flags)
        yield browser
        await browser.close()


class Served:
    """The address of the served application, and the schools in its database."""

    def __init__(self, address: str, world: World) -> None:
        self.address = address
        self.world = world


@pytest.fixture(scope="session")
async def address() -> AsyncIterator[str]:
    """Serve the application on a free port, for whichever database the engine points at; gives its address."""
    taken, address = free_port()
    async with serving(application(Settings(base_url=address)), taken):
        yield address


@pytest.fixture
async def served(committed_database: str, stand_in: str, outside: Outside, address: str) -> AsyncIterator[Served]:
    """Give the served application with the schools of the walk-throughs."""
    trs = TRSClient(stand_in, KEY)
    application(Settings(base_url=address), trs=trs, personas=PERSONAS)
    yield Served(address, await make_world())
    await trs.close()


@pytest.fixture
async def open_browser(chromium: Browser, served: Served) -> Callable[..., object]:
    """Give a way to open a browser of one's own, at the time of the walk-throughs; it is checked when it closes."""

    @asynccontextmanager
    async def opened(
        *, javascript: bool = True, keyboard: bool = False, urn: str = "100001", signed_in: bool = True, **fields: str
    ) -> AsyncIterator[Reader]:
        context = await chromium.new_context(
            java_script_enabled=javascript, base_url=served.address, extra_http_headers=CLOCK
        )
        context.set_default_timeout(8_000)
        kind = KeyboardReader if keyboard else Reader
        reader = kind(context, await context.new_page(), javascript=javascript)
        form = {
            "kind": "school",
            "school_urn": urn,
            "name": "Alice Archer",
            "email": "alice@amberley.example",
            **fields,
        }
        if signed_in:
            answer = await context.request.post("/personas", form=form, max_redirects=0)
            assert answer.status == 303
        try:
            async with asyncio.timeout(90):
                yield reader
                await reader.leave()
        finally:
            await context.close()

    return opened
