"""The work queues of support: each item a condition worked out from the data, in one statement (ADM-8.1, ADM-8.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal
from uuid import UUID

import msgspec

from app.db.documents import document
from app.db.engine import fetch
from app.registration.people.ect_facts import PersonName
from app.registration.people.school_queries import name_of
from app.terms import SchoolId, TeacherId, UserId

if TYPE_CHECKING:
    from app.policy import Policy

Show = Literal["open", "mine", "unassigned", "snoozed"]


@dataclass(frozen=True)
class Queue:
    """One queue: its SQL gives key, since, school_id, teacher_id and facts of each item.

    $1 is today, $2 the settings as JSON. The key stays the same while the item is the same; an item that was dismissed
    returns when its facts differ. what_to_do: what staff can do about an item.
    """

    id: str
    title: str
    what_to_do: str
    sql: str
    order: str = "since, key"
    page: str = ""
    """Where its items can be seen with everything about them, and decided."""

    @property
    def slug(self) -> str:
        """How addresses name it."""
        return self.id.lower()


IN_PROGRESS = """e.removed_at IS NULL AND e.started_on <= $1 AND coalesce(e.finished_on, 'infinity') >= $1
    AND coalesce(t.trs_induction_status, '') NOT IN ('Passed', 'Failed', 'FailedInWales', 'Exempt')
    AND NOT EXISTS (SELECT FROM induction_period o WHERE o.teacher_id = t.id AND o.outcome IS NOT NULL)"""
DAYS = "($2::jsonb ->> '{}')::int"

QUEUES: dict[str, Queue] = {
    queue.slug: queue
    for queue in (
        Queue(
            "Q-01",
            "Lead provider has not answered",
            "Ask the lead provider, or move the training",
            f"""SELECT 'training ' || tp.id AS key, tp.requested_at AS since, tp.school_id, tp.teacher_id,
                lp.name || ' was asked for ' || tp.contract_period_year AS facts
            FROM training_period tp JOIN lead_provider lp ON lp.id = tp.lead_provider_id
            WHERE tp.requested_at IS NOT NULL AND tp.school_partnership_id IS NULL AND tp.cancelled_at IS NULL
                AND tp.withdrawn_at IS NULL AND tp.deferred_at IS NULL AND coalesce(tp.finished_on, 'infinity') >= $1
                AND tp.requested_at < $1::date - {DAYS.format("lp_confirm_days")}""",  # noqa: S608 - constants
        ),
        Queue(
            "Q-02",
            "ECT without a mentor",
            "Remind the school, or act for it",
            f"""SELECT 'stay ' || e.id AS key,
                greatest(e.created_at, (SELECT max(m.finished_on) FROM mentorship_period m
                    WHERE m.ect_at_school_period_id = e.id AND m.cancelled_at IS NULL)) AS since,
                e.school_id, e.teacher_id, 'No mentor now or to come' AS facts
            FROM ect_at_school_period e JOIN teacher t ON t.id = e.teacher_id
            WHERE {IN_PROGRESS} AND greatest(e.created_at, (SELECT max(m.finished_on) FROM mentorship_period m
                    WHERE m.ect_at_school_period_id = e.id AND m.cancelled_at IS NULL)) < $1::date - 14
                AND NOT EXISTS (SELECT FROM mentorship_period m WHERE m.ect_at_school_period_id = e.id
                    AND m.cancelled_at IS NULL AND coalesce(m.finished_on, 'infinity') >= $1)""",  # noqa: S608 - constants
        ),
        Queue(
            "Q-03",
            "Induction not recorded",
            "Ask the appropriate body, or remind the school",
            f"""SELECT 'stay ' || e.id AS key, e.started_on::timestamptz AS since, e.school_id, e.teacher_id,
                coalesce(b.name, 'No appropriate body is reported, and none') || ' has recorded no induction' AS facts
            FROM ect_at_school_period e JOIN teacher t ON t.id = e.teacher_id
            LEFT JOIN appropriate_body b ON b.id = e.school_reported_appropriate_body_id
            WHERE {IN_PROGRESS} AND e.started_on < $1::date - {DAYS.format("ab_record_days")}
                AND NOT EXISTS (SELECT FROM induction_period i WHERE i.teacher_id = e.teacher_id
                    AND i.finished_on IS NULL)""",  # noqa: S608 - constants
        ),
        Queue(
            "Q-05",
            "Name corrections",
            "Accept the name, or put the teaching record’s name back",
            """SELECT 'name ' || n.id AS key, n.raised_at AS since, n.school_id, n.teacher_id,
                n.trs_name || ' on the teaching record; ' || n.old_name || ' became ' || n.new_name
                    || coalesce(' (score ' || c.score || ')', '') AS facts, c.score
            FROM name_flag n LEFT JOIN name_correction c ON c.name_flag_id = n.id WHERE n.reviewed_at IS NULL""",
            order="score, since, key",
            page="/admin/name-corrections?flagged=yes&reviewed=no",
        ),
        Queue(
            "Q-06",
            "Succession of a school to decide",
            "Decide where its people go on",
            """SELECT 'item ' || i.id AS key, i.raised_on::timestamptz AS since, i.school_id,
                NULL::bigint AS teacher_id, replace(i.kind, '_', ' ') || coalesce(': ' || i.reason, '') AS facts
            FROM register_item i WHERE i.queue = 'Q-06' AND i.settled_at IS NULL""",
        ),
        Queue(
            "Q-07",
            "Mail not delivered",
            "Correct the address, or tell the school",
            """SELECT 'address ' || lower(failed.recipient) AS key, max(failed.finished_at) AS since,
                (array_agg(failed.school_id ORDER BY failed.finished_at DESC))[1] AS school_id,
                (array_agg(failed.teacher_id ORDER BY failed.finished_at DESC))[1] AS teacher_id,
                (array_agg(failed.recipient ORDER BY failed.finished_at DESC))[1] || ' does not accept mail ('
                    || (array_agg(failed.message_id ORDER BY failed.finished_at DESC))[1] || ')' AS facts
            FROM message failed WHERE failed.state = 'bounced' AND (
                EXISTS (SELECT FROM ect_at_school_period e WHERE lower(e.email) = lower(failed.recipient)
                    AND e.removed_at IS NULL AND coalesce(e.finished_on, 'infinity') >= $1)
                OR EXISTS (SELECT FROM mentor_at_school_period m WHERE lower(m.email) = lower(failed.recipient)
                    AND m.removed_at IS NULL AND coalesce(m.finished_on, 'infinity') >= $1)
                OR EXISTS (SELECT FROM induction_tutor i WHERE lower(i.email) = lower(failed.recipient)
                    AND i.ended_at IS NULL)
                OR EXISTS (SELECT FROM school s WHERE s.id = failed.school_id
                    AND lower(failed.recipient) IN (lower(s.primary_email), lower(s.secondary_email))))
                AND NOT EXISTS (SELECT FROM message later WHERE lower(later.recipient) = lower(failed.recipient)
                    AND later.state = 'delivered' AND later.finished_at > failed.finished_at)
            GROUP BY lower(failed.recipient)""",
        ),
        Queue(
            "Q-08",
            "School without an induction tutor",
            "Set the induction tutor, or act for the school",
            """SELECT 'school ' || s.id AS key, coalesce(max(i.ended_at), min(e.created_at)) AS since,
                s.id AS school_id, NULL::bigint AS teacher_id,
                count(DISTINCT e.id) || ' current ECTs and no induction tutor' AS facts
            FROM school s JOIN ect_at_school_period e ON e.school_id = s.id AND e.removed_at IS NULL
                AND e.started_on <= $1 AND coalesce(e.finished_on, 'infinity') >= $1
            LEFT JOIN induction_tutor i ON i.school_id = s.id
            WHERE s.status_code <> 2
                AND NOT EXISTS (SELECT FROM induction_tutor now WHERE now.school_id = s.id AND now.ended_at IS NULL)
            GROUP BY s.id HAVING coalesce(max(i.ended_at), min(e.created_at)) < $1::date - 7""",
        ),
        Queue(
            "Q-10",
            "Appropriate body mismatch",
            "Correct the reported body, or ask the body that recorded the induction",
            """SELECT 'stay ' || e.id AS key, i.started_on::timestamptz AS since, e.school_id, e.teacher_id,
                'Reported: ' || reported.name || '; recorded: ' || recorded.name AS facts
            FROM ect_at_school_period e JOIN teacher t ON t.id = e.teacher_id
            JOIN appropriate_body reported ON reported.id = e.school_reported_appropriate_body_id
            JOIN induction_period i ON i.teacher_id = e.teacher_id AND i.finished_on IS NULL
            JOIN appropriate_body recorded ON recorded.id = i.appropriate_body_id
            WHERE e.removed_at IS NULL AND coalesce(e.finished_on, 'infinity') >= $1 AND recorded.id <> reported.id
                AND i.started_on < $1::date - 28""",
        ),
        Queue(
            "Q-12",
            "Odd values in the register",
            "Set what the school may do, or wait for a correction in the register",
            """SELECT 'item ' || i.id AS key, i.raised_on::timestamptz AS since, i.school_id,
                NULL::bigint AS teacher_id, replace(i.kind, '_', ' ') || coalesce(': ' || i.reason, '') AS facts
            FROM register_item i WHERE i.queue = 'Q-12' AND i.settled_at IS NULL""",
        ),
        Queue(
            "Q-13",
            "Stopped and not acted on",
            "Remind the school, or act for it",
            f"""SELECT 'training ' || tp.id AS key, coalesce(tp.withdrawn_at, sp.challenged_at) AS since, tp.school_id,
                tp.teacher_id, coalesce(lp.name, 'The lead provider') || CASE WHEN tp.withdrawn_at IS NOT NULL
                    THEN ' has stopped training them' ELSE ' is wrong, the school said' END AS facts
            FROM training_period tp JOIN ect_at_school_period e ON e.id = tp.ect_at_school_period_id
            JOIN teacher t ON t.id = tp.teacher_id
            LEFT JOIN school_partnership sp ON sp.id = tp.school_partnership_id
            LEFT JOIN lead_provider lp ON lp.id = tp.lead_provider_id
            WHERE {IN_PROGRESS} AND tp.cancelled_at IS NULL
                AND coalesce(tp.withdrawn_at, sp.challenged_at) < $1::date - 14
                AND NOT EXISTS (SELECT FROM training_period later WHERE later.ect_at_school_period_id = e.id
                    AND later.cancelled_at IS NULL AND (later.started_on, later.id) > (tp.started_on, tp.id))""",  # noqa: S608 - constants
        ),
        Queue(
            "Q-15",
            "Support queries",
            "Answer in the ticket tool, then close the query",
            """SELECT 'query ' || q.id AS key, q.created_at AS since, q.school_id,
                coalesce(e.teacher_id, m.teacher_id) AS teacher_id, q.subject || ', from ' || q.name AS facts
            FROM support_query q
            LEFT JOIN ect_at_school_period e ON q.about_role = 'ect' AND e.id = q.about_stay_id
            LEFT JOIN mentor_at_school_period m ON q.about_role = 'mentor' AND m.id = q.about_stay_id
            WHERE q.state <> 'closed'""",
        ),
    )
}
"""The queues in the order of ADM-8.2, by their slug."""


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
    school_id: SchoolId | None
    teacher_id: TeacherId | None

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


SHOWN = """CASE $4 WHEN 'snoozed' THEN q.snoozed_until >= $1
    WHEN 'mine' THEN q.assignee_user_id = $5 AND coalesce(q.snoozed_until < $1, true)
    WHEN 'unassigned' THEN q.assignee_user_id IS NULL AND coalesce(q.snoozed_until < $1, true)
    ELSE coalesce(q.snoozed_until < $1, true) END"""


TYPED = "$1::date IS NOT NULL AND $2::jsonb IS NOT NULL"
"""Not every queue depends on both, but each statement is given both."""


def _of(queue: Queue) -> str:
    return f"""SELECT found.*, q.assignee_user_id, q.snoozed_until FROM ({queue.sql}) found
        LEFT JOIN queue_item q ON q.queue = $3 AND q.item_key = found.key
        WHERE q.dismissed_facts IS DISTINCT FROM found.facts AND ({SHOWN}) AND {TYPED}"""  # noqa: S608 - constants


def _page_of(queue: Queue) -> str:
    return f"""WITH items AS MATERIALIZED ({_of(queue)}),
    counted AS (SELECT count(*) AS total, greatest(1, ceil(count(*)::numeric / $6))::int AS pages FROM items)
    SELECT json_build_object('total', c.total, 'pages', c.pages, 'page', least($7, c.pages),
        'items', (SELECT coalesce(json_agg(json_build_object('key', i.key, 'since', i.since, 'facts', i.facts,
            'school', s.name, 'urn', s.urn, 'teacher', t.public_id,
            'name', CASE WHEN t.id IS NOT NULL THEN {name_of("t")} END, 'assignee_id', i.assignee_user_id,
            'assignee', u.name, 'snoozed_until', i.snoozed_until, 'school_id', i.school_id,
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
