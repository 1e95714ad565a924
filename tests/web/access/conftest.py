"""People and schools of the tests of getting in by email."""

from __future__ import annotations

from typing import Any

import pytest

from app.db.engine import fetch
from tests.cast import Cast, cast

NOW = "2025-10-06T11:00:00Z"


@pytest.fixture
async def people(database: None) -> Cast:
    """Give the cast, stored; Ash School has an address in the register."""
    stored = await cast()
    await fetch("UPDATE school SET primary_email = 'head.office@ash.example' WHERE id = $1", stored.ash.id)
    return stored


@pytest.fixture
def visitor(client: Any, people: Cast) -> Any:
    """Give the browser of somebody who is not signed in."""
    client.client.headers["X-With-Server-Date"] = NOW
    return client
