"""Where nothing can be filed because the reference data has a gap: the dead end, and the alert to support (CP-11)."""

from __future__ import annotations

import logging

from app.drafts.store import CANNOT_FILE
from app.journeys.engine import Exit

ALARMS = logging.getLogger("register.alarm")
SLUG = "cannot-file-yet"


def cannot_file(why: str, change: str = "") -> Exit:
    """Return the dead end, after a line in the log that support is alerted by; change: the page that may help."""
    ALARMS.error("cannot file", extra={"fields": {"alarm": True, "cannot_file": why}})
    return Exit(SLUG, {"why": why, "change": change}, stands=CANNOT_FILE)
