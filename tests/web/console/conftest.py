"""Sam of DfE support, signed in to the console, and the cast that there is to look at."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import TODAY, Cast, cast


@pytest.fixture
async def people(database: None) -> Cast:
    """Give the cast, stored."""
    return await cast()


@pytest.fixture
async def sam(client: Any, people: Cast) -> Any:
    """Give Sam's browser, signed in with the role support."""
    client.client.headers["X-With-Server-Date"] = TODAY
    await client.sign_in_as_staff("support")
    return client
