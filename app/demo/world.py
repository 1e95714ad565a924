"""What registrations of the demo refer to: the days, and the internal ids of what was loaded before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from app.demo.people import person_of
from app.teachers.rules import display_name, fold

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from app.demo.calendar import Days
    from app.demo.cast import DemoStay
    from app.terms import Actor

SETTLED_DAYS = 3
MORNING = timedelta(hours=8, minutes=30)


@dataclass(frozen=True)
class World:
    """The internal ids that registrations refer to, by URN, key or both."""

    days: Days
    schools: Mapping[str, int]
    domains: Mapping[str, str]
    tutors: Mapping[str, Actor]
    providers: Mapping[str, int]
    partners: Mapping[str, int]
    bodies: Mapping[str, int]
    schedules: Mapping[tuple[int, str], int]
    partnerships: Mapping[tuple[str, str, str, int], tuple[int, datetime]]


def name_of(stay: DemoStay, days: Days) -> str:
    """Return the name that pages show."""
    person = person_of(stay.trn, days)
    return display_name(stay.corrected_name or None, person.first_name, person.last_name)


def email_of(stay: DemoStay, world: World) -> str:
    """Return the address of the stay, made from the name unless the cast gives one."""
    local = fold(name_of(stay, world.days)).replace(" ", ".")
    return stay.email or f"{local}@{world.domains[stay.school]}"


def registered_at(started_on: date, days: Days) -> datetime:
    """Return when somebody was registered: in the morning of the first day, or lately when that is still to come."""
    return days.start_of(min(started_on, days.ago(SETTLED_DAYS))) + MORNING
