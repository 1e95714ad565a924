"""The lines of a to-do list, each with the one page that settles it (journeys, section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.registration.registering.start_dates import day_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from uuid import UUID

    from app.registration.home.to_do import Task

PLACES = {"ect": "/school/ects", "mentor": "/school/mentors", "partnership": "/school/partnerships"}
YEAR, TUTOR = "/school/year", "/school/induction-tutor"


@dataclass(frozen=True)
class TaskLine:
    """One line of the to-do list."""

    rule: str
    text: str
    age: str
    until: str
    href: str


def lines_of(tasks: Iterable[Task], resume: Mapping[UUID, str], today: date) -> tuple[TaskLine, ...]:
    """Return tasks as lines in their order; resume: where each draft goes on."""
    return tuple(
        TaskLine(
            task.rule,
            task.text,
            task.age(today),
            f"until {day_in_words(task.until)}" if task.until else "",
            address_of(task, resume),
        )
        for task in tasks
    )


def address_of(task: Task, resume: Mapping[UUID, str]) -> str:
    """Return the page that settles a task."""
    if task.leads == "year":
        return YEAR
    if task.leads == "tutor":
        return f"{TUTOR}/{task.page}"
    if task.leads == "draft" and task.id is not None:
        return resume[task.id]
    page = task.page if not task.page or task.page.startswith("#") else f"/{task.page}"
    return f"{PLACES[task.leads]}/{task.id}{page}"
