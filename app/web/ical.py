"""Writing a calendar of all-day entries (RFC 5545, NOT-7.4)."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime

    from app.registration.dates.read_feed import ReadFeed, Said

LONGEST_LINE = 75
"""In octets, without the line break."""


def write_calendar(feed: ReadFeed, host: str) -> bytes:
    """Return the calendar; host: what makes the ids of entries ours."""
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Department for Education//Register early career teachers//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(f'Early career teachers: {feed.school}')}",
        "REFRESH-INTERVAL;VALUE=DURATION:P1D",
        "X-PUBLISHED-TTL:P1D",
        *(line for entry in feed.entries for line in _event(entry, host)),
        "END:VCALENDAR",
    )
    return b"".join(folded(lines))


def escaped(text: str) -> str:
    """Return a text as the value of a property."""
    for mark, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n"), ("\r", "\\n")):
        text = text.replace(mark, written)
    return text


def folded(lines: Iterable[str]) -> Iterator[bytes]:
    """Give each line with its break, folded so that none is longer than 75 octets and no letter is cut."""
    for line in lines:
        part = b""
        for letter in line:
            octets = letter.encode()
            if len(part) + len(octets) > LONGEST_LINE:
                yield part + b"\r\n"
                part = b" "
            part += octets
        yield part + b"\r\n"


def _event(entry: Said, host: str) -> tuple[str, ...]:
    return (
        "BEGIN:VEVENT",
        f"UID:{entry.key}@{host}",
        f"DTSTAMP:{_moment(entry.changed_at)}",
        f"LAST-MODIFIED:{_moment(entry.changed_at)}",
        f"SEQUENCE:{entry.sequence}",
        f"STATUS:{'CONFIRMED' if entry.withdrawn_on is None else 'CANCELLED'}",
        f"DTSTART;VALUE=DATE:{_day(entry.on)}",
        f"DTEND;VALUE=DATE:{_day(entry.on + timedelta(days=1))}",
        f"SUMMARY:{escaped(entry.summary)}",
        "TRANSP:TRANSPARENT",
        "CLASS:PRIVATE",
        "END:VEVENT",
    )


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"
