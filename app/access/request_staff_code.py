"""Mail a member of staff the code that they asked for (ACC-7.2, ACC-7.3)."""

from __future__ import annotations

from dataclasses import dataclass, field

from app import clock
from app.access import one_time
from app.access.one_time import Purpose, Wanted
from app.access.staff_accounts import staff_account
from app.access.staff_rules import CODE_LIFE, MAIL_WINDOW, is_staff_address, sends_code
from app.db.transaction import transaction
from app.notices.outbox import Subjects, queue_message
from app.notices.staff_messages import StaffCode
from app.settings import settings


@dataclass(frozen=True)
class RequestStaffCode:
    """Whose code, and the hash of the session in which alone it works."""

    email: str = field(repr=False)
    browser: bytes


async def request_staff_code(command: RequestStaffCode) -> None:
    """Queue M-78 for an active account, unless one left a moment ago or five did lately; a new code voids the old.

    While a code that an operator gave out can be used, no other takes its place (ACC-7.5).
    """
    subject = command.email.lower()
    async with transaction():
        await one_time.hold(Purpose.STAFF_CODE, subject)
        account = await staff_account(subject)
        if account is None or not account.active or not is_staff_address(subject, settings().staff_domains):
            return
        made = await one_time.made_within(Purpose.STAFF_CODE, subject, MAIL_WINDOW)
        given_out = await one_time.works_anywhere(Purpose.STAFF_CODE, subject)
        if given_out or not sends_code([clock.now() - at for at in made]):
            return
        await one_time.void_open(Purpose.STAFF_CODE, subject)
        code = await one_time.make(
            Wanted(
                purpose=Purpose.STAFF_CODE,
                subject=subject,
                life=CODE_LIFE,
                code=True,
                browser=command.browser,
                user_id=account.id,
            )
        )
        await queue_message(
            StaffCode(code.code, code.expires_at),
            to=account.email,
            dedupe_key=f"{StaffCode.id}:code {code.id}",
            about=Subjects(user_id=account.id),
            expires_at=code.expires_at,
        )
