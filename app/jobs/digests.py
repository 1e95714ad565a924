"""Digests for users who chose them: every Monday, every working day, or when something happens (NOT-6.2, NOT-6.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from app import clock
from app.access.mark_notices_read import note_told
from app.access.preferences import Digest, NoticeGroup
from app.clock import LONDON
from app.db.engine import fetch
from app.db.service_settings import policy_in_force
from app.db.transaction import transaction
from app.notices import digest_messages as messages
from app.notices.outbox import Subjects, queue_message
from app.registration.home.reminder_days import working_day
from app.registration.home.school_notices import Asked, notices
from app.registration.home.school_to_do import school_to_do
from app.terms import SchoolId, UserId
from app.training.queries import calendar

if TYPE_CHECKING:
    from app.registration.home.school_notices import SchoolNotice
    from app.registration.home.to_do import Task

AT = time(7, 30)
WAITS = timedelta(minutes=10)
"""What happens within this time is one mail (NOT-6.2)."""
MOST_LINES, LOOKED_AT = 20, 200
LATEST = timedelta(days=2)
"""A digest whose time no run came by is made up for so long."""
MONDAY = 0
WORDS = {
    "training_withdrawn": "a lead provider stopped their training",
    "training_deferred": "a lead provider paused their training",
    "partnership_disputed_effect": "a partnership was reported as wrong: choose lead providers",
    "email_not_delivered": "our email could not be delivered",
    "mentor_needed": "a mentor is leaving, and ECTs may need another",
    "teaching_record_problem": "something is wrong with their teaching record: contact us",
    "partnership_reported": "a lead provider reported a partnership: check it",
    "joined_another_school": "another school has registered them",
    "provider_confirmed": "a lead provider confirmed their training",
    "delivery_partner_changed": "the delivery partner has changed",
    "training_resumed": "their training goes on again",
    "induction_recorded": "an appropriate body recorded their induction",
    "qualified_status_awarded": "their qualified teacher status has changed",
    "name_changed_elsewhere": "their name has changed",
    "tutor_changed": "the induction tutor has changed",
    "access_changed": "somebody’s access has changed",
    "colleague_change": "a colleague changed something",
    "support_change": "DfE support changed something",
    "school_succession": "your school’s entry in the register has changed",
    "registration_opened": "registration has opened for an academic year",
    "closure_announced": "registration is closed for some days",
    "choices_ended": "a choice that your school made has ended: we will ask you to choose again",
    "eligibility_changed": "how your school may use the service has changed",
}
"""What a mail says of each kind of notice; nothing that somebody typed (NOT-3.3)."""


@dataclass(frozen=True)
class Reader:
    """A user who wants digests about a school, and the event up to which they have been told."""

    user_id: UserId
    school_id: SchoolId
    email: str
    school: str
    digest: Digest
    groups: tuple[NoticeGroup, ...]
    told_to: int


async def send_digests() -> int:
    """Send every digest due by now; returns how many mails were queued (NOT-6.3)."""
    now = clock.now()
    return sum([await tell(reader, now) for reader in await readers()])


async def readers() -> list[Reader]:
    """Return who wants digests and still works for the school (NOT-6.4)."""
    rows = await fetch(
        """SELECT p.user_id, p.school_id, u.email, s.name AS school, p.digest, p.digest_groups, p.digest_told_to
        FROM school_preference p JOIN app_user u ON u.id = p.user_id JOIN school s ON s.id = p.school_id
        WHERE p.digest <> 'off' AND u.active AND EXISTS (SELECT FROM school_access a
            WHERE a.user_id = u.id AND a.school_id = s.id AND a.ended_at IS NULL) ORDER BY p.id"""
    )
    return [
        Reader(
            row["user_id"],
            row["school_id"],
            row["email"],
            row["school"],
            Digest(row["digest"]),
            tuple(group for group in NoticeGroup if group.value in row["digest_groups"]),
            row["digest_told_to"],
        )
        for row in rows
    ]


def due_on(digest: Digest, now: datetime) -> date | None:
    """Return the day whose digest is due, None when there is none; at once is not by the day."""
    local = now.astimezone(LONDON)
    day = local.date() if local.time() >= AT else local.date() - timedelta(days=1)
    while digest is Digest.WEEKLY and day.weekday() != MONDAY:
        day -= timedelta(days=1)
    while digest is Digest.DAILY and working_day(day) != day:
        day -= timedelta(days=1)
    return day if local.date() - day <= LATEST else None


async def tell(reader: Reader, now: datetime) -> int:
    """Send one user their digest about one school, unless it went or there is nothing to say."""
    at_once = reader.digest is Digest.AT_ONCE
    day = None if at_once else due_on(reader.digest, now)
    if day is None and not at_once:
        return 0
    asked = Asked(reader.school_id, reader.user_id, after=reader.told_to)
    found = await notices(asked, now.astimezone(LONDON).date(), now, LOOKED_AT)
    new = [one for one in found.notices if one.group in reader.groups and not one.settled]
    if at_once and (not new or now - new[-1].event.recorded_at < WAITS):
        return 0
    tasks = await open_tasks(reader, now)
    if not new and not tasks:
        return 0
    period = f"event {found.newest}" if at_once else f"{reader.digest.value} {day}"
    return await send(reader, new, tasks, period, found.newest)


async def open_tasks(reader: Reader, now: datetime) -> tuple[Task, ...]:
    """Return what the school has to do itself."""
    done = await school_to_do(reader.school_id, now, await policy_in_force(), await calendar(), registers=False)
    return done.own


async def send(reader: Reader, new: list[SchoolNotice], tasks: tuple[Task, ...], period: str, newest: int) -> int:
    """Queue the mail and note up to where it told; a period that was told already sends nothing."""
    kind = messages.NoticeAtOnce if reader.digest is Digest.AT_ONCE else messages.Digest
    oldest = (clock.today() - tasks[0].since).days if tasks else 0
    lines = tuple(line_of(one) for one in new[:MOST_LINES])
    message = kind(reader.school, len(tasks), max(0, oldest), lines, len(new) - len(lines), "/school/home")
    async with transaction():
        queued = await queue_message(
            message,
            to=reader.email,
            dedupe_key=f"{message.id}:user {reader.user_id} school {reader.school_id}:{period}",
            about=Subjects(school_id=reader.school_id, user_id=reader.user_id),
        )
        if queued is not None:
            await note_told(reader.user_id, reader.school_id, newest)
    return 0 if queued is None else 1


def line_of(notice: SchoolNotice) -> str:
    """Return what a mail says of a notice: whom it is about, and what happened in fixed words."""
    words = WORDS[notice.notice]
    if notice.person is None:
        return words[:1].upper() + words[1:]
    return f"{notice.person.name.displayed}: {words}"
