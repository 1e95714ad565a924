"""The invented teachers: who starts where and when, moves, leaves or completes (REF-7.3)."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate, islice
from typing import TYPE_CHECKING

from app.national.names import person
from app.national.reference import year_days
from app.national.size import dealt
from app.teachers.rules import similarity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from app.national.schools import School
    from app.national.size import Size

FIRST_TRN = 1_000_000
ROLES = {"mentor": 0.44, "both": 0.04, "none": 0.02, "ect": 0.50}
LATEST_SHARE, STEP = 0.1, 0.004
"""Starts a year, as shares of all teachers: six years rising evenly to a tenth."""
SEASONS = {"september": 0.55, "january": 0.15, "april": 0.08, "rest": 0.22}
MOVES = {1: 0.12, 2: 0.02}
LEFT = 0.03
RECORDED = 0.70
COMPLETED = {2: 0.90, 3: 0.97}
"""Share of a year's ECTs completed by years since the start; more years: as three."""
MOST_ECTS = 40
AHEAD = 120
CORRECTED, FAR_OFF = 0.01, 0.03


@dataclass(slots=True)
class Teacher:
    """One person; year and the rest are for ECTs."""

    id: int
    first: str
    last: str
    role: str
    corrected: str | None = None
    year: int = 0
    started_on: date | None = None
    completed_on: date | None = None
    left_on: date | None = None
    is_recorded: bool = False

    @property
    def trn(self) -> str:
        """Return the teacher reference number."""
        return str(FIRST_TRN + self.id)

    @property
    def name(self) -> str:
        """Return the name shown."""
        return self.corrected or f"{self.first} {self.last}"


@dataclass(slots=True)
class Stay:
    """One stay of an ECT or a mentor."""

    id: int
    teacher: Teacher
    school: School
    started_on: date
    finished_on: date | None = None
    why: str | None = None
    is_second: bool = False
    """A mentor's other school at the same time."""


@dataclass
class People:
    """Everybody, and every stay."""

    teachers: list[Teacher]
    ect_stays: list[Stay] = field(default_factory=list)
    mentor_stays: list[Stay] = field(default_factory=list)

    def stay_of_mentor(self, teacher: Teacher, school: School, started_on: date) -> Stay:
        """Add a mentor's stay."""
        stay = Stay(len(self.mentor_stays) + 1, teacher, school, started_on)
        self.mentor_stays.append(stay)
        return stay


def people(size: Size, schools: Sequence[School]) -> People:
    """Return every teacher and the stays of the ECTs among them."""
    stream = size.stream("people")
    roles = dealt(stream, size.teachers, ROLES)
    made = People([Teacher(number, *person(stream), role) for number, role in enumerate(roles, 1)])
    _correct_names(stream, made.teachers)
    ects = [one for one in made.teachers if one.role in {"ect", "both"}]
    ects.sort(key=lambda one: one.role != "both")
    _give_years(size, stream, ects)
    _end(size, stream, ects)
    _place(size, stream, ects, schools, made)
    for school, count in zip(schools[size.schools :], size.exact, strict=True):
        _fill_exactly(size, school, count, made)
    return made


def _correct_names(stream: Random, teachers: list[Teacher]) -> None:
    chosen = stream.sample(teachers, round(len(teachers) * CORRECTED))
    for number, one in enumerate(chosen):
        if number >= len(chosen) * FAR_OFF:
            one.corrected = f"{one.first} {person(stream)[1]}"
            continue
        while similarity(f"{one.first} {one.last}", one.corrected or f"{one.first} {one.last}") >= 50:  # noqa: PLR2004 - ADM-9.3
            one.corrected = " ".join(person(stream))


def _give_years(size: Size, stream: Random, ects: list[Teacher]) -> None:
    """Let as many start in each year as its share says; who is a mentor later started in the first."""
    ahead = iter(ects)
    for back, year in zip(range(len(size.years) - 1, -1, -1), size.years, strict=True):
        for one in _take(ahead, round(size.teachers * (LATEST_SHARE - STEP * back))):
            one.year = year
    for one in ahead:
        one.year = size.year
    seasons = dealt(stream, len(ects), SEASONS)
    for one, season in zip(ects, seasons, strict=True):
        one.started_on = _start(size, stream, one.year, season)


def _take(ahead: Iterator[Teacher], count: int) -> list[Teacher]:
    return list(islice(ahead, count))


def _start(size: Size, stream: Random, year: int, season: str) -> date:
    """Return a first day; nobody is registered more than four months ahead."""
    first, last = year_days(year)
    if season == "rest":
        day = first + timedelta(days=stream.randrange((last - first).days + 1))
    else:
        begins = {"september": date(year, 9, 1), "january": date(year + 1, 1, 2), "april": date(year + 1, 4, 8)}[season]
        day = begins + timedelta(days=stream.randrange(15))
    latest = size.as_of + timedelta(days=AHEAD)
    return day if day <= latest else max(first, size.ago(stream.randrange(AHEAD)))


