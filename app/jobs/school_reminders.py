"""Reminders to schools, group R: on their day, to each school once, and never against its wish (NOT-5, MSG-01)."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from app import clock
from app.clock import LONDON, NOON
from app.db.engine import fetch, fetch_one
from app.db.service_settings import policy_in_force
from app.db.transaction import transaction
from app.events.record import About, record
from app.notices import reminder_messages as messages
from app.notices.events import ReminderRunSent
from app.notices.outbox import Subjects, queue_to_school
from app.registration.home.reminder_days import Reminder, next_working_day, planned_days, working_day
from app.registration.home.several_schools import to_dos_of_schools
from app.schools.queries import deciding_columns, facts_of
from app.schools.reminder_terms import are_off
from app.schools.rules import may_register_ects, may_use_service, school_access
from app.schools.stop_reminders import opt_out_link
from app.settings import settings
from app.terms import SYSTEM, ExpectingECTs, SchoolId
from app.training.queries import calendar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.notices.catalogue import Message
    from app.policy import Policy
    from app.registration.home.school_to_do import SchoolToDo
    from app.schools.rules import SchoolFacts
    from app.training.periods import Calendar, ContractPeriod

LOOK_BACK = timedelta(days=7)
"""A day that no run came by is made up for so long."""
PAGE, MOST = 100, 2_500
"""Schools looked at together, and mails of one go (NOT-5.1)."""
NEVER_TYPES = frozenset({47, 48})
RULES = {"M-41": ("TD-01",), "M-42": ("TD-06",), "M-43": ("TD-08",)}
CLASSES: tuple[tuple[str, type[messages.PeopleWaiting]], ...] = (
    ("M-41", messages.WithoutMentor),
    ("M-42", messages.NotConfirmed),
    ("M-43", messages.NotRecorded),
    ("M-45", messages.WithoutBody),
)


@dataclass(frozen=True)
class Run:
    """One reminder about one academic year, with the day it was planned for."""

    reminder: Reminder
    period: ContractPeriod
    planned_on: date


@dataclass(frozen=True)
class Reached:
    """A school as far as reminders depend on it; gone: reminder to the last day it went."""

    id: SchoolId
    public_id: UUID
    name: str
    facts: SchoolFacts
    off_until: date | None
    gone: dict[str, date]

    def went_on(self, today: date) -> bool:
        """Tell whether any reminder went on a day."""
        return today in self.gone.values()


@dataclass(frozen=True)
class Day:
    """What every school is measured by on the day of a run."""

    today: date
    policy: Policy
    calendar: Calendar


async def send_school_reminders() -> int:
    """Do every run due by now that has not been done; returns how many mails were queued (NOT-5.1)."""
    now = clock.now().astimezone(LONDON)
    if now.time() < NOON:
        return 0
    day = Day(now.date(), await policy_in_force(), await calendar())
    return sum([await do_run(run, day) for run in await due_runs(day)])


async def due_runs(day: Day) -> list[Run]:
    """Return the runs whose day has come and that have not been done or cancelled, in their order."""
    rows = await fetch("SELECT reminder, planned_on, runs_on, state FROM reminder_run")
    known = {(row["reminder"], row["planned_on"]): row for row in rows}
    found = []
    for reminder in Reminder:
        for period in day.calendar.periods:
            for planned in planned_days(reminder, period, day.policy.nobody_registered_days):
                row = known.get((reminder.value, planned))
                runs_on = row["runs_on"] if row else working_day(planned)
                waits = row is None or row["state"] == "planned"
                if waits and runs_on <= day.today <= runs_on + LOOK_BACK:
                    found.append(Run(reminder, period, planned))
    return found


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


async def page_of_schools(after: int) -> list[Reached]:
    """Return the next schools by their internal id, with the reminders that went to them."""
    rows = await fetch(
        f"""SELECT s.id, s.public_id, s.name, {deciding_columns("s", "$3")}, s.reminders_off_until,
            (SELECT json_object_agg(g.reminder, g.sent_on) FROM (
                SELECT reminder, max(sent_on) AS sent_on FROM reminder_sent WHERE school_id = s.id GROUP BY reminder
            ) g) AS gone
        FROM school s WHERE s.id > $1 ORDER BY s.id LIMIT $2""",  # noqa: S608 - names are ours
        after,
        PAGE,
        clock.today(),
    )
    return [
        Reached(
            row["id"],
            row["public_id"],
            row["name"],
            facts_of(row),
            row["reminders_off_until"],
            {name: date.fromisoformat(on) for name, on in json.loads(row["gone"] or "{}").items()},
        )
        for row in rows
    ]


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


def why_not(run: Run, day: Day, school: Reached) -> str:
    """Return why a school gets no reminder at all; an empty text if it may (NOT-5.2)."""
    level = school_access(school.facts, day.today, day.policy).level
    if not may_use_service(level):
        return "no_use_of_the_service"
    if run.reminder in {Reminder.OPENED, Reminder.NOBODY_REGISTERED} and not may_register_ects(level):
        return "no_new_ects"
    if school.facts.type_code in NEVER_TYPES:
        return "type_of_school"
    return "opted_out" if are_off(school.off_until, day.today) else ""


async def remind(run: Run, day: Day, school: Reached, done: SchoolToDo, skipped: Counter[str]) -> int:
    """Queue a school's mail, unless nothing is open there, it said no for the year, or another one went today."""
    if done.around.answers.get(run.period.year) is ExpectingECTs.NO:
        skipped["expects_nobody"] += 1
        return 0
    message, kinds = message_for(run, day, school, done)
    if message is None or any(school.gone.get(kind, date.min) >= run.planned_on for kind in kinds):
        return 0
    if school.went_on(day.today):
        skipped["another_reminder_today"] += 1
        return 0
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


