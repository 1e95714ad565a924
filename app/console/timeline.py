"""Everything that happened to a person or at a school, with every author: one statement a page (ADM-3.2, ADM-5.2)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.db.documents import document
from app.events.record import head
from app.events.unnamed import changes_of, sentence_of
from app.events.words import change_lines
from app.registration.people.ect_facts import PersonName
from app.registration.people.school_queries import name_of
from app.terms import ActorKind, SchoolId, TeacherId, UserId

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE_SIZE = 50
MOST_IN_FILE = 10_000
"""So many entries at most stand in a file."""


@dataclass(frozen=True)
class TimelineFilter:
    """What of a timeline is wanted; None and "" leave it open. Days are business dates, both inclusive."""

    kind: str = ""
    author: ActorKind | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Whose:
    """Of persons, one and those merged into them, of a school, of what a member of staff did, or of another record."""

    teacher_ids: tuple[TeacherId, ...] = ()
    school_id: SchoolId | None = None
    author_id: UserId | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    """What every event of the record has among its facts; for `since` alone."""


@dataclass(frozen=True)
class Happening:
    """One event with everything staff may know of it."""

    id: int
    kind: str
    sentence: str
    business_date: date
    recorded_at: datetime
    actor_kind: ActorKind
    actor_name: str | None
    actor_email: str | None
    changes: dict[str, Any]
    note: str | None
    ticket: str | None
    written_for: UUID | None
    """The person whose record it was written for; None when it is about nobody."""
    person: PersonName | None
    school: str | None
    urn: str | None

    @property
    def author(self) -> str:
        """Who did it: name and address as far as known, else what kind of author."""
        name = " ".join(filter(None, (self.actor_name, f"({self.actor_email})" if self.actor_email else "")))
        words = WHO[self.actor_kind]
        return f"{name}, {words}" if name else words[:1].upper() + words[1:]

    @property
    def change_lines(self) -> tuple[str, ...]:
        """What changed from what to what; staff see every reason."""
        return change_lines(self.changes, ())


@dataclass(frozen=True)
class Timeline:
    """One page of a timeline, newest first; kinds: every kind that occurs in it, whatever is filtered."""

    total: int
    page: int
    pages: int
    kinds: tuple[str, ...]
    happenings: tuple[Happening, ...]


WHO = {
    ActorKind.SCHOOL_USER: "school user",
    ActorKind.STAFF: "DfE support",
    ActorKind.STAFF_FOR_SCHOOL: "DfE support on behalf of the school",
    ActorKind.APPROPRIATE_BODY_USER: "appropriate body",
    ActorKind.LEAD_PROVIDER: "lead provider",
    ActorKind.OPERATOR: "operator",
    ActorKind.SYSTEM: "this service",
}
OF_PEOPLE = "v.teacher_id = ANY($1)"
OF_SCHOOL = "v.school_id = $1"
OF_AUTHOR = "v.actor_id = $1 AND v.actor_kind IN ('staff', 'staff_for_school')"
READING = ("staff_viewed_record", "staff_viewed_as_school", "staff_exported", "staff_explainer_used")
REFUSED = ("staff_sign_in_refused", "staff_self_change_refused")
CHANGES_NOTHING = (*READING, *REFUSED)
CHANGED = f"v.id > ($1::jsonb ->> 'after')::bigint AND v.kind NOT IN ({', '.join(map(repr, CHANGES_NOTHING))}) AND"
SINCE_PEOPLE = f"{CHANGED} v.teacher_id IN (SELECT jsonb_array_elements_text($1::jsonb -> 'whose')::bigint)"
SINCE_SCHOOL = f"{CHANGED} v.school_id = ($1::jsonb -> 'whose' ->> 0)::bigint"
SINCE_FACTS = f"{CHANGED} v.metadata @> ($1::jsonb -> 'whose' -> 0)"


def _statement(whose: str) -> str:
    return f"""WITH mine AS (SELECT v.* FROM event v WHERE {whose}),
    wanted AS (SELECT * FROM mine v WHERE ($2 = '' OR v.kind = $2) AND ($3::text IS NULL OR v.actor_kind = $3)
        AND ($4::date IS NULL OR v.business_date >= $4) AND ($5::date IS NULL OR v.business_date <= $5)),
    counted AS (SELECT count(*) AS total, greatest(1, ceil(count(*)::numeric / $6))::int AS pages FROM wanted)
    SELECT json_build_object('total', c.total, 'pages', c.pages, 'page', least($7, c.pages),
        'kinds', (SELECT coalesce(json_agg(DISTINCT kind), '[]') FROM mine),
        'happenings', (SELECT coalesce(json_agg(json_build_object('id', v.id, 'kind', v.kind,
            'sentence', {sentence_of("v")},
            'business_date', v.business_date, 'recorded_at', v.recorded_at, 'actor_kind', v.actor_kind,
            'actor_name', v.actor_name, 'actor_email', v.actor_email, 'changes', {changes_of("v")},
            'note', v.metadata ->> 'note', 'ticket', v.metadata ->> 'ticket', 'written_for', t.public_id,
            'person', CASE WHEN t.id IS NOT NULL THEN {name_of("t")} END, 'school', s.name, 'urn', s.urn)
            ORDER BY v.id DESC), '[]')
            FROM (SELECT * FROM wanted ORDER BY id DESC LIMIT $6 OFFSET (least($7, c.pages) - 1) * $6) v
            LEFT JOIN teacher t ON t.id = v.teacher_id LEFT JOIN school s ON s.id = v.school_id))
    FROM counted c"""  # noqa: S608 - constants


TIMELINES = {
    whose: _statement(whose) for whose in (OF_PEOPLE, OF_SCHOOL, OF_AUTHOR, SINCE_PEOPLE, SINCE_SCHOOL, SINCE_FACTS)
}


async def timeline(whose: Whose, wanted: TimelineFilter, page: int, size: int = PAGE_SIZE) -> Timeline:
    """Return one page of what happened, newest first; beyond the last page, the last one (ADM-3.2, ADM-1.7)."""
    if whose.school_id is not None:
        return await _found(OF_SCHOOL, whose.school_id, wanted, page, size)
    if whose.author_id is not None:
        return await _found(OF_AUTHOR, whose.author_id, wanted, page, size)
    return await _found(OF_PEOPLE, list(whose.teacher_ids), wanted, page, size)


async def _found(what: str, about: Any, wanted: TimelineFilter, page: int, size: int) -> Timeline:
    author = wanted.author.value if wanted.author else None
    found = await document(
        Timeline,
        TIMELINES[what],
        about,
        wanted.kind,
        author,
        wanted.since,
        wanted.until,
        size,
        min(max(page, 1), 1_000_000),
    )
    if found is None:
        raise LookupError("counting always returns a row")
    return found


MOST_SINCE = 10


async def newest_event() -> int:
    """Return the number of the newest event there is, 0 when there is none."""
    return (await head())[0]


async def since(whose: Whose, number: int) -> tuple[Happening, ...]:
    """Return what changed after an event, the newest first, `MOST_SINCE` at most; looking changes nothing (ADM-1.4)."""
    what, about = SINCE_PEOPLE, list[object](whose.teacher_ids)
    if whose.facts:
        what, about = SINCE_FACTS, [whose.facts]
    elif whose.school_id is not None:
        what, about = SINCE_SCHOOL, [whose.school_id]
    asked = json.dumps({"after": number, "whose": about})
    return (await _found(what, asked, TimelineFilter(), 1, MOST_SINCE)).happenings
