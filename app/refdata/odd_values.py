"""Odd values of the register that staff look at, in the queue Q-12 (REF-2.7, REF-2.9, REF-2.10)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from app.refdata.staging import long
from app.registration.closing_schools.closings import hold_items
from app.schools.rules import CLOSED, KNOWN_TYPES
from app.terms import RegisterItemKind

if TYPE_CHECKING:
    from datetime import date

    from app.refdata.staging import Staged

ABSENT_TOO_LONG = timedelta(days=30)
OURS = "SELECT id FROM school WHERE alias_of_school_id IS NULL AND "


async def hold_odd_values(staged: Staged, today: date) -> None:
    """Put schools with odd values before staff, and take away those that have them no longer."""
    listed = {
        RegisterItemKind.TYPE_UNKNOWN: await long(
            f"{OURS} status_code <> $1 AND NOT type_code = ANY($2)", CLOSED, sorted(KNOWN_TYPES)
        ),
        RegisterItemKind.ABSENT: await long(f"{OURS} absent_since < $1", today - ABSENT_TOO_LONG),
        RegisterItemKind.UKPRN_REPEATED: await long(f"{OURS} urn = ANY($1)", sorted(staged.ukprn_repeated)),
        RegisterItemKind.STATUS_UNKNOWN: await long(f"{OURS} urn = ANY($1)", sorted(staged.status_unknown)),
        RegisterItemKind.CLOSE_DATE_MISSING: await long(
            """SELECT i.school_id AS id FROM register_item i JOIN school s ON s.id = i.school_id
            WHERE i.kind = 'close_date_missing' AND i.settled_at IS NULL AND s.status_code = $1
                AND s.closed_on IS NULL AND s.last_changed_on IS NULL""",
            CLOSED,
        ),
    }
    for kind, rows in listed.items():
        await hold_items(kind, [row["id"] for row in rows], today)