def message_for(run: Run, day: Day, school: Reached, done: SchoolToDo) -> tuple[Message | None, tuple[str, ...]]:
    """Return what to write to a school and which reminders that is; nothing when it is not concerned."""
    opt_out = opt_out_link(settings().secret(), school.public_id)
    year = f"/school/year?year={run.period.year}"
    if run.reminder is Reminder.PEOPLE_WAITING:
        return waiting(day, school, done, opt_out)
    if run.reminder is Reminder.OPENED:
        return messages.RegistrationIsOpen(school.name, run.period.year, year, opt_out), ("M-46",)
    if run.reminder is Reminder.START_OF_TERM:
        open_stays = any(row.stay.period.is_open(day.today) for row in done.ects) or bool(done.around.mentors)
        return (messages.StartOfTerm(school.name, "/school/home", opt_out) if open_stays else None), ("M-44",)
    if any(run.period.contains(row.stay.started_on) for row in done.ects):
        return None, ()
    return messages.NobodyRegistered(school.name, run.period.year, year, opt_out), ("M-40",)


def waiting(day: Day, school: Reached, done: SchoolToDo, opt_out: str) -> tuple[Message | None, tuple[str, ...]]:
    """Return the one mail about everybody who waits; each kind at most once in `reminder_gap_days` (NOT-5.2)."""
    oldest = day.today - timedelta(days=day.policy.reminder_gap_days)
    counts = {kind: len({task.id for task in done.tasks if task.rule in rules}) for kind, rules in RULES.items()}
    bodies = {task.id for task in done.tasks if task.page == "change-appropriate-body"}
    counts["M-45"] = len(bodies)
    counts = {kind: 0 if school.gone.get(kind, date.min) > oldest else number for kind, number in counts.items()}
    kinds = tuple(kind for kind, number in counts.items() if number)
    made = next((made for kind, made in CLASSES if kind in kinds), None)
    if made is None:
        return None, ()
    numbers = (counts["M-41"], counts["M-42"], counts["M-43"], counts["M-45"])
    return made(school.name, *numbers, "/school/home", opt_out), kinds
