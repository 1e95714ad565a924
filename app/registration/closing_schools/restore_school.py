"""Giving people their former dates back when their school is open after all (REF-3.7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.survivors import with_merged
from app.db.transaction import transaction
from app.events.record import record
from app.registration.leaving.last_days import RowKind
from app.registration.leaving.leaving_events import TeacherLeavingCancelled
from app.registration.queries import email_in_use
from app.registration.reopen_stay import closing_of, later_stay_from, reopen_rows
from app.registration.whole_stay import whole_stay
from app.teachers.locks import hold, lock_teachers
from app.terms import Refused, Role, TeacherId

if TYPE_CHECKING:
    from app.registration.reopen_stay import Closing
    from app.registration.whole_stay import WholeStay
    from app.terms import Actor, SchoolId

ENDED = """
    SELECT 'mentor' AS role, id, teacher_id, email, removed_at IS NOT NULL AS removed FROM mentor_at_school_period m
    WHERE school_id = $1 AND ((removed_at IS NULL AND end_reason = 'school_closed' AND finished_on = $2)
            OR (removed_at >= $3 AND removal_reason = 'school_closed' AND started_on > $2))
        AND NOT EXISTS (SELECT FROM mentor_at_school_period later WHERE later.continues_stay_id = m.id)
        AND ended_by_stay_id IS NULL
    UNION ALL
    SELECT 'ect', id, teacher_id, email, removed_at IS NOT NULL FROM ect_at_school_period e
    WHERE school_id = $1 AND ((removed_at IS NULL AND end_reason = 'school_closed' AND finished_on = $2)
            OR (removed_at >= $3 AND removal_reason = 'school_closed' AND started_on > $2))
        AND NOT EXISTS (SELECT FROM ect_at_school_period later WHERE later.continues_stay_id = e.id)
    ORDER BY role DESC, id"""
BACK = {
    Role.ECT: """UPDATE ect_at_school_period SET finished_on = $2, end_reason = $3, removed_at = NULL,
        removal_reason = NULL, updated_at = $4, version = version + 1 WHERE id = $1""",
    Role.MENTOR: """UPDATE mentor_at_school_period SET finished_on = $2, end_reason = $3, removed_at = NULL,
        removal_reason = NULL, updated_at = $4, version = version + 1 WHERE id = $1""",
}
REMOVED_ROWS = f"""SELECT metadata -> 'rows' AS rows FROM event
    WHERE school_id = $2 AND teacher_id = ANY(ARRAY{with_merged("$1")})
    AND kind = 'teacher_registration_removed' AND $3 IN (ect_at_school_period_id, mentor_at_school_period_id)
    AND metadata ->> 'role' = $4 ORDER BY id DESC LIMIT 1"""  # noqa: S608 - constants
UNCANCEL = {
    "training": """UPDATE training_period SET cancelled_at = NULL, cancellation_reason = NULL, updated_at = $2
        WHERE id = $1 AND cancellation_reason = 'registration_removed'""",
    "mentorship": """UPDATE mentorship_period SET cancelled_at = NULL, cancellation_reason = NULL, updated_at = $2
        WHERE id = $1 AND cancellation_reason = 'registration_removed'""",
}


@dataclass(frozen=True)
class RestoreSchool:
    """A school whose people's time ended on a last day, by a closing noted on a day."""

    school_id: SchoolId
    last_day: date
    acted_on: date


@dataclass(frozen=True)
class SchoolRestored:
    """How many stays have their former dates again, and who could not get them back."""

    restored: int
    not_restored: tuple[int, ...] = ()
    """Internal ids of the people."""


@dataclass
class _Ended:
    """A stay that closing ended, as it was when it was read; removed: it had not started then."""

    stay: WholeStay
    closing: Closing
    removed: bool


async def restore_school(command: RestoreSchool, actor: Actor, today: date) -> SchoolRestored:
    """Give the stays that closing a school ended or removed their former dates, with what lies in them.

    Whoever has a later stay keeps it, an address that somebody else has by now keeps its stay closed (EML-01), and
    what cannot be put back whole is counted. An event for each stay.
    Implements REF-3.7; also the first half of a late successor (REF-3.8) and of a moved close date (REF-3.9).
    """
    async with transaction():
        rows = await fetch(ENDED, command.school_id, command.last_day, clock.at_noon(command.acted_on).replace(hour=0))
        await lock_teachers({TeacherId(row["teacher_id"]) for row in rows})
        await hold({f"email:{row['email'].lower()}" for row in rows})
        ended = [await _read(row) for row in rows]
        back = [one for one in ended if await _stay_back(one, today)]
        kept = {id(one) for one in back}
        lost = [one.stay.teacher_id for one in ended if id(one) not in kept]
        lost += [one.stay.teacher_id for one in back if not await _rows_back(one, command.last_day, actor)]
        return SchoolRestored(len(back), tuple(sorted(set(lost))))


async def _read(row: Any) -> _Ended:
    stay = await whole_stay(Role(row["role"]), row["id"])
    return _Ended(stay, await closing_of(stay), row["removed"])


async def _stay_back(ended: _Ended, today: date) -> bool:
    """Give the stay itself its former last day, unless a later one stands in its way."""
    stay, closing = ended.stay, ended.closing
    former = stay.finished_on if ended.removed else closing.former_last_day
    later = await later_stay_from(stay) if not ended.removed else None
    if later is not None and (former is None or former >= later):
        return False
    if (former is None or former >= today) and await email_in_use(stay.email, stay.trn, today):
        return False
    why = stay.end_reason if ended.removed else closing.former_why
    try:
        async with transaction():
            await fetch(
                BACK[stay.role],
                stay.id,
                former,
                why.value if former and why else None,
                clock.now(),
            )
    except Refused:
        return False
    return True


async def _rows_back(ended: _Ended, last_day: date, actor: Actor) -> bool:
    """Give training and mentoring their former dates; returns whether all of it could have them."""
    now = await whole_stay(ended.stay.role, ended.stay.id)
    if ended.removed:
        restored, lost = await _uncancelled(now)
    else:
        as_closed = replace(
            now,
            finished_on=last_day,
            end_reason=ended.stay.end_reason,
            mentorships=tuple(row for row in now.mentorships if row.cancelled or row.finished_on == last_day),
        )
        reopened = await reopen_rows(as_closed, ended.closing, now.finished_on, actor)
        restored, lost = reopened.restored, reopened.not_restored
    former = None if ended.removed else ended.stay.finished_on
    record(TeacherLeavingCancelled(now.about, now.name, former, now.finished_on, restored, lost), actor)
    return not lost


async def _uncancelled(stay: WholeStay) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Let what was cancelled with a removed stay count again; returns what does and what cannot, in words."""
    found = await fetch_one(REMOVED_ROWS, stay.teacher_id, stay.school_id, stay.id, stay.role.value)
    words: dict[bool, list[str]] = {True: [], False: []}
    for row in msgspec.json.decode(found["rows"]) if found else ():
        words[await _uncancel(row)].append(_words(row))
    return tuple(words[True]), tuple(words[False])


async def _uncancel(row: dict[str, Any]) -> bool:
    try:
        async with transaction():
            await fetch(UNCANCEL[row["kind"]], row["id"], clock.now())
    except Refused:
        return False
    return True


def _words(row: dict[str, Any]) -> str:
    if row["kind"] == RowKind.MENTORSHIP.value:
        return f"mentoring of {row['ect']} by {row['mentor']}"
    return f"training with {row['lead_provider']}" if row.get("lead_provider") else "school-led training"
