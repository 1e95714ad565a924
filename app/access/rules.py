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
LONGEST_PATH = 1_000
AREAS = {"school": "/school/", "staff": "/admin"}
HOMES = {"school": "/school/home", "staff": "/admin"}


def is_over(last_seen_at: datetime, absolute_expires_at: datetime, now: datetime) -> bool:
    """Tell whether a session has ended by either limit; one stamped later than now is new (ACC-9.3)."""
    return now >= absolute_expires_at or now - last_seen_at >= IDLE


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
