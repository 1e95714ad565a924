"""Put a run of reminders off to another day, or cancel it (ADM-10.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch
from app.db.service_settings import policy_in_force
from app.db.transaction import transaction
from app.events.record import About, record
from app.notices.events import ReminderRunCancelled, ReminderRunPostponed
from app.registration.home.reminder_days import working_day
from app.registration.home.reminder_recipients import every_run
from app.terms import Refused
from app.training.queries import calendar

if TYPE_CHECKING:
    from app.registration.home.reminder_recipients import PlannedRun
    from app.terms import Actor

LONGEST = timedelta(days=90)


@dataclass(frozen=True)
class PostponeRun:
    """Which run, by its reminder and the day it was planned for, goes on which day instead."""

    reminder: str
    planned_on: date
    until: date


@dataclass(frozen=True)
class CancelRun:
    """Which run never goes."""

    reminder: str
    planned_on: date


async def postpone_run(command: PostponeRun, actor: Actor, today: date) -> None:
    """Move a run that has not gone; weekends and bank holidays move it on. Raises Refused for any other."""
    async with transaction():
        run = await _waiting(command)
        if not today <= command.until <= today + LONGEST:
            raise Refused("out_of_range", "until_day", f"Choose a day from today to {LONGEST.days} days ahead")
        day = working_day(command.until)
        if day == run.runs_on:
            raise Refused("same_day", "until_day", "The run goes on that day already: choose another day")
        await _store(command, day, "planned")
        record(ReminderRunPostponed(About(), command.reminder, command.planned_on, run.runs_on, day), actor)


async def cancel_run(command: CancelRun, actor: Actor, _today: date) -> None:
    """Take a run away that has not gone; raises Refused for any other."""
    async with transaction():
        run = await _waiting(command)
        await _store(command, run.runs_on, "cancelled")
        record(ReminderRunCancelled(About(), command.reminder, command.planned_on), actor)


async def _waiting(command: PostponeRun | CancelRun) -> PlannedRun:
    for found in await every_run(await calendar(), await policy_in_force()):
        if (found.run.reminder.value, found.run.planned_on) == (command.reminder, command.planned_on):
            if found.state == "planned":
                return found
            raise Refused("over", "note", "The run has gone or is cancelled")
    raise Refused("unknown", "note", "There is no such run")


async def _store(command: PostponeRun | CancelRun, day: date, state: str) -> None:
    await fetch(
        """INSERT INTO reminder_run (created_at, updated_at, reminder, planned_on, runs_on, state, sent, skipped)
        VALUES ($1, $1, $2, $3, $4, $5, 0, '{}')
        ON CONFLICT ON CONSTRAINT one_run DO UPDATE SET updated_at = $1, runs_on = $4, state = $5""",
        clock.now(),
        command.reminder,
        command.planned_on,
        day,
        state,
    )
