"""Give an operator a code for a member of staff, because mail is down (ACC-7.5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.access import one_time
from app.access.one_time import Purpose, Wanted
from app.access.staff_accounts import no_account, staff_account
from app.access.staff_events import StaffCodeIssuedByOperator
from app.access.staff_rules import CODE_LIFE, is_staff_address
from app.db.transaction import transaction
from app.events.record import About, record
from app.settings import settings
from app.terms import Refused

if TYPE_CHECKING:
    from app.access.one_time import Made
    from app.terms import Actor


@dataclass(frozen=True)
class IssueStaffCode:
    """For whom, and why."""

    email: str = field(repr=False)
    reason: str


async def issue_staff_code(command: IssueStaffCode, actor: Actor) -> Made:
    """Make a code that works in any browser for 10 minutes and voids earlier ones; raises Refused where none would."""
    subject = command.email.lower()
    async with transaction():
        await one_time.hold(Purpose.STAFF_CODE, subject)
        account = await staff_account(subject)
        if account is None:
            raise no_account()
        if not account.active or not is_staff_address(subject, settings().staff_domains):
            raise Refused("inactive", "email", "The account is not active")
        if account.locked_at is not None:
            raise Refused("locked", "email", "The account is locked. Unlock it first")
        await one_time.void_open(Purpose.STAFF_CODE, subject)
        made = await one_time.make(
            Wanted(purpose=Purpose.STAFF_CODE, subject=subject, life=CODE_LIFE, code=True, user_id=account.id)
        )
        record(StaffCodeIssuedByOperator(About(), account.id, account.name, command.reason), actor)
        return made
