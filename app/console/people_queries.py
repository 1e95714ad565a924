"""Finding people across all schools, for staff: two statements whatever is searched for (ADM-2.1 to ADM-2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from app.db.documents import document
from app.db.engine import fetch
from app.db.survivors import survivors
from app.registration.people import mentor_queries, school_queries
from app.registration.people.ect_facts import ECTAtSchool, PersonName
from app.registration.people.mentor_facts import MentorAtSchool
from app.registration.people.school_queries import name_of
from app.terms import TRN, SchoolId, TeacherId, Word, Year

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from app.console.search import PeopleSearch
    from app.registration.people.statuses import Tag


T = TypeVar("T")

MOST_FOUND = 1_000
"""More people than so many are not listed: another word narrows the search."""
TAGS = (
    "Action required",
    "Training paused",
    "Awaiting lead provider",
    "Starting soon",
    "Registered",
    "Mentoring",
    "Not mentoring",
    "Leaving school",
    "Left the school",
    "Completed induction",
    "Failed induction",
    "Exempt from induction",
)
"""How the tags of ECTs and mentors begin (STA-02, STA-03)."""
WORDS_OF_NAME = "array_to_tsvector(array_remove(string_to_array(t.search_name, ' '), ''))"
"""The distinct folded words of all names of a person, as the index `teacher_words` has them."""


class RoleHeld(Word):
    """Which registrations somebody has, now or in the past; removed ones do not count (ADM-2.3)."""

    ECT = "ect", "ECT"
    MENTOR = "mentor", "Mentor"
    BOTH = "both", "ECT and mentor"
    NONE = "none", "Neither"


@dataclass(frozen=True)
class PeopleFilter:
    """What else people must be; None leaves it open.

    year: of their latest training; 0 for people without training in a year.
    """

    role: RoleHeld | None = None
    year: int | None = None
    urn: str = ""
    lead_provider: UUID | None = None
    tag: str = ""
    among: tuple[TeacherId, ...] | None = None
    """Only these people; None for everybody."""


@dataclass(frozen=True)
class SchoolNamed:
    """A school by number and name."""

    id: SchoolId
    urn: str
    name: str


@dataclass(frozen=True)
class PersonFound:
    """One person with their registrations at all schools, as far as a list of people shows them."""

    id: TeacherId
    public_id: UUID
    trn: TRN
    name: PersonName
    search_name: str
    ects: tuple[ECTAtSchool, ...]
    mentors: tuple[MentorAtSchool, ...]
    schools: tuple[SchoolNamed, ...]
    latest_year: Year | None = None

    @property
    def registrations(self) -> tuple[ECTAtSchool | MentorAtSchool, ...]:
        """All of them, removed ones too."""
        return *self.ects, *self.mentors

    @property
    def roles(self) -> tuple[str, ...]:
        """Which roles they have or had, in words."""
        stays: dict[str, tuple[ECTAtSchool | MentorAtSchool, ...]] = {"ECT": self.ects, "Mentor": self.mentors}
        return tuple(role for role, held in stays.items() if any(not found.stay.removed for found in held))

    def decisive(self, today: date) -> ECTAtSchool | MentorAtSchool | None:
        """Return the registration that says most: one that goes on, else one to come, else the last; as ECT first."""
        standing = [found for found in self.registrations if not found.stay.removed]
        return min(standing, key=lambda found: _nearness(found, today), default=None)

    def tag(self, today: date) -> Tag | None:
        """Return the tag of that registration (STA-02, STA-03)."""
        found = self.decisive(today)
        return found.tag(today) if found is not None else None

    def is_tagged(self, beginning: str, today: date) -> bool:
        """Tell whether their tag begins so."""
        tag = self.tag(today)
        return tag is not None and tag.text.startswith(beginning)

    def school(self, today: date) -> SchoolNamed | None:
        """Return the school of a registration that goes on or is to come; None for those who left."""
        found = self.decisive(today)
        if found is None or found.stay.period.is_ended(today):
            return None
        return next((school for school in self.schools if school.id == found.stay.school_id), None)


@dataclass(frozen=True)
class PeopleFound:
    """One page of the people found; total: how many were found, `MOST_FOUND` at most."""

    people: tuple[PersonFound, ...]
    total: int
    page: int
    pages: int
    more: bool
    """There are more than can be listed."""


def _nearness(found: ECTAtSchool | MentorAtSchool, today: date) -> tuple[int, int, int]:
    period = found.stay.period
    rank = 2 if period.is_ended(today) else 1 if period.is_future(today) else 0
    return rank, 0 if isinstance(found, ECTAtSchool) else 1, -found.stay.started_on.toordinal()


HELD = "EXISTS (SELECT FROM {table} held WHERE held.teacher_id = t.id AND held.removed_at IS NULL)"
AS_ECT, AS_MENTOR = HELD.format(table="ect_at_school_period"), HELD.format(table="mentor_at_school_period")
LATEST_YEAR = """(SELECT tp.contract_period_year FROM training_period tp WHERE tp.teacher_id = t.id
    AND tp.cancelled_at IS NULL ORDER BY tp.started_on DESC, tp.id DESC LIMIT 1)"""
FILTERS = f"""CASE $2 WHEN 'ect' THEN {AS_ECT} AND NOT {AS_MENTOR} WHEN 'mentor' THEN {AS_MENTOR} AND NOT {AS_ECT}
        WHEN 'both' THEN {AS_ECT} AND {AS_MENTOR} WHEN 'none' THEN NOT {AS_ECT} AND NOT {AS_MENTOR} ELSE true END
    AND ($3::int IS NULL OR coalesce({LATEST_YEAR}, 0) = $3)
    AND ($4 = '' OR t.id IN (SELECT e.teacher_id FROM ect_at_school_period e JOIN school s ON s.id = e.school_id
            WHERE s.urn = $4 UNION SELECT n.teacher_id FROM mentor_at_school_period n
            JOIN school s ON s.id = n.school_id WHERE s.urn = $4))
    AND ($5::uuid IS NULL OR EXISTS (SELECT FROM training_period tp
            JOIN lead_provider lp ON lp.id = tp.lead_provider_id
            WHERE tp.teacher_id = t.id AND tp.cancelled_at IS NULL AND lp.public_id = $5))
    AND ($6::bigint[] IS NULL OR t.id = ANY($6))"""  # noqa: S608 - constants
BY_TRN = f"t.id IN {survivors('started.trn = ANY($1)')}"
BY_ID = """t.id IN (SELECT id FROM teacher WHERE public_id = ANY($1)
    UNION SELECT teacher_id FROM ect_at_school_period WHERE public_id = ANY($1)
    UNION SELECT teacher_id FROM mentor_at_school_period WHERE public_id = ANY($1)
    UNION SELECT teacher_id FROM training_period WHERE public_id = ANY($1))"""
BY_EMAIL = """t.id IN (SELECT teacher_id FROM ect_at_school_period WHERE lower(email) = $1
    UNION SELECT teacher_id FROM mentor_at_school_period WHERE lower(email) = $1
    UNION SELECT teacher_id FROM event WHERE changes ? 'email' AND lower(changes #>> '{email,old}') = $1
        AND teacher_id IS NOT NULL) AND t.anonymised_at IS NULL"""
ANYBODY = "$1::text IS NULL"
BY_WORDS = f"{WORDS_OF_NAME} @@ $1::text::tsquery"


def _found_by(condition: str) -> str:
    return f"""SELECT found.id FROM (SELECT t.id, t.search_name FROM teacher t
        WHERE {condition} AND {FILTERS} LIMIT {MOST_FOUND + 1}) found ORDER BY found.search_name, found.id"""  # noqa: S608 - constants


def _newest(table: str) -> str:
    return f"""(SELECT stay.teacher_id, stay.created_at FROM {table} stay JOIN teacher t ON t.id = stay.teacher_id
        WHERE {FILTERS} ORDER BY stay.created_at DESC, stay.id DESC LIMIT {MOST_FOUND + 1})"""  # noqa: S608 - constants


NEWEST = f"""SELECT teacher_id AS id FROM ({_newest("ect_at_school_period")} UNION ALL
    {_newest("mentor_at_school_period")}) newest WHERE $1::int IS NULL
    GROUP BY teacher_id ORDER BY max(created_at) DESC, teacher_id DESC LIMIT {MOST_FOUND + 1}"""  # noqa: S608 - constants
PEOPLE = f"""SELECT coalesce(json_agg(json_build_object('id', t.id, 'public_id', t.public_id, 'trn', t.trn,
    'name', {name_of("t")}, 'search_name', t.search_name, 'latest_year', {LATEST_YEAR},
    'ects', (SELECT coalesce(json_agg(ect), '[]') FROM ({school_queries.ECT_ROWS}
        WHERE e.teacher_id = found.id ORDER BY e.started_on DESC, e.id DESC) ect),
    'mentors', (SELECT coalesce(json_agg({mentor_queries.MENTOR} ORDER BY n.started_on DESC, n.id DESC), '[]')
        {mentor_queries.FROM} WHERE n.teacher_id = found.id),
    'schools', (SELECT coalesce(json_agg(json_build_object('id', s.id, 'urn', s.urn, 'name', s.name)), '[]')
        FROM school s WHERE s.id IN (SELECT school_id FROM ect_at_school_period WHERE teacher_id = found.id
            UNION SELECT school_id FROM mentor_at_school_period WHERE teacher_id = found.id)))
    ORDER BY found.place), '[]')
    FROM unnest($1::bigint[]) WITH ORDINALITY AS found (id, place) JOIN teacher t ON t.id = found.id"""  # noqa: S608 - constants


async def find_people(search: PeopleSearch, wanted: PeopleFilter, page: int, size: int, today: date) -> PeopleFound:
    """Return one page of the people found, by name or, without a search, the newest registered first (ADM-2.1).

    Beyond the last page it is the last one (ADM-1.7).
    """
    ids = await _ids(search, wanted)
    more, ids = len(ids) > MOST_FOUND, ids[:MOST_FOUND]
    if wanted.tag:
        tagged = [person for person in await people(ids) if person.is_tagged(wanted.tag, today)]
        shown, total = slice_of(tagged, page, size), len(tagged)
    else:
        shown, total = await people(slice_of(ids, page, size)), len(ids)
    pages = max(1, -(-total // size))
    return PeopleFound(tuple(shown), total, min(page, pages), pages, more)


def slice_of(rows: Sequence[T], page: int, size: int) -> Sequence[T]:
    """Return one page of rows; beyond the end, the last one (ADM-1.7)."""
    start = (min(page, max(1, -(-len(rows) // size))) - 1) * size
    return rows[start : start + size]


async def people(ids: Sequence[TeacherId]) -> tuple[PersonFound, ...]:
    """Return people with all their registrations, in the order of the ids."""
    return await document(tuple[PersonFound, ...], PEOPLE, list(ids)) or () if ids else ()


async def _ids(search: PeopleSearch, wanted: PeopleFilter) -> list[TeacherId]:
    if search.hopeless:
        return []
    statement, sought = _statement(search, wanted)
    among = None if wanted.among is None else list(wanted.among)
    role = wanted.role and wanted.role.value
    rows = await fetch(statement, sought, role, wanted.year, wanted.urn, wanted.lead_provider, among)
    return [TeacherId(row["id"]) for row in rows]


def _statement(search: PeopleSearch, wanted: PeopleFilter) -> tuple[str, object]:
    if search.trns:
        return _found_by(BY_TRN), list(search.trns)
    if search.ids:
        return _found_by(BY_ID), list(search.ids)
    if search.email:
        return _found_by(BY_EMAIL), search.email
    if search.words:
        return _found_by(BY_WORDS), " & ".join(f"'{word}':*" for word in search.words)
    return (_found_by(ANYBODY) if wanted.role is RoleHeld.NONE else NEWEST), None
