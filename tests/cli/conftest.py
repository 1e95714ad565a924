"""Running commands in this process, on a database of the test's own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from click.testing import CliRunner

from app.cli import register
from app.settings import settings
from tests.conftest import drop_database, make_database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from click.testing import Result

    Run = Callable[..., Awaitable[Result]]

SETTINGS = (
    "ENVIRONMENT",
    "DATABASE_URL",
    "BASE_URL",
    "SECRET_KEY",
    "TRS_BASE_URL",
    "TRS_API_KEY",
    "SIGN_IN_METHODS",
    "NOTIFY_API_KEY",
)

NOTIFY = {
    "NOTIFY_API_KEY": "name-00000000-0000-4000-8000-000000000001-00000000-0000-4000-8000-000000000002",
    "NOTIFY_RECEIPT_TOKEN": "receipts",
    "NOTIFY_TEMPLATES": "00000000-0000-4000-8000-000000000003",
}
"""What production needs to send mail."""


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Give environment variables that the test sets; the settings are read anew."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ENVIRONMENT", "test")
    settings.cache_clear()
    yield monkeypatch
    settings.cache_clear()


@pytest.fixture
def run(environment: pytest.MonkeyPatch) -> Run:
    """Run a command with the environment of the test."""
    del environment

    async def run_command(*arguments: str, typed: str | None = None) -> Result:
        settings.cache_clear()
        # Commands run their own event loop, so not in this thread.
        return await asyncio.to_thread(CliRunner().invoke, register, list(arguments), input=typed)

    return run_command


@pytest.fixture
async def empty_database(environment: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """Make an empty database and name it to the commands; its address."""
    name = f"register_cli_{uuid4().hex[:8]}"
    url = await make_database(name)
    environment.setenv("DATABASE_URL", url)
    yield url
    await drop_database(name)


@pytest.fixture
async def migrated_database(environment: pytest.MonkeyPatch, template_database: str) -> AsyncIterator[str]:
    """Make a migrated database and name it to the commands; its address."""
    name = f"register_cli_{uuid4().hex[:8]}"
    url = await make_database(name, template_database)
    environment.setenv("DATABASE_URL", url)
    yield url
    await drop_database(name)
