"""The dates of a school, as a page and in somebody's own calendar (NOT-7)."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from app.db.engine import fetch, fetch_one
from tests import factories
from tests.cast import Cast, cast, sign_in
from tests.web.conftest import browser_of

if TYPE_CHECKING:
    import httpx

PATH = "/school/dates"
ADDRESS = re.compile(r"http://127\.0\.0\.1:8000(/calendar/[\w-]{43}\.ics)")


@pytest.fixture
async def people(database: None) -> Cast:
    """Give the cast, stored."""
    return await cast()


@pytest.fixture
async def alice(client: Any, people: Cast) -> Any:
    """Give Alice's browser, signed in at Ash School."""
    await sign_in(client, people.alice, people.ash)
    return client


async def world(people: Cast) -> tuple[Any, Any]:
    """Store people with every kind of date."""
    mentor = await factories.mentor(people.ash, "Max Mentor", date(2024, 9, 1), finished_on=date(2025, 12, 19))
    ect = await factories.ect(people.ash, "Siân Evans", date(2025, 11, 3))
    leaver = await factories.ect(people.ash, "Lou Leaver", date(2024, 9, 1), finished_on=date(2026, 1, 9))
    await factories.mentorship(ect, mentor, finished_on=date(2025, 12, 19))
    larch = await factories.lead_provider()
    await factories.training(ect, larch)
    await factories.training(leaver, larch, finished_on=date(2026, 1, 9))
    await factories.partnership(
        people.ash, larch, await factories.delivery_partner(), reported_at=factories.noon(date(2025, 11, 5))
    )
    await factories.closure(date(2026, 6, 1), date(2026, 6, 14))
    await factories.ect(people.birch, "Foreign Person", date(2025, 11, 4))
    return ect, mentor


def shown(browser: Any) -> list[tuple[str, str]]:
    rows = html.fromstring(browser.page.text).xpath("//*[@data-date]")
    return [(row.xpath("./dt")[0].text_content(), row.xpath("./dd")[0].text_content()) for row in rows]


@pytest.mark.rule("NOT-7.1", "NOT-7.2")
async def test_the_page_shows_every_kind_of_date_there_is(alice: Any, people: Cast) -> None:
    await world(people)
    await alice.get(PATH)
    assert shown(alice) == [
        ("30 November 2025", "Last day to say a partnership is wrong: Larch Learning and Dogwood Partners"),
        ("19 December 2025", "Last day: Max Mentor, mentor"),
        ("20 December 2025", "Needs a mentor from today: Siân Evans, ECT"),
        ("9 January 2026", "Last day: Lou Leaver, ECT"),
        ("9 January 2026", "Provider-led training ends: Lou Leaver, ECT"),
        ("1 June 2026", "Registration closes for a time"),
        ("1 June 2026", "Registration opens for 2026 to 2027"),
        ("1 June 2026", "Confirm your induction tutor for 2026 to 2027"),
        ("15 June 2026", "Registration is open again"),
        ("3 November 2025", "Start: Siân Evans, ECT"),
        ("3 November 2025", "Provider-led training starts: Siân Evans, ECT"),
    ]
    assert "Foreign" not in alice.page.text


async def make_link(browser: Any, names: str = "initials") -> str:
    await browser.get(PATH)
    answer = await browser.post(PATH, {"calendar_action": "add", "names": names})
    assert answer.status_code == 200
    (path,) = ADDRESS.findall(answer.text)
    return str(path)


async def read(app: Any, path: str, on: str = "2025-11-10", **headers: str) -> httpx.Response:
    """Read a feed as a calendar does: with nothing but its address."""
    calendar = browser_of(app)
    answer = await calendar.client.get(path, headers={"X-With-Server-Date": on, **headers})
    await calendar.client.aclose()
    return answer


def events(answer: httpx.Response) -> dict[str, dict[str, str]]:
    """Return the entries by what they say."""
    lines = answer.content.decode().replace("\r\n ", "")
    found = [
        dict(line.split(":", 1) for line in block.split("\r\n") if ":" in line)
        for block in lines.split("BEGIN:VEVENT")[1:]
    ]
    return {event["SUMMARY"]: event for event in found}


