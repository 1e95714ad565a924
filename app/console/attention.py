"""Who needs attention, and why: the open items of every work queue that name them (ADM-2.3, ADM-3.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.console.queues import OPEN, QUEUES, settings_of
from app.db.engine import fetch
from app.terms import TeacherId

if TYPE_CHECKING:
    from datetime import date

    from app.policy import Policy


@dataclass(frozen=True)
class Attention:
    """One reason: the queue it stands in, and the facts."""

    title: str
    facts: str
    href: str


def _every(columns: str, condition: str, *, of_person: bool = False) -> str:
    return " UNION ALL ".join(
        f"""SELECT '{queue.slug}' AS slug, {columns} FROM ({(of_person and queue.of_person) or queue.sql}) found
        LEFT JOIN queue_item q ON q.queue = '{queue.id}' AND q.item_key = found.key
        WHERE q.dismissed_facts IS DISTINCT FROM found.facts AND {OPEN} AND {condition}"""  # noqa: S608 - constants
        for queue in QUEUES.values()
    )


OF_PERSON = _every("found.facts", "found.teacher_id = $3", of_person=True)
OF_EVERYBODY = f"SELECT DISTINCT teacher_id FROM ({_every('found.teacher_id', 'found.teacher_id IS NOT NULL')}) needing"  # noqa: S608 - constants


async def attention(teacher: TeacherId, policy: Policy, today: date) -> tuple[Attention, ...]:
    """Return why a person needs attention, each with the queue that its item is in (ADM-3.1)."""
    rows = await fetch(OF_PERSON, today, settings_of(policy), teacher)
    return tuple(Attention(QUEUES[row["slug"]].title, row["facts"], f"/admin/queues/{row['slug']}") for row in rows)


async def needing_attention(policy: Policy, today: date) -> tuple[TeacherId, ...]:
    """Return everybody whom an open item of a queue names (ADM-2.3)."""
    return tuple(TeacherId(row["teacher_id"]) for row in await fetch(OF_EVERYBODY, today, settings_of(policy)))
