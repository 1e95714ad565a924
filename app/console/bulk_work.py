"""Changes to many people: asked for, checked one by one, confirmed, and applied one by one (ADM-6.2).

Each person is changed in a transaction of its own, which also says that it is done, so that a batch that was
interrupted goes on where it stopped and changes nobody twice.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app import clock
from app.console.apply_fix import ApplyFix, apply_fix, try_out
from app.console.bulk_fixes import BY_ID, UNKNOWN, BulkFix, Cannot, ForOne
from app.console.reasons import Reason
from app.db.engine import DatabaseUnavailable, fetch, fetch_one
from app.db.survivors import survivors
from app.db.transaction import transaction
from app.events.record import About
from app.settings import settings
from app.terms import TRN, Actor, ActorKind, Refused, TeacherId

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from app.console.apply_fix import Effect
    from app.teachers.trs import TeachingRecords
    from app.terms import UserId

MOST = 500
FAULT = "Something went wrong. It is in the log"
NOT_YOURS = "not_yours"
SOMETHING = "This cannot be done for them"


@dataclass(frozen=True)
class AskBulk:
    """Which fix is wanted for whom, by TRN in the order given, with what was entered and why."""

    fix: BulkFix
    trns: Sequence[str]
    fields: Mapping[str, str]
    reason: Reason
    asked_by: UserId


@dataclass(frozen=True)
class Outside:
    """Whom to ask, and until when by the machine's clock this round may go on; None for as long as it takes."""

    trs: TeachingRecords | None
    seconds: float | None = None


async def ask_bulk(command: AskBulk) -> UUID:
    """Store what is wanted; nothing is changed yet. Returns how addresses name it.

    Records merged into one are one person, who stands there once.
    """
    async with transaction():
        batch = await fetch_one(
            """INSERT INTO bulk_batch (created_at, updated_at, fix, fields, note, ticket, asked_by_user_id)
            VALUES ($1, $1, $2, $3::jsonb, $4, $5, $6) RETURNING id, public_id""",
            clock.now(),
            command.fix.id,
            json.dumps(dict(command.fields)),
            command.reason.note,
            command.reason.ticket,
            command.asked_by,
        )
        if batch is None:
            raise LookupError("an insert returned no row")
        await fetch(
            f"""INSERT INTO bulk_row
                (created_at, updated_at, bulk_batch_id, position, trn, teacher_id, found, found_why)
            SELECT $1, $1, $2, w.position, CASE WHEN t.id IS NULL THEN w.trn ELSE '' END, t.id,
                CASE WHEN t.id IS NULL THEN 'cannot' END, CASE WHEN t.id IS NULL THEN $4 END
            FROM (SELECT DISTINCT ON (coalesce(survivor.id::text, given.trn)) given.trn, given.position, survivor.id
                FROM unnest($3::text[]) WITH ORDINALITY AS given (trn, position)
                LEFT JOIN LATERAL {survivors("started.trn = given.trn")} survivor ON true
                ORDER BY coalesce(survivor.id::text, given.trn), given.position) w
            LEFT JOIN teacher t ON t.id = w.id""",  # noqa: S608 - constants
            clock.now(),
            batch["id"],
            list(command.trns)[:MOST],
            UNKNOWN,
        )
        public_id: UUID = batch["public_id"]
        return public_id


async def confirm_bulk(public_id: UUID, by: UserId, *, hold_mail: bool) -> None:
    """Have a batch applied that was checked whole; twice is once, as it was confirmed first (ADM-6.2).

    Whoever asked for it is its author, and the only one who confirms it. Raises Refused `NOT_YOURS` and `not_checked`.
    """
    batch = await fetch_one("SELECT asked_by_user_id FROM bulk_batch WHERE public_id = $1", public_id)
    if batch is None or batch["asked_by_user_id"] != by:
        raise Refused(NOT_YOURS)
    rows = await fetch(
        """UPDATE bulk_batch b SET confirmed_at = coalesce(confirmed_at, $2), updated_at = $2,
            fields = CASE WHEN confirmed_at IS NULL THEN fields || jsonb_build_object('hold_mail', $3::text)
                ELSE fields END
        WHERE public_id = $1 AND NOT EXISTS (SELECT FROM bulk_row r WHERE r.bulk_batch_id = b.id AND r.found IS NULL)
        RETURNING id""",
        public_id,
        clock.now(),
        "yes" if hold_mail else "",
    )
    if not rows:
        raise Refused("not_checked", "confirm", "Not everybody has been checked yet")


