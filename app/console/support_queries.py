"""Reading queries to support and feedback for staff (ADM-15.1, ADM-15.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from app.db.documents import document
from app.registration.people.ect_facts import PersonName
from app.registration.people.school_queries import name_of
from app.support.rules import without_secrets
from app.support.subjects import Subject
from app.terms import TRN, Role

if TYPE_CHECKING:
    from app.terms import SchoolId

STATES = {"received": "Received", "sent": "Sent", "failed": "Not delivered", "closed": "Closed"}


@dataclass(frozen=True)
class SupportQuery:
    """A query with who wrote it, and the stay it is about with its person."""

    public_id: UUID
    sender: str
    email: str
    subject: Subject
    message: str
    page: str | None
    state: str
    created_at: datetime
    closed_at: datetime | None
    school: str | None
    urn: str | None
    role: Role | None
    person: UUID | None
    person_name: PersonName | None
    trn: TRN | None

    @property
    def state_words(self) -> str:
        """What became of it, in words."""
        return STATES[self.state]

    @property
    def holds_secrets(self) -> bool:
        """Whether the text looks like it holds a date of birth or a National Insurance number."""
        return without_secrets(self.message) != self.message


QUERIES = f"""SELECT coalesce(json_agg(json_build_object('public_id', q.public_id, 'sender', q.name, 'email', q.email,
    'subject', q.subject, 'message', q.message, 'page', q.page, 'state', q.state, 'created_at', q.created_at,
    'closed_at', q.closed_at, 'school', s.name, 'urn', s.urn, 'role', q.about_role, 'person', t.public_id, 'trn', t.trn,
    'person_name', CASE WHEN t.id IS NOT NULL THEN {name_of("t")} END)
    ORDER BY q.created_at DESC, q.id DESC), '[]')
    FROM support_query q LEFT JOIN school s ON s.id = q.school_id
    LEFT JOIN ect_at_school_period e ON q.about_role = 'ect' AND e.id = q.about_stay_id
    LEFT JOIN mentor_at_school_period m ON q.about_role = 'mentor' AND m.id = q.about_stay_id
    LEFT JOIN teacher t ON t.id = coalesce(e.teacher_id, m.teacher_id)
    WHERE ($1::uuid IS NULL OR q.public_id = $1) AND ($2::bigint IS NULL OR q.school_id = $2)
        AND CASE $3 WHEN '' THEN true WHEN 'open' THEN q.state <> 'closed' ELSE q.state = $3 END"""  # noqa: S608 - constants


async def queries(
    state: str = "", *, public_id: UUID | None = None, school_id: SchoolId | None = None
) -> tuple[SupportQuery, ...]:
    """Return queries, the newest first: in a state or `open`, one, or those of a school."""
    return await document(tuple[SupportQuery, ...], QUERIES, public_id, school_id, state) or ()


@dataclass(frozen=True)
class FeedbackFilter:
    """Which opinions are wanted; None and "" leave it open. Days are both inclusive."""

    since: date | None = None
    until: date | None = None
    score: int | None = None
    page: str = ""


@dataclass(frozen=True)
class Opinion:
    """One opinion."""

    at: datetime
    satisfaction: int
    comments: str | None
    page: str | None


@dataclass(frozen=True)
class Week:
    """How satisfied people were in the week that begins on a Monday."""

    monday: date
    number: int
    average: float


@dataclass(frozen=True)
class Feedback:
    """Opinions, the newest first, and the weeks they were given in."""

    opinions: tuple[Opinion, ...]
    weeks: tuple[Week, ...]
    pages: tuple[str, ...]


FEEDBACK = """WITH wanted AS (SELECT f.*, (f.at AT TIME ZONE 'Europe/London')::date AS day FROM feedback f
        WHERE ($1::date IS NULL OR (f.at AT TIME ZONE 'Europe/London')::date >= $1)
            AND ($2::date IS NULL OR (f.at AT TIME ZONE 'Europe/London')::date <= $2)
            AND ($3::int IS NULL OR f.satisfaction = $3) AND ($4 = '' OR f.page = $4)),
    weeks AS (SELECT date_trunc('week', day)::date AS monday, count(*) AS number,
        avg(satisfaction)::float AS average FROM wanted GROUP BY 1)
    SELECT json_build_object(
        'opinions', (SELECT coalesce(json_agg(json_build_object('at', at, 'satisfaction', satisfaction,
            'comments', comments, 'page', page) ORDER BY at DESC, id DESC), '[]') FROM wanted),
        'weeks', (SELECT coalesce(json_agg(json_build_object('monday', monday, 'number', number, 'average', average)
            ORDER BY monday DESC), '[]') FROM weeks),
        'pages', (SELECT coalesce(json_agg(DISTINCT page ORDER BY page), '[]') FROM feedback WHERE page IS NOT NULL))"""


async def feedback(wanted: FeedbackFilter) -> Feedback:
    """Return opinions, the newest first, with the average of each week (ADM-15.2)."""
    found = await document(Feedback, FEEDBACK, wanted.since, wanted.until, wanted.score, wanted.page)
    return found or Feedback((), (), ())
