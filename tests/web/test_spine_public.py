"""Pages for everybody, and what stands on every answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.web.conftest import Browser

PUBLIC = (
    *("/", "/sign-in", "/signed-out", "/privacy", "/cookies"),
    *("/accessibility", "/guidance", "/support", "/personas", "/clock"),
)


@pytest.mark.parametrize("path", PUBLIC)
async def test_everybody_sees_the_public_pages(client: Browser, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 200
    partial = await client.get(path, headers={"HX-Request": "true"})
    assert "<html" not in partial.text
    assert partial.headers["vary"] == "HX-Request"
