"""The whole to-do list of a school, with what it was worked out from (journeys, section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.registration.home.around import Around, around
from app.registration.home.to_do import (
    Task,
    address_task,
    ect_tasks,
    in_order,
    mentor_tasks,
    partnership_task,
    year_task,
)
from app.registration.people.ect_list import TABS, Tab
from app.registration.people.school_queries import ects, listed_ects
from app.registration.people.statuses import london_day
from app.registration.registering.unfinished import Unfinished, unfinished
from app.training.challenges import last_challenge_day

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from app.policy import Policy
    from app.registration.people.ect_facts import ECTAtSchool, ListedECT
    from app.terms import ECTAtSchoolId, SchoolId
    from app.training.periods import Calendar


@dataclass(frozen=True)
class SchoolToDo:
    """A school's tasks, oldest first, and the rows that a page shows beside them."""

    tasks: tuple[Task, ...]
    ects: tuple[ListedECT, ...]
    drafts: tuple[Unfinished, ...]
    around: Around

    @property
    def own(self) -> tuple[Task, ...]:
        """What the school has to do itself."""
        return tuple(task for task in self.tasks if not task.waiting)

    @property
    def waiting(self) -> tuple[Task, ...]:
        """What it waits for others to do."""
        return tuple(task for task in self.tasks if task.waiting)


async def school_to_do(
    school_id: SchoolId, now: datetime, policy: Policy, calendar: Calendar, *, registers: bool
) -> SchoolToDo:
    """Read a school and list its tasks, in a constant number of statements (TD-00).

    registers: whether it may register new ECTs, and so is asked about the year (TD-16).
    """
    today = london_day(now)
    listed = await listed_ects(school_id, today)
    people = await ects(school_id, current_ids(listed, today))
    beside = await around(school_id, today)
    drafts = await unfinished(school_id, now, policy, calendar, beside.names)
    return put_together(
        listed, people, beside, drafts, today=today, policy=policy, calendar=calendar, registers=registers
    )


def current_ids(listed: Sequence[ListedECT], today: date) -> list[ECTAtSchoolId]:
    """Return the stays of which everything is read: those in the first tab of the list."""
    return [row.stay.id for row in listed if TABS[row.state(today)] is Tab.CURRENT]


def put_together(  # noqa: PLR0913 - everything that was read, and the rules in force
    listed: tuple[ListedECT, ...],
    people: Sequence[ECTAtSchool],
    beside: Around,
    drafts: tuple[Unfinished, ...],
    *,
    today: date,
    policy: Policy,
    calendar: Calendar,
    registers: bool,
) -> SchoolToDo:
    """List the tasks that follow from what was read of a school (TD-00)."""
    tasks = [*_people_tasks(people, beside, today, policy), *(draft.task for draft in drafts)]
    tasks += _year_tasks(calendar, beside, today) if registers else ()
    tasks += _partnership_tasks(beside, today, policy)
    return SchoolToDo(in_order(tasks), listed, drafts, beside)


def _people_tasks(people: Sequence[ECTAtSchool], beside: Around, today: date, policy: Policy) -> Iterator[Task]:
    known = beside.known
    for ect in people:
        yield from ect_tasks(ect, today, policy, known)
    for mentor in beside.mentors:
        yield from mentor_tasks(mentor, known, today)
    tutor = beside.tutor
    contact = address_task(tutor.name, tutor.email, "tutor", None, known) if tutor is not None else None
    if contact is not None:
        yield contact


def _partnership_tasks(beside: Around, today: date, policy: Policy) -> Iterator[Task]:
    for report in beside.reports:
        last_day = last_challenge_day(report.reported_at, report.year, policy)
        if today <= last_day:
            yield partnership_task(report.name, report.year, report.public_id, report.reported_at, last_day)


def _year_tasks(calendar: Calendar, beside: Around, today: date) -> tuple[Task, ...]:
    tasks = (year_task(period, beside.answers, today) for period in calendar.asked_about(today))
    return tuple(task for task in tasks if task is not None)
