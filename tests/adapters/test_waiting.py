"""How long another system asks to wait, as it is passed on (API-29.8)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from app import clock
from app.adapters.http import seconds_to_wait

NOW = datetime(2026, 3, 4, 12, 0, 0, 250_000, tzinfo=UTC)


def http_date(seconds: int) -> str:
    return format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.rule("API-29.8")
@pytest.mark.parametrize(
    ("told", "passed_on"),
    [
        ("", None),
        ("0", 0),
        (" 17 ", 17),
        ("3600", 3_600),
        ("3601", 60),
        ("9" * 5_000, 60),
        ("-1", 60),
        ("1.5", 60),
        ("soon", 60),
        (http_date(90), 90),
        (http_date(-90), 60),
        (http_date(3_700), 60),
        ("Wed, 04 Mar 2026 12:00:30", 30),
        ("Wed, 99 Mar 2026 12:00:30 GMT", 60),
    ],
)
def test_a_time_to_wait_is_passed_on_in_whole_seconds(
    told: str, passed_on: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "machine_now", lambda: NOW)
    assert seconds_to_wait(told) == passed_on
