"""Everything that is generated, in one piece."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.national.mentoring import Mentorship, mentored
from app.national.people import People, people
from app.national.reference import Reference, reference
from app.national.schools import School, schools
from app.national.training import Trained, trained

if TYPE_CHECKING:
    from app.national.size import Size


@dataclass(frozen=True)
class Country:
    """The plan of all rows; the same size gives the same country."""

    size: Size
    reference: Reference
    schools: list[School]
    people: People
    mentorships: list[Mentorship]
    trained: Trained


def country(size: Size) -> Country:
    """Return the whole plan."""
    refers, places = reference(size), schools(size)
    everybody = people(size, places)
    mentorships = mentored(size, everybody, places)
    return Country(size, refers, places, everybody, mentorships, trained(size, refers, everybody))
