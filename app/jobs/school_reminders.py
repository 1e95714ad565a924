"""Reminders to schools, group R: on their day, to each school once, and never against its wish (NOT-5, MSG-01)."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from app import clock
from app.clock import LONDON, NOON
from app.db.engine import fetch, fetch_one
from app.db.service_settings import policy_in_force
from app.db.transaction import transaction
from app.events.record import About, record
from app.notices.events import ReminderRunSent
from app.notices.outbox import Subjects, queue_to_school
from app.registration.home.reminder_days import next_working_day
from app.registration.home.reminder_recipients import (
    Day,
    Reached,
    Run,
    concerned,
    due_runs,
    page_of_schools,
    why_not,
)
from app.registration.home.several_schools import to_dos_of_schools
from app.terms import SYSTEM, SchoolId
from app.training.queries import calendar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from app.registration.home.school_to_do import SchoolToDo

MOST = 2_500
"""Mails of one go (NOT-5.1)."""


async def send_school_reminders() -> int:
    """Do every run due by now that has not been done; returns how many mails were queued (NOT-5.1)."""
    now = clock.now().astimezone(LONDON)
    if now.time() < NOON:
        return 0
    day = Day(now.date(), await policy_in_force(), await calendar())
    return sum([await do_run(run, day) for run in await due_runs(day)])


async def do_run(run: Run, day: Day) -> int:
    """Go through all schools, a page at a time; what is put off to another day leaves the run planned."""
    skipped: Counter[str] = Counter()
    after, sent = 0, 0
    while schools := await page_of_schools(after):
        after = schools[-1].id
        sent += await remind_page(run, day, schools, skipped)
        if sent >= MOST:
            break
    put_off = bool(schools) or bool(skipped["another_reminder_today"])
    await note_run(run, day, sent, skipped, done=not put_off, again=day.today if schools else None)
    return sent


async def note_run(run: Run, day: Day, sent: int, skipped: Counter[str], *, done: bool, again: date | None) -> None:
    """Store how a run went, with an event once it has ended."""
    now = clock.now()
    async with transaction():
        rows = await fetch(
            """INSERT INTO reminder_run (created_at, updated_at, reminder, planned_on, runs_on, state, sent, skipped,
                finished_at) VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT ON CONSTRAINT one_run DO UPDATE SET updated_at = $1, runs_on = $4, state = $5,
                sent = reminder_run.sent + $6, skipped = $7, finished_at = $8 RETURNING sent""",
            now,
            run.reminder.value,
            run.planned_on,
            day.today if done else again or next_working_day(day.today),
            "sent" if done else "planned",
            sent,
            json.dumps(skipped),
            now if done else None,
        )
        if done:
            record(ReminderRunSent(About(), run.reminder.value, rows[0]["sent"]), SYSTEM)


async def remind_page(run: Run, day: Day, schools: Sequence[Reached], skipped: Counter[str]) -> int:
    """Remind those of some schools that are concerned and may be; returns how many were."""
    willing = {}
    for school in schools:
        reason = why_not(run, day, school)
        if reason:
            skipped[reason] += 1
        else:
            willing[school.id] = school
    if not willing:
        return 0
    to_dos = await to_dos_of_schools(dict.fromkeys(willing, False), clock.now(), day.policy, day.calendar)
    return sum([await remind(run, day, willing[found], done, skipped) for found, done in to_dos.items()])


async def remind(run: Run, day: Day, school: Reached, done: SchoolToDo, skipped: Counter[str]) -> int:
    """Queue a school's mail, unless nothing is open there, it said no for the year, or another one went today."""
    decided = concerned(run, day, school, done)
    if isinstance(decided, str):
        if decided:
            skipped[decided] += 1
        return 0
    message, kinds = decided
    async with transaction():
        cause = f"school {school.id} planned {run.planned_on}"
        reached = await queue_to_school(message, school_id=school.id, cause=cause, about=Subjects())
        if reached is None:
            skipped["nobody_to_write_to"] += 1
            return 0
        for kind in kinds:
            await note_sent(school.id, kind, day.today)
    return 1


async def note_sent(school_id: SchoolId, reminder: str, today: date) -> None:
    """Note that a reminder went to a school."""
    await fetch_one(
        """INSERT INTO reminder_sent (created_at, updated_at, school_id, reminder, sent_on)
        VALUES ($1, $1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING id""",
        clock.now(),
        school_id,
        reminder,
        today,
    )