def _end(size: Size, stream: Random, ects: list[Teacher]) -> None:
    """Let people leave for good or complete, and record inductions."""
    earlier = [one for one in ects if one.year < size.year and one.role == "ect"]
    for one in stream.sample(earlier, round(len(ects) * LEFT)):
        begun = _started(one)
        one.left_on = max(begun, min(begun + timedelta(days=stream.randint(30, 500)), size.ago(1)))
    stayed = Counter(one.year for one in ects if one.left_on is None)
    begun_in = Counter(one.year for one in ects)
    for one in ects:
        share = COMPLETED.get(min(size.year - one.year, 3), 0.0)
        share = 1.0 if one.role == "both" else share * begun_in[one.year] / max(1, stayed[one.year])
        ended = min(_started(one) + timedelta(days=690 + stream.randrange(40)), size.ago(1 + stream.randrange(20)))
        if one.left_on is None and stream.random() < share and ended >= _started(one) + timedelta(days=300):
            one.completed_on = ended
    due = [one for one in ects if _started(one) < size.ago(28)]
    complete = [one for one in due if one.completed_on]
    rest = [one for one in due if not one.completed_on]
    wanted = min(len(rest), max(0, round(len(due) * RECORDED) - len(complete)))
    for one in complete + stream.sample(rest, wanted):
        one.is_recorded = True


def _started(one: Teacher) -> date:
    if one.started_on is None:
        raise LookupError("only ECTs have a first day")
    return one.started_on


class Places:
    """Where people start: by weight, with at most 40 current ECTs a school."""

    def __init__(self, stream: Random, schools: Sequence[School]) -> None:
        self._stream = stream
        self._all = [school for school in schools if school.weight]
        self._current = [school for school in self._all if school.is_current]
        self._weights = {
            True: list(accumulate(school.weight for school in self._current)),
            False: list(accumulate(school.weight for school in self._all)),
        }
        self._first = list(self._current)
        self._held: dict[int, int] = {}

    def pick(self, *, current: bool, other_than: School | None = None) -> School:
        """Return a school; every one that is to have current ECTs gets its first before others get more."""
        if current and self._first and self._first[-1] is not other_than:
            return self._hold(self._first.pop())
        among, weights = (self._current if current else self._all), self._weights[current]
        while True:
            school = among[bisect(weights, self._stream.random() * weights[-1])]
            if school is not other_than and (not current or self._held.get(school.id, 0) < MOST_ECTS):
                return self._hold(school) if current else school

    def _hold(self, school: School) -> School:
        self._held[school.id] = self._held.get(school.id, 0) + 1
        return school


def _place(size: Size, stream: Random, ects: list[Teacher], schools: Sequence[School], made: People) -> None:
    places = Places(stream, schools)
    earlier = [one for one in ects if one.year < size.year]
    moving = stream.sample(earlier, round(len(ects) * sum(MOVES.values())))
    twice = round(len(ects) * MOVES[2])
    moves = {one.id: 2 if number < twice else 1 for number, one in enumerate(moving)}
    order = list(ects)
    stream.shuffle(order)
    for one in order:
        _stays(size, places, one, moves.get(one.id, 0), made)


def _stays(size: Size, places: Places, one: Teacher, moves: int, made: People) -> None:
    """Add the stays of one ECT: as many as moves and one, end to end."""
    begun, ended = _started(one), one.completed_on or one.left_on
    span = ((ended or size.as_of) - begun).days
    moves = min(moves, max(0, span // 40))
    cuts = [begun + timedelta(days=span * step // (moves + 1)) for step in range(1, moves + 1)]
    school: School | None = None
    for number, start in enumerate([begun, *cuts]):
        is_last = number == moves
        school = places.pick(current=is_last and ended is None, other_than=school)
        finish = ended if is_last else cuts[number] - timedelta(days=1)
        why = (
            ("induction_completed" if one.completed_on else "left" if ended else None)
            if is_last
            else "joined_another_school"
        )
        made.ect_stays.append(Stay(len(made.ect_stays) + 1, one, school, start, finish, why))


def _fill_exactly(size: Size, school: School, count: int, made: People) -> None:
    """Add exactly so many current ECTs, drawn from a stream of their own."""
    stream = size.stream(f"exact {count}")
    for _ in range(count):
        one = Teacher(len(made.teachers) + 1, *person(stream), "ect", year=size.year - 1, is_recorded=True)
        one.started_on = date(size.year - 1, 9, 1)
        made.teachers.append(one)
        made.ect_stays.append(Stay(len(made.ect_stays) + 1, one, school, one.started_on))
