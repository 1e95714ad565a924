"""How long a session lasts, which privacy notice counts and where a path leads: pure (access, section 9)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

IDLE_SECONDS = 7_200
"""A session without a request for so long is over (ACC-9.3)."""
IDLE = timedelta(seconds=IDLE_SECONDS)
ABSOLUTE = timedelta(hours=12)
PRIVACY_VERSION = "1.0"
"""The version of the privacy notice in force, as major.minor (ACC-9.11)."""
ROLE_GOOD_FOR = timedelta(minutes=15)
"""A role confirmed longer ago than this is asked about again (ACC-4.12)."""
WRITES_GO_ON_FOR = timedelta(minutes=60)
"""Without an answer people may change things until so long after the last good one."""
ROLE_PAUSE = timedelta(seconds=60)
"""After a question without an answer, pages don't wait for another so long."""
UNUSED_FOR = timedelta(days=400)
"""Access to a school that nobody used for so long ends (ACC-3.6)."""
LONGEST_PATH = 1_000
AREAS = {"school": "/school/", "staff": "/admin"}
HOMES = {"school": "/school/home", "staff": "/admin"}


def ends_at(last_seen_at: datetime, absolute_expires_at: datetime) -> datetime:
    """Return when a session ends if nothing more is asked."""
    return min(last_seen_at + IDLE, absolute_expires_at)


def has_accepted_privacy_notice(accepted: str | None) -> bool:
    """Tell whether the accepted version has the same major number as the one in force (ACC-9.11)."""
    return accepted is not None and accepted.split(".")[0] == PRIVACY_VERSION.split(".", maxsplit=1)[0]


def may_return_to(path: str | None, audience: str) -> bool:
    """Tell whether a path asked for earlier is ours and inside the person's area (ACC-9.9)."""
    if not path or len(path) > LONGEST_PATH or "\\" in path or not path.isprintable():
        return False
    return path.startswith(AREAS[audience]) and not path.startswith("//")


def role_is_due(checked_at: datetime, tried_at: datetime | None, now: datetime) -> bool:
    """Tell whether the role of the current school is to be asked about again (ACC-4.12); stamped later is new."""
    pausing = tried_at is not None and timedelta(0) <= now - tried_at < ROLE_PAUSE
    return now - checked_at > ROLE_GOOD_FOR and not pausing


def may_write_unchecked(checked_at: datetime, now: datetime) -> bool:
    """Tell whether somebody whose role can't be asked about may still change things (ACC-4.12)."""
    return now - checked_at < WRITES_GO_ON_FOR
