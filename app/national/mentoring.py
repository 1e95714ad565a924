"""Who mentors whom in the invented schools (REF-7.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from app.national.people import People, Stay, Teacher
    from app.national.schools import School
    from app.national.size import Size

WITH_MENTOR = 0.92
CHANGED = 0.10
TWO_SCHOOLS = 0.01
REUSED = 0.42
"""How often somebody who mentors already takes one more, if anybody there can: a mean of 1.3 at a time."""
MOST = 6
ENDED = 0.4


@dataclass(slots=True)
class Mentorship:
    """One mentor for one ECT for a time."""

    id: int
    ect: Stay
    mentor: Stay
    started_on: date
    finished_on: date | None


@dataclass
class AtSchool:
    """The mentors of one school while its ECTs are served in order."""

    school: School
    mentors: list[tuple[Stay, list[Mentorship]]] = field(default_factory=list)

    def with_room(self, on: date, stream: Random) -> Stay | None:
        """Return a mentor who is there by that day and takes one more, often enough for the mean of REF-7.3."""
        if stream.random() >= REUSED:
            return None
        fits = [stay for stay, held in self.mentors if stay.started_on <= on and len(held) < MOST]
        return fits[-1] if fits else None


def mentored(size: Size, people: People, schools: list[School]) -> list[Mentorship]:
    """Return every mentorship, adding the mentors' stays to the people."""
    stream = size.stream("mentoring")
    ready = [one for one in people.teachers if one.role == "mentor"]
    stream.shuffle(ready)
    made: list[Mentorship] = []
    in_order = sorted(people.ect_stays, key=_measured_first)
    for _, stays in groupby(in_order, key=lambda stay: stay.school.id):
        listed = list(stays)
        own = size.stream(f"mentoring {listed[0].school.urn}") if listed[0].school.is_measured else stream
        _serve(size, own, AtSchool(listed[0].school), listed, ready, people, made)
    _idle(size, stream, ready, people, schools)
    _two_schools(size, stream, people, schools)
    return made


def _serve(  # noqa: PLR0917 - one school with all it draws from
    size: Size,
    stream: Random,
    at: AtSchool,
    ects: list[Stay],
    ready: list[Teacher],
    people: People,
    made: list[Mentorship],
) -> None:
    for ect in ects:
        if not ect.school.is_measured and stream.random() >= WITH_MENTOR:
            continue
        until = min(ect.finished_on or size.as_of, size.as_of)
        changes = stream.random() < CHANGED and (until - ect.started_on).days > 60  # noqa: PLR2004 - days with each
        middle = ect.started_on + timedelta(days=(until - ect.started_on).days // 2) if changes else None
        first = _mentor(stream, at, ect.started_on, ready, people, None)
        _add(at, ect, first, ect.started_on, middle or ect.finished_on, made)
        if middle:
            second = _mentor(stream, at, middle + timedelta(days=1), ready, people, first)
            _add(at, ect, second, middle + timedelta(days=1), ect.finished_on, made)
    for stay, held in at.mentors:
        ends = [one.finished_on for one in held if one.finished_on]
        if len(ends) == len(held) and max(ends) < size.ago(100) and stream.random() < ENDED:
            stay.finished_on, stay.why = max(ends) + timedelta(days=stream.randrange(90)), "left"


def _mentor(  # noqa: PLR0917 - whom, where, when, and who there is
    stream: Random, at: AtSchool, on: date, ready: list[Teacher], people: People, other_than: Stay | None
) -> Stay | None:
    """Return who mentors from a day: somebody with room, else somebody new while there are any."""
    held = at.with_room(on, stream)
    if held is not None and held is not other_than:
        return held
    if not ready:
        return None
    stay = people.stay_of_mentor(ready.pop(), at.school, on)
    at.mentors.append((stay, []))
    return stay


def _add(  # noqa: PLR0917 - the columns of one row
    at: AtSchool, ect: Stay, mentor: Stay | None, start: date, finish: date | None, made: list[Mentorship]
) -> None:
    if mentor is None or (finish is not None and finish < start):
        return
    one = Mentorship(len(made) + 1, ect, mentor, start, finish)
    made.append(one)
    next(held for stay, held in at.mentors if stay is mentor).append(one)


def _idle(size: Size, stream: Random, ready: list[Teacher], people: People, schools: list[School]) -> None:
    """Give mentors without an ECT a school all the same; ECTs of long ago become mentors where they were."""
    using = [school for school in schools if school.weight]
    for one in ready:
        people.stay_of_mentor(one, stream.choice(using), size.ago(stream.randrange(900)))
    last = {stay.teacher.id: stay for stay in people.ect_stays if stay.teacher.role == "both"}
    for stay in last.values():
        if stay.finished_on:
            people.stay_of_mentor(stay.teacher, stay.school, stay.finished_on + timedelta(days=1))


def _two_schools(size: Size, stream: Random, people: People, schools: list[School]) -> None:
    using = [school for school in schools if school.weight]
    current = [stay for stay in people.mentor_stays if stay.finished_on is None and stay.started_on < size.ago(60)]
    current = [stay for stay in current if not stay.school.is_measured]
    for stay in stream.sample(current, min(len(current), round(len(people.mentor_stays) * TWO_SCHOOLS))):
        second = stream.choice(using)
        if second is not stay.school:
            people.stay_of_mentor(stay.teacher, second, stay.started_on + timedelta(days=30)).is_second = True


def _measured_first(stay: Stay) -> tuple[bool, int, date, int]:
    """Serve the schools that are the same at every size before there are no mentors left."""
    return not stay.school.is_measured, stay.school.id, stay.started_on, stay.id
