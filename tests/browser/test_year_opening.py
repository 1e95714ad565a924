"""The rehearsal of a year's opening: the demo, with the clock moved over what happens around June (QUA-7.2)."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from app.adapters.trs import TRSClient
from app.db.engine import engine, fetch
from app.demo.calendar import Days
from app.demo.load import load
from app.demo.people import BORN, teaching_records
from app.demo.personas import PERSONAS
from app.events.verify import verify
from app.jobs.run_due import run_due
from app.notices.mailbox import DeveloperMailbox
from app.provider_records.verify import verify as verify_provider_records
from app.refdata.change_records import ChangeRecords, change_records
from app.settings import Settings
from app.stand_ins.trs import running_stand_in
from app.terms import Actor, ActorKind
from tests.applications import application
from tests.browser.reader import Reader
from tests.conftest import database_of_its_own, drop_database, make_database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, BrowserContext

DAYS = Days.around(date(2026, 5, 20))
"""Of the demo: contract periods run from June to May, and a closed window is planned from 1 to 14 June 2026."""
KEY = "stand-in-trs-key"
BIRTHDAY = {f"date_of_birth_{part}": f"{getattr(BORN, part)}" for part in ("day", "month", "year")}
FILED = """SELECT t.trn, e.started_on, array_agg(tp.started_on) AS trained FROM ect_at_school_period e
    JOIN teacher t ON t.id = e.teacher_id LEFT JOIN training_period tp ON tp.ect_at_school_period_id = e.id
    WHERE t.trn = ANY($1) GROUP BY 1, 2 ORDER BY 1"""
BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["JavaScript", "no JavaScript"])
ENDING = {
    "year": "2025",
    "started_on": "2025-06-01",
    "finished_on": "2026-05-31",
    "registration_opens_on": "2025-06-01",
    "mentor_funding_enabled": "yes",
    "allow_gap": "yes",
}
COMING = {"year": "2026", "started_on": "2026-06-22", "finished_on": "2027-05-31", "mentor_funding_enabled": "yes"}
OPERATOR = Actor(ActorKind.OPERATOR, "An operator")
CLOSED = "You can register people again from 15 June 2026"


@pytest.fixture(scope="module")
async def before_june(template_database: str) -> AsyncIterator[str]:
    """Make a database with the demo in May; its name."""
    name = f"{template_database}_may"
    engine.point_at(await make_database(name, template_database))
    await engine.open(size=2)
    await load(DAYS)
    await engine.close()
    yield name
    await drop_database(name)


class Rehearsal:
    """The demo served, and a browser each for a tutor and for staff, at whatever time is set."""

    def __init__(self, reader: Reader, trs: TRSClient) -> None:
        self.reader = reader
        self.trs = trs
        self.now = ""

    async def at(self, now: str) -> None:
        """Go on at a time, in UTC."""
        self.now = now
        await self.reader.context.set_extra_http_headers({"X-With-Server-Date": now})

    async def tutor_at(self, now: str) -> None:
        """Go on as the tutor at a time, when the worker has done what was due by then."""
        await self.at(now)
        await self.night()
        await self.signs_in(persona="amberley-tutor")

    async def night(self) -> None:
        """Let the worker do what is due by now."""
        await run_due(datetime.fromisoformat(self.now).replace(tzinfo=UTC), DeveloperMailbox(), self.trs)

    async def signs_in(self, **form: str) -> None:
        await self.reader.context.clear_cookies()
        answer = await self.reader.context.request.post("/personas", form=form, max_redirects=0)
        assert answer.status == 303

    async def home(self) -> str:
        """Open the home page, past the gate where it stands; returns its words with the banners."""
        await self.reader.open("/school/home")
        return " ".join((await self.reader.page.locator("#page").inner_text()).split())


@pytest.fixture
async def rehearse(before_june: str, chromium: Browser, address: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    # A night is not waited for: at four questions a second everybody's records take twenty seconds.
    monkeypatch.setattr("app.jobs.teaching_records.settings", lambda: Settings(trs_job_rate=1_000))

    @asynccontextmanager
    async def opened(*, javascript: bool) -> AsyncIterator[Rehearsal]:
        async with database_of_its_own(before_june), running_stand_in(teaching_records(DAYS), as_of=DAYS.as_of) as url:
            trs = TRSClient(url, KEY)
            application(Settings(base_url=address), trs=trs, personas=PERSONAS)
            context: BrowserContext = await chromium.new_context(java_script_enabled=javascript, base_url=address)
            context.set_default_timeout(15_000)
            reader = Reader(context, await context.new_page(), javascript=javascript)
            try:
                async with asyncio.timeout(240):
                    yield Rehearsal(reader, trs)
                    await reader.leave()
            finally:
                await context.close()
                await trs.close()

    return opened


async def look_up(reader: Reader, trn: str) -> None:
    """Begin a registration and go as far as the question of the first day."""
    await reader.open("/school/register-ect")
    await reader.press("Start now", "find-ect")
    await reader.fill(trn=trn, **BIRTHDAY)
    await reader.press("Continue", "review-ect")
    await reader.choose("Yes")
    await reader.press("Continue", "email-address")
    await reader.fill(email=f"person{trn}@amberley.example")
    await reader.press("Continue", "start-date")


def day(name: str, value: date) -> dict[str, str]:
    return {f"{name}_day": f"{value.day}", f"{name}_month": f"{value.month}", f"{name}_year": f"{value.year}"}


async def go_on(reader: Reader) -> None:
    """Answer whatever is asked with what stands first, up to check answers."""
    for _ in range(8):
        if reader.step == "check-answers":
            return
        options = reader.page.locator("select[name=appropriate_body_id] option")
        if await options.count():
            await reader.choose_body((await options.nth(1).inner_text()).strip())
        else:
            await reader.page.locator("main .govuk-radios__label").first.click()
        await reader.press("Continue")
    raise AssertionError(f"still asked: {reader.step}")


async def told_that_it_opened(name: str) -> list[str]:
    """Return where each mail leads that told somebody that they can go on with the registration of a person."""
    rows = await fetch("SELECT personalisation FROM message WHERE message_id = 'M-32' AND personalisation IS NOT NULL")
    found = [json.loads(row["personalisation"])["fields"] for row in rows]
    return [fields["link"] for fields in found if fields["name"] == name]


@pytest.mark.long
@BOTH
@pytest.mark.rule("QUA-7.2", "CP-05", "PRM-04", "QUA-2.3")
async def test_a_year_opens(rehearse: Any, javascript: bool) -> None:
    async with rehearse(javascript=javascript) as demo:
        draft = await asks_to_be_told(demo)
        await staff_plan_the_opening(demo)
        await the_closed_window(demo, draft)
        await opening_day(demo)
        await the_gap(demo)
        await the_year_has_begun(demo)
        assert await verify() == []
        assert await verify_provider_records() == []


async def asks_to_be_told(demo: Rehearsal) -> str:
    """In May the next year is not open: answers are kept, and the tutor asks to be told. Returns where they are."""
    await demo.at("2026-05-20T09:00:00")
    await demo.signs_in(persona="amberley-tutor")
    await look_up(demo.reader, "9900001")
    await demo.reader.fill(**day("start_date", date(2026, 9, 1)))
    await demo.reader.press("Continue", "cannot-register-yet")
    assert "academic year 2026 to 2027 is not open yet." in await demo.reader.text()
    draft = demo.reader.page.url.rpartition("/")[0]
    await demo.reader.press("Continue and email me when it opens", "cannot-register-yet")
    return draft


async def staff_plan_the_opening(demo: Rehearsal) -> None:
    """The year's set says that the next year begins on the 22nd; staff open it from the 15th on."""
    await demo.signs_in(kind="staff", roles="data", name="Dee Data", email="dee@staff.example")
    await change_records(ChangeRecords({"contract_periods": [ENDING, COMING]}), OPERATOR, DAYS.as_of)
    await change_period(demo.reader, 2026, registration_opens_on=date(2026, 6, 15))


