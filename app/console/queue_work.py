"""What staff do with items of a queue: take them, put them off, dismiss them (ADM-8.1, ADM-8.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from app import clock
from app.console.events import QueueItemAssigned, QueueItemDismissed, QueueItemReopened, QueueItemSnoozed
from app.console.queues import ONE, mark, settings_of
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.record import About, record
from app.terms import Refused

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date
    from typing import Any

    from app.console.queue_of_work import Queue
    from app.console.reasons import Reason
    from app.policy import Policy
    from app.terms import Actor, UserId

MOST = 100
LONGEST_SNOOZE = timedelta(days=90)
CHANGED = "What is known of these items has changed since you opened the page. Look at them again"
GONE = "None of these items is in the queue any more."


@dataclass(frozen=True)
class AssignItems:
    """Which items somebody looks after from now on; None lets go of them."""

    queue: Queue
    keys: Collection[str]
    assignee: UserId | None
    assignee_name: str


@dataclass(frozen=True)
class SnoozeItems:
    """Which items are not shown up to and including a day at most 90 days ahead."""

    queue: Queue
    keys: Collection[str]
    until: date
    reason: Reason


@dataclass(frozen=True)
class DismissItems:
    """Which items are settled as they are; one returns if its facts change."""

    queue: Queue
    keys: Collection[str]
    seen: Collection[str]
    """The marks of items with the facts that were looked at."""
    reason: Reason


@dataclass(frozen=True)
class ReopenItems:
    """Which items are neither put off nor dismissed any more."""

    queue: Queue
    keys: Collection[str]


async def assign_items(command: AssignItems, policy: Policy, actor: Actor) -> int:
    """Give items to somebody; returns how many. Raises Refused `gone` when none is there any more (ADM-8.2)."""
    async with transaction():
        found = await _found(command.queue, command.keys, policy)
        await _keep(command.queue, "assignee_user_id", {row["key"]: command.assignee for row in found})
        for row in found:
            record(QueueItemAssigned(_about(row), command.queue.id, row["key"], command.assignee_name), actor)
        return len(found)


async def snooze_items(command: SnoozeItems, policy: Policy, actor: Actor, today: date) -> int:
    """Put items off; returns how many. Raises Refused `until` for a day that is past or too far ahead, and `gone`."""
    if not today < command.until <= today + LONGEST_SNOOZE:
        raise Refused("until", "until_day", f"Day must be at most {LONGEST_SNOOZE.days} days ahead, and after today")
    async with transaction():
        found = await _found(command.queue, command.keys, policy)
        reason, until = command.reason, command.until
        await _keep(command.queue, "snoozed_until", {row["key"]: until for row in found}, reason)
        for row in found:
            record(
                QueueItemSnoozed(_about(row), command.queue.id, row["key"], reason.note, reason.ticket, until), actor
            )
        return len(found)


async def dismiss_items(command: DismissItems, policy: Policy, actor: Actor) -> int:
    """Dismiss items as they were seen; returns how many (ADM-8.1, ADM-1.4).

    Raises Refused `gone` when none is there any more, and `changed_meanwhile` when the facts of one have changed.
    """
    async with transaction():
        found = await _found(command.queue, command.keys, policy)
        if any(mark(row["key"], row["facts"]) not in command.seen for row in found):
            raise Refused("changed_meanwhile", "items", CHANGED)
        reason = command.reason
        await _keep(command.queue, "dismissed_facts", {row["key"]: row["facts"] for row in found}, reason)
        for row in found:
            record(QueueItemDismissed(_about(row), command.queue.id, row["key"], reason.note, reason.ticket), actor)
        return len(found)


async def reopen_items(command: ReopenItems, policy: Policy, actor: Actor) -> int:
    """Bring items back; returns how many. Raises Refused `gone` when none is there any more (ADM-8.1)."""
    async with transaction():
        found = await _found(command.queue, command.keys, policy)
        await fetch(
            """UPDATE queue_item SET snoozed_until = NULL, dismissed_facts = NULL, reason = NULL, updated_at = $3,
                version = version + 1 WHERE queue = $1 AND item_key = ANY($2)""",
            command.queue.id,
            [row["key"] for row in found],
            clock.now(),
        )
        for row in found:
            record(QueueItemReopened(_about(row), command.queue.id, row["key"]), actor)
        return len(found)


async def _found(queue: Queue, keys: Collection[str], policy: Policy) -> list[Any]:
    wanted = sorted(set(keys))[:MOST]
    found = await fetch(ONE[queue.slug], clock.today(), settings_of(policy), wanted)
    if not found:
        raise Refused("gone", "items", GONE)
    return found


def _about(row: Any) -> About:
    return About(school_id=row["school_id"], teacher_id=row["teacher_id"])


TYPES = {"assignee_user_id": "bigint", "snoozed_until": "date", "dismissed_facts": "text"}


async def _keep(queue: Queue, column: str, values: Mapping[str, object], reason: Reason | None = None) -> None:
    """Store what was decided about each item, by its key, and why."""
    await fetch(
        f"""INSERT INTO queue_item AS q (created_at, updated_at, queue, item_key, {column}, reason, version)
        SELECT $1, $1, $2, kept.key, kept.value, $5, 1
        FROM unnest($3::text[], $4::{TYPES[column]}[]) AS kept (key, value)
        ON CONFLICT (queue, item_key) DO UPDATE
            SET {column} = excluded.{column}, reason = coalesce(excluded.reason, q.reason),
                updated_at = excluded.updated_at, version = q.version + 1""",  # noqa: S608 - names are ours
        clock.now(),
        queue.id,
        list(values),
        list(values.values()),
        (reason.note or f"Ticket {reason.ticket}") if reason else None,
    )
