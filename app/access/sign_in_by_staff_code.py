"""Sign a member of staff in by the code they were mailed, counting wrong ones (ACC-7.3, ACC-7.4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app import clock
from app.access import one_time, sessions
from app.access.one_time import Purpose
from app.access.sign_in import STAFF_CODE
from app.access.staff_accounts import staff_account
from app.access.staff_events import OTPAccountLocked, StaffSignInRefused
from app.access.staff_rules import is_staff_address, locks
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.catalogue import StaffSignsIn
from app.events.record import About, record
from app.notices.outbox import Subjects, queue_message
from app.notices.staff_messages import StaffAccountLocked
from app.settings import settings
from app.terms import SYSTEM

if TYPE_CHECKING:
    from app.access.sessions import NewSession
    from app.access.staff_accounts import StaffAccount


@dataclass(frozen=True)
class SignInByStaffCode:
    """Whose code was typed where: `browser` is the hash of the session that asked for it."""

    email: str = field(repr=False)
    code: str = field(repr=False)
    browser: bytes


async def sign_in_by_staff_code(command: SignInByStaffCode) -> NewSession | None:
    """Return the new session; None when the code is not right, or the account takes none (ACC-7.4).

    The account's row is held throughout, so that tries at the same moment are counted one by one.
    """
    subject = command.email.lower()
    async with transaction():
        account = await staff_account(subject, lock=True)
        found = await one_time.try_code(Purpose.STAFF_CODE, subject, command.code, command.browser)
        if account is None or not is_staff_address(subject, settings().staff_domains):
            return None
        refusal = _refusal(account, right=found is not None)
        if refusal:
            await _refuse(account, refusal)
            return None
        if found is None or not await one_time.use(found.id):
            return None
        await _admit(account)
        return await sessions.replace_by_signed_in(command.browser, account.id, None, STAFF_CODE)


def _refusal(account: StaffAccount, *, right: bool) -> str:
    if not account.active:
        return "inactive"
    if account.locked_at is not None:
        return "locked"
    return "" if right else "wrong_code"


async def _refuse(account: StaffAccount, reason: str) -> None:
    record(StaffSignInRefused(About(), account.id, account.name, reason), SYSTEM)
    if reason != "wrong_code":
        return
    wrong, now = account.wrong_codes + 1, clock.now()
    locked_at = now if locks(wrong) else None
    await fetch(
        "UPDATE app_user SET wrong_codes = $2, locked_at = $3, updated_at = $4 WHERE id = $1",
        account.id,
        wrong,
        locked_at,
        now,
    )
    if locked_at is None:
        return
    await one_time.void_open(Purpose.STAFF_CODE, account.email.lower())
    record(OTPAccountLocked(About(), account.id, account.name), SYSTEM)
    await queue_message(
        StaffAccountLocked(account.name),
        to=account.email,
        dedupe_key=f"{StaffAccountLocked.id}:account {account.id} at {now.isoformat()}",
        about=Subjects(user_id=account.id),
    )


async def _admit(account: StaffAccount) -> None:
    await fetch("UPDATE app_user SET wrong_codes = NULL WHERE id = $1", account.id)
    await fetch(
        "INSERT INTO user_identity (created_at, updated_at, user_id, method, subject) VALUES ($1, $1, $2, $3, $4)"
        " ON CONFLICT DO NOTHING",
        clock.now(),
        account.id,
        STAFF_CODE,
        account.email.lower(),
    )
    record(StaffSignsIn(About(), method=STAFF_CODE), account.actor)
