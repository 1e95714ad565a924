"""Reading a person's history as one school may see it (EVT-02, HI-01, ADM-16.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.db.documents import document
from app.db.survivors import with_merged
from app.events.unnamed import changes_of, sentence_of
from app.events.words import change_lines
from app.terms import ActorKind

if TYPE_CHECKING:
    from collections.abc import Collection

    from app.terms import DeferralReason, SchoolId, SchoolPartnershipId, TeacherId

NOT_FOR_SCHOOLS = (
    "staff_viewed_record",
    "staff_viewed_as_school",
    "staff_exported",
    "staff_explainer_used",
    "staff_acting_started",
    "staff_acting_elevated",
    "staff_acting_dropped",
    "staff_acting_ended",
    "staff_fix_applied",
    "name_flag_accepted",
    "name_flag_reverted",
    "queue_item_assigned",
    "queue_item_snoozed",
    "queue_item_dismissed",
    "queue_item_reopened",
    "outbox_item_retried",
    "outbox_item_discarded",
    "job_run_by_staff",
    "support_query_closed",
)
"""Kinds that tell of reading, queues, reviews and mail looked after by staff (ADM-16.2)."""
ANOTHER_SCHOOL = "another school"
NAMED = frozenset({ActorKind.LEAD_PROVIDER, ActorKind.APPROPRIATE_BODY_USER})

HISTORY = f"""
    WITH mine AS (SELECT e.* FROM {with_merged("$2")} one JOIN event e ON e.school_id = $1 AND e.teacher_id = one.id
        WHERE e.kind <> ALL($3)),
    counted AS (SELECT count(*) AS total, greatest(1, ceil(count(*)::numeric / $4))::int AS pages FROM mine)
    SELECT json_build_object('total', c.total, 'pages', c.pages, 'page', least($5, c.pages),
        'events', (SELECT coalesce(json_agg(json_build_object('id', m.id, 'kind', m.kind, 'recorded_at', m.recorded_at,
            'sentence', {sentence_of("m")}, 'changes', {changes_of("m")}, 'actor_kind', m.actor_kind,
            'actor_name', m.actor_name, 'actor_school_id', (m.metadata ->> 'actor_school_id')::bigint)
            ORDER BY m.id DESC), '[]')
            FROM (SELECT * FROM mine ORDER BY id DESC LIMIT $4 OFFSET (least($5, c.pages) - 1) * $4) m))
    FROM counted c"""  # noqa: S608 - constants


@dataclass(frozen=True)
class StoredEvent:
    """An event as read; nothing of it is shown unprepared."""

    id: int
    kind: str
    recorded_at: datetime
    sentence: str
    changes: dict[str, Any]
    actor_kind: ActorKind
    actor_name: str | None
    actor_school_id: int | None

    def by(self, school_id: SchoolId) -> str:
        """Return who did it, as the school may know (EVT-02, ADM-16.2)."""
        if self.actor_kind is ActorKind.SCHOOL_USER:
            if self.actor_school_id is not None and self.actor_school_id != school_id:
                return ANOTHER_SCHOOL
            return f"{self.actor_name}, {self.actor_kind.words}" if self.actor_name else "Your school"
        if self.actor_kind in NAMED and self.actor_name:
            return f"{self.actor_name}, {self.actor_kind.words}"
        return self.actor_kind.words[:1].upper() + self.actor_kind.words[1:]


@dataclass(frozen=True)
class StoredHistory:
    """One page of a person's events at a school, newest first."""

    total: int
    pages: int
    page: int
    events: tuple[StoredEvent, ...]


@dataclass(frozen=True)
class Entry:
    """One line of a history: what happened, what changed from what to what, when, by whom."""

    kind: str
    sentence: str
    changes: tuple[str, ...]
    at: datetime
    by: str


@dataclass(frozen=True)
class History:
    """One page of a history, newest first."""

    entries: tuple[Entry, ...]
    total: int
    page: int
    pages: int


async def history(
    school_id: SchoolId, teacher_id: TeacherId, page: int, size: int, hidden: Collection[DeferralReason]
) -> History:
    """Return what happened to a person at a school, under any record of theirs; beyond the last page, the last (HI-01).

    hidden: reasons for pausing training that a school only sees as leave (WDR-02).
    """
    asked = min(max(page, 1), 1_000_000)
    stored = await document(StoredHistory, HISTORY, school_id, teacher_id, list(NOT_FOR_SCHOOLS), size, asked)
    if stored is None:
        raise LookupError("counting always returns a row")
    entries = tuple(entry_of(event, school_id, hidden) for event in stored.events)
    return History(entries, stored.total, stored.page, stored.pages)


PARTNERSHIP_HISTORY = """
    SELECT coalesce(json_agg(json_build_object('id', m.id, 'kind', m.kind, 'recorded_at', m.recorded_at,
        'sentence', m.sentence, 'changes', m.changes, 'actor_kind', m.actor_kind, 'actor_name', m.actor_name,
        'actor_school_id', (m.metadata ->> 'actor_school_id')::bigint) ORDER BY m.id DESC), '[]')
    FROM event m WHERE m.school_id = $1 AND m.teacher_id IS NULL AND m.school_partnership_id = $2
        AND m.kind <> ALL($3)"""


async def partnership_history(school_id: SchoolId, partnership_id: SchoolPartnershipId) -> History:
    """Return everything that happened to a partnership itself, newest first (PT-02)."""
    stored = await document(
        tuple[StoredEvent, ...], PARTNERSHIP_HISTORY, school_id, partnership_id, list(NOT_FOR_SCHOOLS)
    )
    entries = tuple(entry_of(event, school_id, ()) for event in stored or ())
    return History(entries, len(entries), 1, 1)


def entry_of(event: StoredEvent, school_id: SchoolId, hidden: Collection[DeferralReason]) -> Entry:
    """Prepare an event for the eyes of a school."""
    return Entry(
        event.kind,
        event.sentence,
        change_lines(event.changes, hidden),
        event.recorded_at,
        event.by(school_id),
    )
