"""What was done about schools that closed, and what of it staff have to decide (REF-3.4 to REF-3.11)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch, fetch_one
from app.terms import ClosingState, RegisterItemKind, RegisterQueue, SchoolId

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.terms import UserId

IN_USE = """(EXISTS (SELECT FROM ect_at_school_period e WHERE e.school_id = s.id AND e.removed_at IS NULL)
    OR EXISTS (SELECT FROM mentor_at_school_period m WHERE m.school_id = s.id AND m.removed_at IS NULL)
    OR EXISTS (SELECT FROM school_access a WHERE a.school_id = s.id AND a.ended_at IS NULL)
    OR EXISTS (SELECT FROM induction_tutor i WHERE i.school_id = s.id AND i.ended_at IS NULL)
    OR EXISTS (SELECT FROM draft d WHERE d.school_id = s.id AND d.state = 'open')
    OR EXISTS (SELECT FROM school_partnership p WHERE p.school_id = s.id))"""
"""SQL of whether the school `s` is in use (REF-3.4)."""
ODD_VALUES = frozenset(
    {
        RegisterItemKind.TYPE_UNKNOWN,
        RegisterItemKind.CLOSE_DATE_MISSING,
        RegisterItemKind.UKPRN_REPEATED,
        RegisterItemKind.STATUS_UNKNOWN,
        RegisterItemKind.ABSENT,
    }
)
HAPPENED_AFTERWARDS = "done by the register since"


@dataclass(frozen=True)
class Closing:
    """What was done about a school that closed; acted_on: when, empty while nothing is done yet."""

    school_id: SchoolId
    urn: str
    closed_on: date
    state: ClosingState
    noted_on: date
    successor_id: SchoolId | None = None
    successor_urn: str | None = None
    acted_on: date | None = None


@dataclass(frozen=True)
class Item:
    """Something for staff to look at; keep_until: shown until that day and then settled by itself."""

    school_id: SchoolId
    kind: RegisterItemKind
    reason: str | None = None
    detail: Mapping[str, object] | None = None
    keep_until: date | None = None


async def note_closing(closing: Closing) -> None:
    """Store what was done about a school in place of what stood before, inside the caller's transaction."""
    values = (
        closing.school_id,
        clock.now(),
        closing.urn,
        closing.closed_on,
        closing.state.value,
        closing.successor_id,
        closing.successor_urn,
        closing.noted_on,
        closing.acted_on,
    )
    updated = await fetch(
        """UPDATE school_closing SET updated_at = $2, urn = $3, closed_on = $4, state = $5, successor_school_id = $6,
            successor_urn = $7, noted_on = $8, acted_on = $9 WHERE school_id = $1 AND ended_at IS NULL RETURNING id""",
        *values,
    )
    if not updated:
        await fetch(
            """INSERT INTO school_closing (created_at, updated_at, school_id, urn, closed_on, state,
                successor_school_id, successor_urn, noted_on, acted_on)
            VALUES ($2, $2, $1, $3, $4, $5, $6, $7, $8, $9)""",
            *values,
        )


async def end_closing(school_id: SchoolId, state: ClosingState, today: date) -> None:
    """Let a closing count no longer: the school is open again, or goes on under another number."""
    await fetch(
        """UPDATE school_closing SET state = $2, acted_on = coalesce(acted_on, $3), ended_at = $4, updated_at = $4
        WHERE school_id = $1 AND ended_at IS NULL""",
        school_id,
        state.value,
        today,
        clock.now(),
    )


async def closing_in_force(school_id: SchoolId) -> Closing | None:
    """Lock and return what was done about a school; None when nothing was."""
    row = await fetch_one(
        """SELECT school_id, urn, closed_on, state, noted_on, successor_school_id, successor_urn, acted_on
        FROM school_closing WHERE school_id = $1 AND ended_at IS NULL FOR UPDATE""",
        school_id,
    )
    if row is None:
        return None
    school, urn, closed_on, state, noted_on, *rest = tuple(row)
    return Closing(SchoolId(school), urn, closed_on, ClosingState(state), noted_on, *rest)


async def raise_item(item: Item, today: date) -> None:
    """Put something before staff, once while it is not settled; what staff settled stays so until it changes."""
    queue = RegisterQueue.ODD_VALUE if item.kind in ODD_VALUES else RegisterQueue.SUCCESSION
    await fetch(
        """INSERT INTO register_item (created_at, updated_at, public_id, queue, kind, school_id, reason, detail,
            raised_on, keep_until)
        SELECT $1, $1, gen_random_uuid(), $2, $3, $4, $5, $6::jsonb, $7, $8
        WHERE $3 = 'fault' OR NOT EXISTS (SELECT FROM register_item i WHERE i.school_id = $4 AND i.kind = $3
            AND i.settled_by_user_id IS NOT NULL AND i.detail = $6::jsonb)
        ON CONFLICT (school_id, kind) WHERE settled_at IS NULL DO NOTHING""",
        clock.now(),
        queue.value,
        item.kind.value,
        item.school_id,
        item.reason,
        json.dumps(dict(item.detail or {})),
        today,
        item.keep_until,
    )


async def settle_items(
    school_id: SchoolId, kinds: Iterable[RegisterItemKind], settlement: str, by: UserId | None = None
) -> None:
    """Take items of a school out of the queue, with the words of what was decided."""
    await fetch(
        """UPDATE register_item SET settled_at = $3, settled_by_user_id = $5, settlement = $4, updated_at = $3
        WHERE school_id = $1 AND kind = ANY($2) AND settled_at IS NULL""",
        school_id,
        [kind.value for kind in kinds],
        clock.now(),
        settlement,
        by,
    )


async def hold_items(kind: RegisterItemKind, school_ids: list[int], today: date) -> None:
    """Have an item of a kind for exactly these schools: new ones are raised, those of all others settled (Q-12)."""
    now = clock.now()
    await fetch(
        """UPDATE register_item SET settled_at = $3, settlement = $4, updated_at = $3
        WHERE kind = $1 AND settled_at IS NULL AND NOT school_id = ANY($2)""",
        kind.value,
        school_ids,
        now,
        HAPPENED_AFTERWARDS,
    )
    await fetch(
        """INSERT INTO register_item (created_at, updated_at, public_id, queue, kind, school_id, detail, raised_on)
        SELECT $3, $3, gen_random_uuid(), $5, $1, id, '{}', $4 FROM unnest($2::bigint[]) AS id
        WHERE NOT EXISTS (SELECT FROM register_item i WHERE i.school_id = id AND i.kind = $1
            AND (i.settled_at IS NULL OR i.settled_by_user_id IS NOT NULL))
        ON CONFLICT (school_id, kind) WHERE settled_at IS NULL DO NOTHING""",
        kind.value,
        school_ids,
        now,
        today,
        RegisterQueue.ODD_VALUE.value,
    )


async def settle_kept(today: date) -> None:
    """Settle what only informed staff, once it has been there long enough (REF-3.6)."""
    await fetch(
        """UPDATE register_item SET settled_at = $2, settlement = 'kept long enough', updated_at = $2
        WHERE keep_until < $1 AND settled_at IS NULL""",
        today,
        clock.now(),
    )