NEXT = """
    SELECT r.id, r.found, t.trn, t.id AS teacher_id, b.id AS batch, b.public_id, b.fix, b.fields::text AS fields,
        b.note, b.ticket, u.id AS user_id, u.name, u.email
    FROM bulk_batch b JOIN bulk_row r ON r.bulk_batch_id = b.id JOIN teacher t ON t.id = r.teacher_id
    JOIN app_user u ON u.id = b.asked_by_user_id
    WHERE b.finished_at IS NULL AND u.active AND 'support' = ANY(u.staff_roles)
        AND ($1::uuid IS NULL OR b.public_id = $1)
        AND (r.found IS NULL OR (b.confirmed_at IS NOT NULL AND r.found = 'will_change' AND r.result IS NULL))
    ORDER BY b.id, r.position LIMIT 1"""


async def go_on(outside: Outside, public_id: UUID | None = None) -> int:
    """Check and apply what waits, of one batch or of all, the oldest first; returns for how many (ADM-6.2)."""
    started, done = time.monotonic(), 0
    while not done or outside.seconds is None or time.monotonic() - started < outside.seconds:
        row = await fetch_one(NEXT, public_id)
        if row is None:
            break
        await _one_or_fault(row, outside.trs)
        done += 1
        if BY_ID[row["fix"]].asks_outside:
            await asyncio.sleep(1 / settings().trs_job_rate)
    await _finish()
    return done


async def _one_or_fault(row: Any, trs: TeachingRecords | None) -> None:
    """Let nobody stand in the way of the others: who brings out a fault is left out, and the fault is raised."""
    try:
        await _one(row, trs)
    except DatabaseUnavailable:
        raise
    except Exception:
        await (_note_found if row["found"] is None else _note_result)(row, "cannot", FAULT)
        raise


async def _one(row: Any, trs: TeachingRecords | None) -> None:
    fix, applying = BY_ID[row["fix"]], row["found"] is not None
    say = _note_result if applying else _note_found
    fields = json.loads(row["fields"])
    actor = Actor(ActorKind.STAFF, row["name"], row["email"], row["user_id"])
    who = TRN(row["trn"]), TeacherId(row["teacher_id"])
    ready = await fix.prepare(ForOne(*who, fields, actor, clock.today(), trs, applying))
    if isinstance(ready, Cannot):
        await say(row, "cannot", ready.why)
        return
    try:
        async with transaction():
            effect = await try_out(ready)
            if not effect.touched:
                await say(row, "no_change")
            elif not applying:
                await say(row, "will_change", _what(fix, effect))
            elif await say(row, "changed"):
                held = [mail.key for mail in effect.mails] if fields.get("hold_mail") else []
                await apply_fix(_fix_of(fix, row, held), ready, actor)
    except Refused as refused:
        await say(row, "cannot", refused.message or SOMETHING)


def _fix_of(fix: BulkFix, row: Any, held: list[str]) -> ApplyFix:
    reason, about = Reason(row["note"], row["ticket"]), About(teacher_id=row["teacher_id"])
    return ApplyFix(fix.id, f"{fix.title}, batch {row['public_id']}", about, reason, held)


def _what(fix: BulkFix, effect: Effect) -> str | None:
    """Say from what to what somebody changes and which emails go out; what the teaching record says is not kept."""
    changes = () if fix.asks_outside else (line for touched in effect.touched for line in touched.changes)
    emails = (f"email {mail.message_id}" for mail in effect.mails)
    return "; ".join(dict.fromkeys((*changes, *emails))) or None


async def _note_found(row: Any, found: str, why: str | None = None) -> bool:
    """Say what the dry run found about somebody; returns False when that was said before."""
    rows = await fetch(
        """UPDATE bulk_row SET found = $2, found_why = $3, updated_at = $4 WHERE id = $1 AND found IS NULL
        RETURNING id""",
        row["id"],
        found,
        why,
        clock.now(),
    )
    return bool(rows)


async def _note_result(row: Any, result: str, why: str | None = None) -> bool:
    """Say what became of somebody; returns False when that was said before."""
    rows = await fetch(
        """UPDATE bulk_row SET result = $2, result_why = $3, updated_at = $4 WHERE id = $1 AND result IS NULL
        RETURNING id""",
        row["id"],
        result,
        why,
        clock.now(),
    )
    return bool(rows)


async def _finish() -> None:
    await fetch(
        """UPDATE bulk_batch b SET finished_at = $1, updated_at = $1 WHERE finished_at IS NULL
            AND confirmed_at IS NOT NULL AND NOT EXISTS (SELECT FROM bulk_row r WHERE r.bulk_batch_id = b.id
                AND r.found = 'will_change' AND r.result IS NULL)""",
        clock.now(),
    )
