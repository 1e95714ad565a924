"""One change of somebody's details in one browser, page after page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.web.conftest import Browser


class Change:
    """A change begun at an address; `step` is the page it is on."""

    def __init__(self, browser: Browser, first: str) -> None:
        self.browser, self.first = browser, first
        self.at, self.step = "", ""

    async def post(self, **typed: Any) -> Any:
        """Post the page the change is on; the first one has no draft yet."""
        where = f"{self.at}/{self.step}" if self.at else self.first
        await self.browser.get(where)
        page = self.browser.page.text if self.browser.page is not None else ""
        version = re.findall(r'name="answer_version" value="([^"]*)"', page)[:1]
        return await self.browser.post(where, {"answer_version": version, **typed})

    async def answer(self, expected: str, **typed: Any) -> Change:
        """Post the page and go on to the page that is expected."""
        answer = await self.post(**typed)
        assert answer.status_code == 303, (answer.status_code, self.browser.text())
        self.at, _, self.step = answer.headers["location"].split("?")[0].rpartition("/")
        assert self.step == expected, self.step
        shown = await self.browser.get(answer.headers["location"])
        assert shown.status_code == 200
        return self

    async def confirm(self) -> Change:
        """Confirm what check answers shows."""
        return await self.answer("confirmation")

    async def resolve(self, conflict: Any, choice: str) -> Any:
        """Say which of two values counts."""
        mark = re.findall(r'name="seen_mark" value="([^"]*)"', conflict.text)[0]
        return await self.browser.post(f"{self.at}/check-answers", {"seen_mark": mark, "resolve": choice})
