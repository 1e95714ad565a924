"""What share of a page is neither rendering nor the driver of the database (PRF-2)."""

from __future__ import annotations

from typing import Any

import pytest

from app import templating
from app.bench import overhead
from app.db import documents
from app.db.engine import Connection


class Page:
    """A page that takes a second of its own, and some in templates, in decoding and in asking."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self.now, self.seconds = 0.0, seconds

    def spend(self, what: str) -> None:
        """Let the clock of the processor go on."""
        self.now += self.seconds[what]

    async def get(self, _: str) -> None:
        """Answer."""
        self.spend("own")
        templating.render("a page", {})
        documents.decoded(dict, "{}")
        await Connection.fetch(None, "SELECT 1")


@pytest.mark.rule("PRF-2")
async def test_whatever_is_neither_template_nor_driver_counts_as_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    page: Any = Page({"own": 1, "render": 2, "decoded": 3, "fetch": 4})

    async def fetch(*_: Any) -> None:
        page.spend("fetch")

    monkeypatch.setattr(templating, "render", lambda *_: page.spend("render"))
    monkeypatch.setattr(documents, "decoded", lambda *_: page.spend("decoded"))
    monkeypatch.setattr(Connection, "fetch", fetch)
    monkeypatch.setattr(overhead, "process_time", lambda: page.now)
    before = (templating.render, documents.decoded, Connection.fetch)
    spent = await overhead.spent_on(page, "/school/ects")
    assert (spent.whole, spent.rendering, spent.driver) == (10, 2, 7)
    assert spent.rest == pytest.approx(0.1)
    assert (templating.render, documents.decoded, Connection.fetch) == before