@pytest.mark.rule("NOT-7.1", "NOT-7.3", "NOT-7.4")
async def test_a_calendar_reads_the_dates_by_the_address_alone(app: Any, alice: Any, people: Cast) -> None:
    ect, _ = await world(people)
    path = await make_link(alice)
    answer = await read(app, path)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private"
    assert "set-cookie" not in answer.headers
    found = events(answer)
    assert found["Start: S.E.\\, ECT"]["UID"] == f"start-ect-{ect.public_id}@127.0.0.1"
    assert found["Last day: M.M.\\, mentor"]["DTSTART;VALUE=DATE"] == "20251219"
    said = answer.text
    for never in (ect.teacher.trn, "Evans", "Siân", "@school.example", "Foreign"):
        assert never not in said
    again = await read(app, path, **{"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", answer.headers["etag"])
    row = await fetch_one("SELECT token_hash FROM calendar_feed")
    assert row is not None
    assert path[10:-4].encode() not in row["token_hash"]


@pytest.mark.rule("NOT-7.4")
async def test_a_date_that_moves_or_goes_is_told(app: Any, alice: Any, people: Cast) -> None:
    await world(people)
    path = await make_link(alice, "names")
    before = events(await read(app, path))["Last day: Lou Leaver\\, ECT"]
    await fetch("UPDATE ect_at_school_period SET finished_on = '2026-01-16' WHERE finished_on IS NOT NULL")
    after = events(await read(app, path))["Last day: Lou Leaver\\, ECT"]
    assert (before["SEQUENCE"], after["SEQUENCE"], before["UID"]) == ("0", "1", after["UID"])
    assert after["DTSTART;VALUE=DATE"] == "20260116"
    await fetch("UPDATE ect_at_school_period SET finished_on = NULL, end_reason = NULL WHERE finished_on IS NOT NULL")
    gone = events(await read(app, path))["Last day: Lou Leaver\\, ECT"]
    assert (gone["SEQUENCE"], gone["STATUS"], gone["UID"]) == ("2", "CANCELLED", before["UID"])
    assert "Last day: Lou Leaver\\, ECT" not in events(await read(app, path, "2025-12-11"))


@pytest.mark.rule("NOT-7.1")
async def test_a_replaced_or_ended_address_answers_no_more(app: Any, alice: Any, people: Cast) -> None:
    first = await make_link(alice)
    assert (await read(app, first)).status_code == 200
    second = await make_link(alice, "none")
    assert [(await read(app, path)).status_code for path in (first, second, f"{second}x", "/calendar/x.ics")] == [
        404,
        200,
        404,
        404,
    ]
    await alice.get(PATH)
    assert second not in alice.page.text
    await fetch("UPDATE school_access SET ended_at = now() WHERE user_id = $1", people.alice.id)
    assert (await read(app, second)).status_code == 404
    await fetch("UPDATE school_access SET ended_at = NULL WHERE user_id = $1", people.alice.id)
    assert (await alice.post(PATH, {"calendar_action": "switch_off"})).status_code == 303
    await alice.get(f"{PATH}?notice=switch_off")
    assert "has been switched off" in alice.page.text
    assert (await read(app, second)).status_code == 404
    kinds = [row["kind"] for row in await fetch("SELECT kind FROM event WHERE kind LIKE 'calendar%' ORDER BY id")]
    assert kinds == ["calendar_feed_created", "calendar_feed_replaced", "calendar_feed_switched_off"]


@pytest.mark.rule("NOT-7.4")
async def test_reading_notes_the_hour_and_no_event(app: Any, alice: Any) -> None:
    path = await make_link(alice)
    events_before = await fetch("SELECT count(*) FROM event")
    times = []
    for at in ("2025-11-10T12:00", "2025-11-10T12:59", "2025-11-10T13:00"):
        await read(app, path, at)
        row = await fetch_one("SELECT fetched_at FROM calendar_feed")
        times.append(f"{row['fetched_at']:%H:%M}" if row else "")
    assert times == ["12:00", "12:00", "13:00"]
    assert await fetch("SELECT count(*) FROM event") == events_before
    await alice.get(PATH)
    assert "A calendar last read it on 10 November 2025 at 1pm" in " ".join(alice.page.text.split())


@pytest.mark.rule("NOT-7.3", "GEN-06")
@pytest.mark.parametrize("form", [{"calendar_action": "add"}, {"names": ""}, {"calendar_action": "add", "names": "x"}])
async def test_a_form_without_its_choices_is_shown_again(alice: Any, form: dict[str, str]) -> None:
    await alice.get(PATH)
    assert (await alice.post(PATH, form)).status_code == 422
    assert await fetch("SELECT FROM calendar_feed") == []


@pytest.mark.rule("PRF-3")
async def test_the_page_sends_as_many_statements_for_one_as_for_many(
    alice: Any, people: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    counts = []
    for number in range(3):
        await factories.ect(people.ash, f"Ann Number{number}")
        await factories.mentor(people.ash, f"Max Number{number}")
        caplog.clear()
        with caplog.at_level("INFO", "register"):
            await alice.get(PATH)
            counts.append([record.fields["db_count"] for record in caplog.records if hasattr(record, "fields")][-1])
    assert len(set(counts[1:])) == 1
    assert counts[0] <= counts[1] <= 12
