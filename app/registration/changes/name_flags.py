"""Support's list of names that were changed a lot: put on it, and taken off once they are the record's (ADM-9.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from app import clock
from app.db.engine import fetch, fetch_one
from app.teachers.rules import is_flagged, similarity
from app.terms import ActorKind

if TYPE_CHECKING:
    from app.events.record import About
    from app.registration.changes.record_name import RenamedPerson
    from app.terms import Actor

Where = Literal["registration", "change"]
Outcome = Literal["accepted", "reverted", "settled"]
BY_STAFF = frozenset({ActorKind.STAFF, ActorKind.OPERATOR})


async def keep_correction(renamed: RenamedPerson, reason: str, where: Where, about: About, actor: Actor) -> bool:
    """Keep a correction with its score; returns whether support looks at it (NAM-04, ADM-9.1, ADM-9.3).

    A name that is the teaching record's is nothing to look at, and settles what there was (ADM-9.6).
    """
    as_on_record = renamed.new_name == renamed.trs_name
    flagged = not as_on_record and is_flagged(renamed.old_name, renamed.trs_name, renamed.new_name)
    if as_on_record and about.teacher_id is not None:
        await settle_flags(about.teacher_id)
    flag = await _raise_flag(renamed, where, about) if flagged else None
    await fetch(
        """INSERT INTO name_correction (created_at, updated_at, teacher_id, school_id, trs_name, old_name, new_name,
            score, "where", reason, actor_kind, actor_name, made_at, name_flag_id)
        VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $1, $12)""",
        clock.now(),
        about.teacher_id,
        about.school_id,
        renamed.trs_name,
        renamed.old_name,
        renamed.new_name,
        similarity(renamed.trs_name, renamed.new_name),
        "fix" if actor.kind in BY_STAFF else where,
        reason,
        actor.kind.value,
        actor.name or None,
        flag,
    )
    return flagged


async def _raise_flag(renamed: RenamedPerson, where: Where, about: About) -> int:
    row = await fetch_one(
        """INSERT INTO name_flag (created_at, updated_at, teacher_id, school_id, trs_name, old_name, new_name,
            "where", raised_at)
        VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $1) RETURNING id""",
        clock.now(),
        about.teacher_id,
        about.school_id,
        renamed.trs_name,
        renamed.old_name,
        renamed.new_name,
        where,
    )
    if row is None:
        raise LookupError("an insert returned no row")
    return int(row["id"])


async def settle_flags(teacher_id: int) -> None:
    """Take somebody off the list whose name is the teaching record's again (ADM-9.6)."""
    await fetch(
        """UPDATE name_flag SET reviewed_at = $2, outcome = 'settled', updated_at = $2
        WHERE teacher_id = $1 AND reviewed_at IS NULL""",
        teacher_id,
        clock.now(),
    )