async def the_closed_window(demo: Rehearsal, draft: str) -> None:
    """Nobody registers, the rest goes on; its last minute and the first after it are those of London."""
    reader = demo.reader
    await demo.tutor_at("2026-06-05T09:00:00")
    assert CLOSED in await demo.home()
    assert await reader.h1() == "Induction tutor", "who is to be confirmed for the coming year"
    await reader.press("Confirm induction tutor")
    await reader.choose("Yes")
    await reader.press("Continue")
    await reader.press("Confirm and save")
    await demo.home()
    assert await reader.h1() != "Induction tutor"
    for shut in ("/school/register-ect", "/school/register-mentor", draft + "/start-date"):
        await reader.open(shut)
        assert await reader.h1() == "Registration is closed at the moment"
        assert "It opens again on 15 June 2026" in await reader.text()
    await reader.open("/school/ects")
    assert await reader.h1() == "ECTs"
    await demo.tutor_at("2026-06-14T22:59:00")
    assert CLOSED in await demo.home()
    assert await told_that_it_opened("Amelia Hartley") == []
    await demo.tutor_at("2026-06-14T23:01:00")
    assert CLOSED not in await demo.home()


async def opening_day(demo: Rehearsal) -> None:
    """Who asked is told once, and goes on where they stopped."""
    await demo.tutor_at("2026-06-15T08:00:00")
    (link,) = await told_that_it_opened("Amelia Hartley")
    await demo.reader.open(link)
    await go_on(demo.reader)
    await demo.reader.press("Confirm and register", "confirmation")
    assert await demo.reader.h1() == "Amelia Hartley is registered as an ECT"


async def the_gap(demo: Rehearsal) -> None:
    """No year contains today: who starts today is registered, and trained in the year that comes."""
    await look_up(demo.reader, "9900006")
    await demo.reader.fill(**day("start_date", date(2026, 6, 15)))
    await demo.reader.press("Continue")
    await go_on(demo.reader)
    await demo.reader.press("Confirm and register", "confirmation")
    autumn, today = date(2026, 9, 1), date(2026, 6, 15)
    rows = [tuple(row) for row in await fetch(FILED, ["9900001", "9900006"])]
    assert rows == [("9900001", autumn, [autumn]), ("9900006", today, [today])]


async def the_year_has_begun(demo: Rehearsal) -> None:
    """Nothing is left to confirm, and who was registered in the gap is on the list."""
    await demo.tutor_at("2026-06-22T08:00:00")
    await demo.home()
    assert await demo.reader.h1() != "Induction tutor"
    await demo.reader.open("/school/ects?q=Chloe")
    assert "Chloe Dunn" in await demo.reader.text()


async def change_period(reader: Reader, year: int, **changes: date | str) -> None:
    """Change a contract period at the console, as staff do: fill in, give a reason, check, confirm."""
    await reader.open(f"/admin/reference-data/contract-periods/{year}")
    await reader.follow("Change the contract period")
    for name, value in changes.items():
        if isinstance(value, date):
            await reader.fill(**day(name, value))
        else:
            await reader.page.locator(f"main input[name={name}][value={value}]").check()
    await reader.fill(note="The Department has told when the year opens")
    await reader.press("Continue")
    assert await reader.h1() == "Check this change", await reader.text()
    await reader.press("Confirm this change")
