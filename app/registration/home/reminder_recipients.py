"""Which runs of reminders there are, and whom each goes to, for the job that sends and for staff (NOT-5)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch
from app.notices import reminder_messages as messages
from app.registration.home.reminder_days import Reminder, planned_days, working_day
from app.schools.queries import deciding_columns, facts_of
from app.schools.reminder_terms import are_off
from app.schools.rules import may_register_ects, may_use_service, school_access
from app.schools.stop_reminders import opt_out_link
from app.settings import settings
from app.terms import ExpectingECTs, SchoolId

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from app.notices.catalogue import Message
    from app.policy import Policy
    from app.registration.home.school_to_do import SchoolToDo
    from app.schools.rules import SchoolFacts
    from app.training.periods import Calendar, ContractPeriod

LOOK_BACK = timedelta(days=7)
"""A day that no run came by is made up for so long."""
PAGE = 100
"""Schools looked at together (NOT-5.1)."""
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


@dataclass(frozen=True)
class PlannedRun:
    """A run with the day it goes on, and what became of it; `state` is planned, sent or cancelled."""

    run: Run
    runs_on: date
    state: str
    sent: int
    skipped: Mapping[str, int]


async def every_run(calendar: Calendar, policy: Policy) -> list[PlannedRun]:
    """Return every run of every academic year, moved to working days or to where staff put it."""
    rows = await fetch("SELECT reminder, planned_on, runs_on, state, sent, skipped FROM reminder_run")
    known = {(row["reminder"], row["planned_on"]): row for row in rows}
    found = []
    for reminder in Reminder:
        for period in calendar.periods:
            for planned in planned_days(reminder, period, policy.nobody_registered_days):
                run, row = Run(reminder, period, planned), known.get((reminder.value, planned))
                if row is None:
                    found.append(PlannedRun(run, working_day(planned), "planned", 0, {}))
                else:
                    skipped = json.loads(row["skipped"])
                    found.append(PlannedRun(run, row["runs_on"], row["state"], row["sent"], skipped))
    return found


async def due_runs(day: Day) -> list[Run]:
    """Return the runs whose day has come and that have not been done or cancelled, in their order."""
    planned = await every_run(day.calendar, day.policy)
    return [
        found.run
        for found in planned
        if found.state == "planned" and found.runs_on <= day.today <= found.runs_on + LOOK_BACK
    ]


async def page_of_schools(after: int, each: int = 1) -> list[Reached]:
    """Return the next schools by their internal id, of so many each one, with the reminders that went to them."""
    rows = await fetch(
        f"""SELECT s.id, s.public_id, s.name, {deciding_columns("s", "$3")}, s.reminders_off_until,
            (SELECT json_object_agg(g.reminder, g.sent_on) FROM (
                SELECT reminder, max(sent_on) AS sent_on FROM reminder_sent WHERE school_id = s.id GROUP BY reminder
            ) g) AS gone
        FROM school s WHERE s.id > $1 AND s.id % $4 = 0 ORDER BY s.id LIMIT $2""",  # noqa: S608 - names are ours
        after,
        PAGE,
        clock.today(),
        each,
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


def concerned(run: Run, day: Day, school: Reached, done: SchoolToDo) -> tuple[Message, tuple[str, ...]] | str:
    """Return what a school is written and which reminders that is, or why nothing; empty when nothing is open there."""
    if done.around.answers.get(run.period.year) is ExpectingECTs.NO:
        return "expects_nobody"
    message, kinds = message_for(run, day, school, done)
    if message is None or any(school.gone.get(kind, date.min) >= run.planned_on for kind in kinds):
        return ""
    if school.went_on(day.today):
        return "another_reminder_today"
    return message, kinds


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
