"""Mail about unfinished registrations: registration has opened (M-32), or the draft expires soon (M-30)."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING

from app import clock
from app.clock import LONDON
from app.db.service_settings import policy_in_force
from app.db.transaction import transaction
from app.drafts.expire import Unfinished, expiring_soon, keep_since_opened, note_warned, waiting
from app.notices.catalogue import DraftExpiresSoon, RegistrationOpened
from app.notices.outbox import Subjects, queue_message, queued_before
from app.notices.recipients import email_of_user_with_access
from app.terms import DraftKind, Role
from app.training.queries import calendar
from app.values import Invalid, parse_date

if TYPE_CHECKING:
    from datetime import date

    from app.training.periods import Calendar, ContractPeriod

START_DATE = "start-date"
ROLES = {DraftKind.REGISTER_ECT: Role.ECT, DraftKind.REGISTER_MENTOR: Role.MENTOR}


async def tell_that_registration_opened() -> int:
    """Tell those who asked that the year of their draft can be registered now; returns how many drafts (M-32)."""
    drafts = await waiting()
    if not drafts:
        return 0
    periods = await calendar()
    opened = {draft.id: (draft, period) for draft in drafts if (period := _opened_period(draft, periods)) is not None}
    told = await queued_before(_opened_key(draft, period) for draft, period in opened.values())
    untold = [(draft, period) for draft, period in opened.values() if _opened_key(draft, period) not in told]
    for draft, period in untold:
        await _tell(draft, period)
    return len(untold)


def _opened_key(draft: Unfinished, opened: ContractPeriod) -> str:
    return f"{RegistrationOpened.id}:draft {draft.id}:{opened.year}"


def _opened_period(draft: Unfinished, periods: Calendar) -> ContractPeriod | None:
    """Return the year that a waiting draft is for, once registration for it is open (CP-05)."""
    day, today = _start_date(draft), clock.today()
    if draft.kind not in ROLES or periods.registration_not_open(day, today, ROLES[draft.kind]) is not None:
        return None
    return periods.containing(day) or periods.base_period(day, today)


def _start_date(draft: Unfinished) -> date:
    """Return the start date in a draft; a journey that asks for none starts today."""
    try:
        return parse_date(draft.answers.get(START_DATE, {}), "start_date", what="start date")
    except Invalid:
        return clock.today()


async def _tell(draft: Unfinished, opened: ContractPeriod) -> None:
    asked_by = draft.tell_when_open_user_id or draft.last_saved_by_user_id
    async with transaction():
        email = await email_of_user_with_access(asked_by, draft.school_id)
        if email is not None:
            await queue_message(
                RegistrationOpened(draft.name, opened.year, _link(draft)),
                to=email,
                dedupe_key=_opened_key(draft, opened),
                about=Subjects(school_id=draft.school_id, user_id=asked_by),
            )
        opens_on = opened.registration_opens_on or clock.today()
        await keep_since_opened(draft.id, datetime.combine(opens_on, time(), LONDON))


async def warn_of_expiry() -> int:
    """Warn who last saved a registration that it will be deleted soon; returns how many drafts (DRF-09, M-30)."""
    ending = await expiring_soon(await policy_in_force())
    for draft, until in ending:
        await _warn(draft, until)
    return len(ending)


async def _warn(draft: Unfinished, until: datetime) -> None:
    async with transaction():
        email = await email_of_user_with_access(draft.last_saved_by_user_id, draft.school_id)
        if email is not None:
            deleted_on = until.astimezone(LONDON).date()
            await queue_message(
                DraftExpiresSoon(draft.name, deleted_on, _link(draft)),
                to=email,
                dedupe_key=f"{DraftExpiresSoon.id}:draft {draft.id}:{deleted_on}",
                about=Subjects(school_id=draft.school_id, user_id=draft.last_saved_by_user_id),
            )
        await note_warned(draft.id)


def _link(draft: Unfinished) -> str:
    """Return the page that leads on to the first unanswered question (DRF-03)."""
    return f"/school/{draft.journey}/{draft.id}/check-answers"
