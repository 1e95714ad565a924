"""Reading every page that a school has of its people, as a browser does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app import clock
from app.db.engine import fetch
from app.settings import settings
from tests.applications import application
from tests.cast import sign_in
from tests.web.conftest import NoTeachingRecords, browser_of

if TYPE_CHECKING:
    from app.web.session import Here
    from tests.registration.play.town import Town

TABS = {"ects": ("current", "completed", "left"), "mentors": ("mentoring", "not_mentoring", "left")}
LISTS = (
    "/school/home",
    *(f"/school/{people}?tab={tab}" for people, tabs in TABS.items() for tab in tabs),
    "/school/ects/export",
    "/school/mentors/export",
)


class Pages:
    """The application, and whoever reads it."""

    def __init__(self) -> None:
        self.app = application(settings(), trs=NoTeachingRecords())

    async def read(self, town: Town, school: int, here: Here) -> None:
        """Sign in and read the lists, and the record and history of everybody who was ever there."""
        browser = browser_of(self.app)
        try:
            await sign_in(browser, town.users[school], town.schools[school], clock.now().isoformat())
            for path in (*LISTS, *await _records(here)):
                answer: Any = await browser.get(path)
                assert answer.status_code == 200, (path, answer.status_code)
                assert town.schools[1 - school].name not in answer.text, path
        finally:
            await browser.client.aclose()


async def _records(here: Here) -> list[str]:
    rows = await fetch(
        """SELECT 'ects' AS people, public_id FROM ect_at_school_period WHERE school_id = $1
        UNION ALL SELECT 'mentors', public_id FROM mentor_at_school_period WHERE school_id = $1""",
        here.school.id,
    )
    records = [f"/school/{row['people']}/{row['public_id']}" for row in rows]
    return [*records, *(f"{record}/history" for record in records)]
