"""Which dates a school is told of, and how a calendar learns that one moved: pure (NOT-7)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.registration.dates.entries import Entry, Names, initials, window
from app.registration.dates.read_feed import Said, reconciled
from app.terms import Role
from app.web.ical import escaped, folded, write_calendar

NOW = datetime(2025, 11, 10, 12, tzinfo=UTC)
TODAY = NOW.date()
START = Entry("start-ect-1", date(2026, 1, 5), "Start", "Jo Smith", Role.ECT)
DAY = timedelta(days=1)


@pytest.mark.rule("NOT-7.2")
@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        (date(2025, 11, 10), date(2025, 10, 11), date(2027, 11, 10)),
        (date(2024, 2, 29), date(2024, 1, 30), date(2026, 2, 28)),
        (date(2025, 12, 31), date(2025, 12, 1), date(2027, 12, 31)),
        (date(2025, 1, 1), date(2024, 12, 2), date(2027, 1, 1)),
    ],
)
def test_dates_are_told_from_30_days_back_to_24_months_ahead(today: date, first: date, last: date) -> None:
    assert window(today) == (first, last)


@pytest.mark.rule("NOT-7.3")
def test_an_entry_says_the_least_there_is_to_say() -> None:
    assert [START.words(names) for names in Names] == ["Start: J.S., ECT", "Start: Jo Smith, ECT", "Start: an ECT"]
    mentor = Entry("start-mentor-1", TODAY, "Start", "Siân O’Dowd", Role.MENTOR)
    assert (initials("Siân O’Dowd"), mentor.words(Names.NONE)) == ("S.O.", "Start: a mentor")
    assert Entry("opening-2026", TODAY, "Registration opens").words(Names.INITIALS) == "Registration opens"


def said(*found: Entry, kept: tuple[Said, ...] = (), at: timedelta = timedelta()) -> dict[str, Said]:
    before = {one.key: one for one in kept}
    now = NOW + at
    entries = reconciled({entry.key: entry for entry in found}, before, Names.INITIALS, now, now.date())
    return {one.key: one for one in entries}


@pytest.mark.rule("NOT-7.4")
def test_a_moved_date_raises_its_sequence_and_stays_the_same_entry() -> None:
    (first,) = said(START).values()
    assert (first.key, first.on, first.sequence, first.changed_at) == (START.key, START.on, 0, NOW)
    assert said(START, kept=(first,), at=DAY) == {START.key: first}
    moved = Entry(START.key, START.on + DAY, "Start", "Jo Smith", Role.ECT)
    (second,) = said(moved, kept=(first,), at=DAY).values()
    assert (second.key, second.on, second.sequence, second.changed_at) == (START.key, moved.on, 1, NOW + DAY)


@pytest.mark.rule("NOT-7.4")
def test_a_withdrawn_date_is_told_for_30_days_and_may_come_back() -> None:
    (first,) = said(START).values()
    (gone,) = said(kept=(first,)).values()
    assert (gone.sequence, gone.withdrawn_on) == (1, TODAY)
    assert said(kept=(gone,), at=30 * DAY) == {START.key: gone}
    assert said(kept=(gone,), at=31 * DAY) == {}
    (back,) = said(START, kept=(gone,), at=DAY).values()
    assert (back.sequence, back.withdrawn_on) == (2, None)


@pytest.mark.rule("NOT-7.4")
@pytest.mark.parametrize(
    ("key", "withdrawn"), [("challenge-1", False), ("mentor-needed-1", False), ("start-ect-1", True)]
)
def test_what_lapses_with_its_day_is_not_withdrawn(key: str, withdrawn: bool) -> None:
    kept = Said(key, TODAY - DAY, "Something", 0, NOW)
    (found,) = said(kept=(kept,)).values()
    assert (found.withdrawn_on is not None) is withdrawn
    assert said(kept=(Said(key, TODAY - 31 * DAY, "Something", 0, NOW),)) == {}


@pytest.mark.rule("NOT-7.4")
def test_lines_are_folded_at_75_octets_and_no_letter_is_cut() -> None:
    line = "SUMMARY:" + "é😀" * 60
    parts = list(folded([line]))
    assert all(part.endswith(b"\r\n") and len(part) <= 77 for part in parts)
    assert all(part.startswith(b" ") for part in parts[1:])
    assert b"".join(part[:-2].removeprefix(b" ") if number else part[:-2] for number, part in enumerate(parts)) == (
        line.encode()
    )
    assert [part.decode() for part in parts]
    assert list(folded(["x" * 75])) == [b"x" * 75 + b"\r\n"]


@pytest.mark.rule("NOT-7.4")
def test_a_calendar_is_of_all_day_entries_with_escaped_text() -> None:
    class Feed:
        school = "Ash; Oak, Elm"
        entries = (
            Said("start-ect-1", date(2026, 12, 31), "Start: J.S., ECT", 0, NOW),
            Said("draft-1", date(2026, 1, 1), "Gone\nnow\\", 3, NOW, TODAY),
        )

    feed: Any = Feed()
    body = write_calendar(feed, "register.example")
    assert body.count(b"\r\n") == body.count(b"\n")
    lines = body.decode().replace("\r\n ", "").split("\r\n")
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert "X-WR-CALNAME:Early career teachers: Ash\\; Oak\\, Elm" in lines
    assert "REFRESH-INTERVAL;VALUE=DURATION:P1D" in lines
    first, second = (lines[number : number + 10] for number, line in enumerate(lines) if line == "BEGIN:VEVENT")
    assert "UID:start-ect-1@register.example" in first
    assert {"DTSTART;VALUE=DATE:20261231", "DTEND;VALUE=DATE:20270101", "STATUS:CONFIRMED", "SEQUENCE:0"} <= set(first)
    assert {"STATUS:CANCELLED", "SEQUENCE:3", "SUMMARY:Gone\\nnow\\\\"} <= set(second)
    assert escaped("a,b;c\r\nd") == "a\\,b\\;c\\nd"
