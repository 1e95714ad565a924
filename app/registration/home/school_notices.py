"""Reading a school's notices as one of its users sees them (NOT-6.1, UP-01): one statement a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from app.access.preferences import NoticeGroup
from app.db.documents import document
from app.events.queries import StoredEvent
from app.events.unnamed import changes_of, sentence_of
from app.notices.school_notices import GROUP, KEPT_DAYS, kind_for, settled_on
from app.registration.people.ect_facts import PersonName
from app.registration.people.school_queries import name_of
from app.terms import Role

if TYPE_CHECKING:
    from datetime import date, datetime

    from app.terms import SchoolId, UserId


@dataclass(frozen=True)
class NoticePerson:
    """Whom a notice is about, with the id of their record at the school."""

    role: Role
    public_id: UUID
    name: PersonName


@dataclass(frozen=True)
class SchoolNotice:
    """One notice; settled: nothing is left to do about it."""

    event: StoredEvent
    notice: str
    group: NoticeGroup
    read: bool
    settled: bool
    person: NoticePerson | None = None
    partnership: UUID | None = None

    @property
    def text(self) -> str:
        """Whom it is about and what happened."""
        sentence = self.event.sentence
        name = self.person.name.displayed if self.person is not None else ""
        return sentence if not name or name in sentence else f"{name}: {sentence}"


@dataclass(frozen=True)
class NoticePage:
    """One page of notices, newest first, with how many there are and the number of the newest event.

    failing_address: the reader's own, when mail to it does not arrive (NOT-2.9).
    """

    total: int
    newest: int
    notices: tuple[SchoolNotice, ...]
    failing_address: str | None = None


@dataclass(frozen=True)
class Asked:
    """Whose notices, of which group (none: all), and whether only unread ones."""

    school_id: SchoolId
    user_id: UserId
    group: NoticeGroup | None = None
    unread: bool = False
    after: int = 0
    """Only events after this one: what a digest has not told yet."""


def _person(role: Role, table: str, key: str) -> str:
    return f"""(SELECT json_build_object('role', '{role.value}', 'public_id', s.public_id, 'name', {name_of("t")})
        FROM {table} s JOIN teacher t ON t.id = s.teacher_id
        WHERE s.school_id = $1 AND s.removed_at IS NULL AND (s.id = v.{key} OR v.{key} IS NULL
            AND s.teacher_id = v.teacher_id) ORDER BY s.started_on DESC LIMIT 1)"""  # noqa: S608 - constants


# $1 school, $2 user, $3 today, $4 moment, $5 group or null, $6 only unread, $7 after, $8 size, $9 offset
NOTICES = f"""
    WITH seen AS (SELECT coalesce(max(notices_read_to), 0) AS read_to FROM school_preference
        WHERE user_id = $2 AND school_id = $1),
    every AS (SELECT v.*, {kind_for("$2")} AS notice, {settled_on("$3::date")} AS settled FROM event v
        WHERE v.school_id = $1 AND v.id > $7 AND v.recorded_at <= $4
            AND v.recorded_at > $4 - interval '{KEPT_DAYS} days'),
    mine AS (SELECT v.*, {GROUP} AS placed, v.id <= seen.read_to AS read FROM every v, seen
        WHERE v.notice IS NOT NULL AND ($5::text IS NULL OR {GROUP} = $5)
            AND (NOT $6 OR v.id > seen.read_to AND NOT v.settled))
    SELECT json_build_object('total', (SELECT count(*) FROM mine),
        'newest', (SELECT coalesce(max(id), 0) FROM event WHERE school_id = $1),
        'failing_address', (SELECT u.email FROM app_user u WHERE u.id = $2 AND (SELECT m.state FROM message m
            WHERE lower(m.recipient) = lower(u.email) AND m.state IN ('delivered', 'bounced')
            ORDER BY m.finished_at DESC LIMIT 1) = 'bounced'),
        'notices', (SELECT coalesce(json_agg(json_build_object('event', json_build_object('id', v.id, 'kind', v.kind,
            'recorded_at', v.recorded_at, 'sentence', {sentence_of("v")}, 'changes', {changes_of("v")},
            'actor_kind', v.actor_kind,
            'actor_name', v.actor_name, 'actor_school_id', (v.metadata ->> 'actor_school_id')::bigint),
            'notice', v.notice, 'group', v.placed, 'read', v.read, 'settled', v.settled,
            'person', CASE WHEN v.teacher_id IS NULL THEN NULL WHEN v.mentor_at_school_period_id IS NOT NULL
                AND v.ect_at_school_period_id IS NULL
                THEN {_person(Role.MENTOR, "mentor_at_school_period", "mentor_at_school_period_id")}
                ELSE {_person(Role.ECT, "ect_at_school_period", "ect_at_school_period_id")} END,
            'partnership', CASE WHEN v.teacher_id IS NULL THEN (SELECT sp.public_id FROM school_partnership sp
                WHERE sp.id = v.school_partnership_id AND sp.school_id = $1) END) ORDER BY v.id DESC), '[]')
            FROM (SELECT * FROM mine ORDER BY id DESC LIMIT $8 OFFSET $9) v))"""  # noqa: S608 - constants


async def notices(asked: Asked, today: date, now: datetime, size: int, number: int = 1) -> NoticePage:
    """Return one page of a school's notices as a user sees them; pages count from 1."""
    found = await document(
        NoticePage,
        NOTICES,
        asked.school_id,
        asked.user_id,
        today,
        now,
        asked.group.value if asked.group else None,
        asked.unread,
        asked.after,
        size,
        (number - 1) * size,
    )
    return found or NoticePage(0, 0, ())
