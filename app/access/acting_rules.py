"""How long staff may act for a school, and why they may: pure (ADM-7.1, 7.3, 7.5)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from app.terms import Word

if TYPE_CHECKING:
    from datetime import datetime

SPELL = timedelta(minutes=60)
"""So long a spell lasts from its start; it cannot be extended."""
ELEVATED = timedelta(minutes=15)
"""So long changes may be made, inside the spell."""
VIEWED_ONCE_IN = timedelta(seconds=60)
"""Opening the same page again so soon is one event (ADM-7.9)."""


class ActingReason(Word):
    """Why somebody acts for a school."""

    ASKED_FOR_HELP = "user_asked_for_help", "Somebody at the school asked for help"
    CHECKING_A_REPORT = "checking_a_report", "Checking something that was reported"
    TESTING_A_FIX = "testing_a_fix", "Testing a correction"
    OTHER = "other", "Something else"


class ActingEnd(Word):
    """How a spell ended; the value is what the event keeps."""

    STOPPED = "stopped"
    TIME = "time"
    SIGNED_OUT = "signed_out"
    SESSION_ENDED = "session_ended"


def spell_ends_at(now: datetime) -> datetime:
    """Return when a spell that begins now is over."""
    return now + SPELL


def elevation_ends_at(now: datetime, spell_until: datetime) -> datetime:
    """Return until when changes may be made that are allowed from now on; never beyond the spell."""
    return min(now + ELEVATED, spell_until)
