"""The work queues of support: each item a condition worked out from the data, in one statement (ADM-8.1, ADM-8.2)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal
from uuid import UUID

import msgspec

from app.console.queue_conditions import CONDITIONS
from app.console.queue_of_work import Addressee
from app.console.queue_signs import SIGNS
from app.db.documents import document
from app.db.engine import fetch
from app.notices.titles import titled
from app.registration.people.ect_facts import PersonName
from app.registration.people.school_queries import name_of
from app.terms import SchoolId, TeacherId, UserId

if TYPE_CHECKING:
    from app.console.queue_of_work import Queue
    from app.policy import Policy

Show = Literal["open", "mine", "unassigned", "snoozed", "dismissed"]

QUEUES: dict[str, Queue] = {queue.slug: queue for queue in sorted((*CONDITIONS, *SIGNS), key=lambda queue: queue.id)}
"""The queues in the order of ADM-8.2, by their slug."""


def mark(key: str, facts: str) -> str:
    """Return what tells an item with its facts from every other, and from the same item with other facts."""
    return hashlib.sha256(f"{key}\n{facts}".encode()).hexdigest()


@dataclass(frozen=True)
class Item:
    """One item: what it is about, since when, who looks after it."""

    key: str
    since: datetime
    facts: str
    school: str | None
    urn: str | None
    teacher: UUID | None
    name: PersonName | None
    assignee_id: UserId | None
    assignee: str | None
    snoozed_until: date | None
    dismissed: bool
    reason: str | None
    """Why it was put off or dismissed."""
    to: Addressee | None
    """Who is waited for."""
    school_id: SchoolId | None
    teacher_id: TeacherId | None

    @property
    def said(self) -> str:
        """Return the facts with every email by its title."""
        return titled(self.facts)

    @property
    def mark(self) -> str:
        """What the form of the queue sends along of what was seen of it."""
        return mark(self.key, self.facts)

    def days(self, today: date) -> int:
        """Return its age in days."""
        return max(0, (today - self.since.date()).days)


@dataclass(frozen=True)
class Items:
    """One page of a queue, the oldest first."""

    total: int
    page: int
    pages: int
    items: tuple[Item, ...]


SHOWN = """CASE $4 WHEN 'dismissed' THEN true WHEN 'snoozed' THEN q.snoozed_until >= $1
    WHEN 'mine' THEN q.assignee_user_id = $5 AND coalesce(q.snoozed_until < $1, true)
    WHEN 'unassigned' THEN q.assignee_user_id IS NULL AND coalesce(q.snoozed_until < $1, true)
    ELSE coalesce(q.snoozed_until < $1, true) END"""


TYPED = "$1::date IS NOT NULL AND $2::jsonb IS NOT NULL"
"""Not every queue depends on both, but each statement is given both."""


def _of(queue: Queue) -> str:
    return f"""SELECT found.*, q.assignee_user_id, q.snoozed_until, q.reason,
        q.dismissed_facts IS NOT DISTINCT FROM found.facts AS dismissed FROM ({queue.sql}) found
        LEFT JOIN queue_item q ON q.queue = $3 AND q.item_key = found.key
        WHERE ($4 = 'dismissed') = (q.dismissed_facts IS NOT DISTINCT FROM found.facts) AND ({SHOWN})
            AND {TYPED}"""  # noqa: S608 - constants


def _page_of(queue: Queue) -> str:
    return f"""WITH items AS MATERIALIZED ({_of(queue)}),
    counted AS (SELECT count(*) AS total, greatest(1, ceil(count(*)::numeric / $6))::int AS pages FROM items)
    SELECT json_build_object('total', c.total, 'pages', c.pages, 'page', least($7, c.pages),
        'items', (SELECT coalesce(json_agg(json_build_object('key', i.key, 'since', i.since, 'facts', i.facts,
            'school', s.name, 'urn', s.urn, 'teacher', t.public_id,
            'name', CASE WHEN t.id IS NOT NULL THEN {name_of("t")} END, 'assignee_id', i.assignee_user_id,
            'assignee', u.name, 'snoozed_until', i.snoozed_until, 'dismissed', i.dismissed,
            'reason', i.reason, 'to', {queue.letter_to}, 'school_id', i.school_id,
            'teacher_id', i.teacher_id) ORDER BY i.place), '[]')
            FROM (SELECT *, row_number() OVER (ORDER BY {queue.order}) AS place FROM items
                ORDER BY {queue.order} LIMIT $6 OFFSET (least($7, c.pages) - 1) * $6) i
            LEFT JOIN school s ON s.id = i.school_id LEFT JOIN teacher t ON t.id = i.teacher_id
            LEFT JOIN app_user u ON u.id = i.assignee_user_id))
    FROM counted c"""  # noqa: S608 - constants


PAGES = {queue.slug: _page_of(queue) for queue in QUEUES.values()}
OPEN = "coalesce(q.snoozed_until < $1, true)"
COUNTS = " UNION ALL ".join(
    f"""SELECT '{queue.slug}' AS slug, count(*) AS open FROM ({queue.sql}) found
    LEFT JOIN queue_item q ON q.queue = '{queue.id}' AND q.item_key = found.key
    WHERE q.dismissed_facts IS DISTINCT FROM found.facts AND {OPEN}"""  # noqa: S608 - constants
    for queue in QUEUES.values()
)
ONE = {
    queue.slug: f"SELECT * FROM ({queue.sql}) found WHERE found.key = ANY($3) AND {TYPED}"  # noqa: S608 - constants
    for queue in QUEUES.values()
}


async def items(
    queue: Queue, show: Show, viewer: UserId, policy: Policy, today: date, *, page: int, size: int
) -> Items:
    """Return one page of a queue as somebody sees it, the oldest first; beyond the end, the last page (ADM-8.2)."""
    asked = min(max(page, 1), 1_000_000)
    found = await document(Items, PAGES[queue.slug], today, settings_of(policy), queue.id, show, viewer, size, asked)
    if found is None:
        raise LookupError("counting always returns a row")
    return found


async def counts(policy: Policy, today: date) -> dict[str, int]:
    """Return how many open items each queue has, in one statement (ADM-8.2)."""
    return {row["slug"]: row["open"] for row in await fetch(COUNTS, today, settings_of(policy))}


def settings_of(policy: Policy) -> str:
    """Return the settings that queues depend on, as JSON."""
    return msgspec.json.encode(
        {"lp_confirm_days": policy.lp_confirm_days, "ab_record_days": policy.ab_record_days}
    ).decode()
