"""The end of staff accounts that nobody signs in to, and the warning before it (ADM-11.5, M-81)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import clock
from app.access.deactivate_staff import deactivate_account
from app.access.staff_accounts import hold_staff_accounts, staff_account
from app.access.staff_rules import UNUSED_FOR, WARNED_AFTER, is_unused, is_warned
from app.db.engine import fetch
from app.db.transaction import transaction
from app.notices.outbox import Subjects, queue_message
from app.notices.staff_messages import StaffAccountUnused
from app.terms import SYSTEM, Refused

if TYPE_CHECKING:
    from datetime import datetime

    import asyncpg

REASON = f"Nobody signed in for {UNUSED_FOR.days} days"
# Accounts that only the test sign-in knows are left alone: it asks nobody for a code.
UNUSED = """SELECT id, name, email, coalesce(last_used_at, created_at) AS used_at FROM app_user u
    WHERE audience = 'staff' AND active AND coalesce(last_used_at, created_at) <= $1
        AND EXISTS (SELECT FROM user_identity i WHERE i.user_id = u.id AND i.method <> 'personas')
    ORDER BY used_at, id"""


async def end_unused_staff() -> int:
    """Deactivate accounts unused for 90 days, the last manager's excepted, and warn 14 days before.

    Returns how many accounts were deactivated or warned about.
    """
    now, done = clock.now(), 0
    for row in await fetch(UNUSED, now - WARNED_AFTER):
        if is_unused(now - row["used_at"]):
            done += await _deactivated(row["email"], now)
        elif is_warned(now - row["used_at"]):
            done += await _warned(row)
    return done


async def _deactivated(email: str, now: datetime) -> bool:
    """Deactivate an account unless it was used meanwhile or is the last manager's."""
    try:
        async with transaction():
            await hold_staff_accounts()
            account = await staff_account(email, lock=True)
            if account is None or not account.active or not is_unused(now - account.used_at):
                return False
            await deactivate_account(account, REASON, SYSTEM)
    except Refused:
        return False
    return True


async def _warned(row: asyncpg.Record) -> bool:
    ends_on = (row["used_at"] + UNUSED_FOR).astimezone(clock.LONDON).date()
    async with transaction():
        queued = await queue_message(
            StaffAccountUnused(row["name"], ends_on),
            to=row["email"],
            dedupe_key=f"{StaffAccountUnused.id}:account {row['id']} unused since {row['used_at'].isoformat()}",
            about=Subjects(user_id=row["id"]),
        )
    return queued is not None
