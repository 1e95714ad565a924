"""Assigning as a person would: the first page, then whatever page comes next, then check and confirm."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from app.db.engine import fetch

if TYPE_CHECKING:
    from tests.factories import Stay
    from tests.web.conftest import Browser


class Assigning:
    """One journey in one browser."""

    def __init__(self, browser: Browser, first: str) -> None:
        self.browser, self.first = browser, first
        self.base = self.step = ""

    async def begin(self, **fields: Any) -> Assigning:
        """Answer the first page."""
        await self.browser.get(self.first)
        await self._follow(await self.browser.post(self.first, fields))
        return self

    async def answer(self, **fields: Any) -> Assigning:
        """Post the page the journey is on."""
        version = re.findall(r'name="answer_version" value="([^"]*)"', self.page)[:1]
        await self._follow(await self.browser.post(f"{self.base}/{self.step}", {"answer_version": version, **fields}))
        return self

    async def confirm(self) -> Any:
        """Post check answers; returns the answer."""
        await self.browser.get(f"{self.base}/check-answers")
        return await self.browser.post(f"{self.base}/check-answers")

    async def done(self) -> str:
        """Confirm, and return the words of the confirmation."""
        answer = await self.confirm()
        assert answer.headers.get("location") == f"{self.base}/confirmation", answer.headers
        await self.browser.get(answer.headers["location"])
        return self.browser.text()

    @property
    def page(self) -> str:
        """The markup of the last page."""
        assert self.browser.page is not None
        return self.browser.page.text

    async def _follow(self, answer: Any) -> None:
        assert answer.status_code == 303, self.browser.text()
        self.base, _, self.step = answer.headers["location"].partition("?")[0].rpartition("/")
        await self.browser.get(answer.headers["location"])


def assign_mentor(browser: Browser, ect: Stay) -> Assigning:
    """Begin on the ECT's side."""
    return Assigning(browser, f"/school/ects/{ect.public_id}/assign-mentor")


def assign_ects(browser: Browser, mentor: Stay) -> Assigning:
    """Begin on the mentor's side."""
    return Assigning(browser, f"/school/mentors/{mentor.public_id}/assign-ects")


async def mentorships(ect: Stay) -> list[tuple[str, str, str | None, bool]]:
    """Return every mentorship of an ECT: mentor, first and last day, whether cancelled."""
    rows = await fetch(
        """SELECT t.trs_last_name AS mentor, m.started_on, m.finished_on, m.cancelled_at FROM mentorship_period m
        JOIN teacher t ON t.id = m.mentor_teacher_id WHERE m.ect_at_school_period_id = $1 ORDER BY m.id""",
        ect.id,
    )
    return [
        (
            row["mentor"],
            row["started_on"].isoformat(),
            row["finished_on"].isoformat() if row["finished_on"] else None,
            row["cancelled_at"] is not None,
        )
        for row in rows
    ]


async def events(*about: str) -> list[tuple[str, int]]:
    """Return kind and person of every event of these kinds of word, in their order."""
    rows = await fetch("SELECT kind, teacher_id FROM event ORDER BY id")
    return [(row["kind"], row["teacher_id"]) for row in rows if any(word in row["kind"] for word in about)]
