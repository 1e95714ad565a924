"""How long to wait before an email is tried again, and when to give up (NOT-2.4, NOT-2.5)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta

from app.notices.sender import Delivery

LEASE = timedelta(seconds=60)
STOPPED_PAUSE = timedelta(minutes=5)
UNKNOWN_PAUSE = timedelta(seconds=30)
JITTER = 0.2
GIVE_UP_AFTER = timedelta(hours=72)
ERASE_FIELDS_AFTER = timedelta(hours=24)
HIDE_ADDRESS_AFTER = timedelta(days=400)

WAITS_AFTER_FAILURE = {
    Delivery.TEMPORARY_FAILURE: (timedelta(hours=24), timedelta(hours=24)),
    Delivery.TECHNICAL_FAILURE: (timedelta(minutes=15), timedelta(minutes=45), timedelta(hours=3)),
}
"""From one failure to the next try, so that tries follow the first failure by 24 and 48 hours, or 15 minutes, 1 and
4 hours (NOT-2.8)."""
KEEP_UNDELIVERED = timedelta(days=90)
"""So long what did not arrive can be sent again to another address (NOT-2.10)."""

NOT_ARRIVED = ("bounced", "undelivered", "failed", "expired", "parked")
"""The states of mail that did not arrive, as staff count them (ADM-10.4, ADM-14.1)."""
FINAL = frozenset({"delivered", "bounced", "undelivered", "failed", "expired", "cancelled", "suppressed"})

_SIGN_IN_WAITS = (10, 30, 60, 120, 300, 600)
_OTHER_WAITS = (60, 300, 900, 1800, 3600)


def wait_after(attempts: int, priority: int, jitter: float = 0.0) -> timedelta:
    """Return the wait after so many attempts; jitter from -1 to 1 moves it by up to 20 %."""
    waits = _SIGN_IN_WAITS if priority == 0 else _OTHER_WAITS
    seconds = waits[min(attempts, len(waits)) - 1]
    return timedelta(seconds=seconds * (1 + JITTER * jitter))


def wait_after_failure(delivery: Delivery, earlier_failures: int) -> timedelta | None:
    """Return how long after a failed delivery the mail is sent again; None when it is not (NOT-2.8)."""
    waits = WAITS_AFTER_FAILURE.get(delivery, ())
    return waits[earlier_failures] if earlier_failures < len(waits) else None


def base_key(dedupe_key: str) -> str:
    """Return the key of a mail without the number of its try."""
    return re.sub(r":try [0-9]+$", "", dedupe_key)


def gives_up(priority: int, queued_at: datetime, now: datetime) -> bool:
    """Tell whether staff must look at it: mail of priorities 1 and 2 after 72 hours."""
    return priority > 0 and now - queued_at >= GIVE_UP_AFTER


def after_midnight(now: datetime, jitter: float = 0.0) -> datetime:
    """Return when to go on after the sender's daily limit: 00:00 UTC and up to 10 minutes (jitter from 0 to 1)."""
    tomorrow = now.astimezone(UTC).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), UTC) + timedelta(minutes=10 * jitter)
