"""Ash School on 6 October 2025, with Alice signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cast import cast, sign_in

if TYPE_CHECKING:
    from tests.cast import Cast
    from tests.web.conftest import Browser

TODAY = "2025-10-06"


@pytest.fixture
async def people(client: Browser) -> Cast:
    """Give both schools; Alice of Ash is signed in."""
    made = await cast()
    await sign_in(client, made.alice, made.ash, TODAY)
    return made
