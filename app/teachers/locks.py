"""Serialising what must not happen twice at once: per teacher and per email address (CON-03, EML-02)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.engine import fetch
from app.db.transaction import current_unit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.terms import TRN, TeacherId


async def lock_person(trn: TRN, *emails: str | None) -> None:
    """Hold a teacher, and email addresses ignoring case, until the transaction ends.

    Locks are taken in a fixed order, so that two confirmations never wait for each other.
    """
    await hold({f"trn:{trn}"} | {f"email:{email.lower()}" for email in emails if email})


async def lock_people(trns: Iterable[TRN], email: str | None = None) -> None:
    """Hold several teachers, and an email address, until the transaction ends, in the same fixed order."""
    await hold({f"trn:{trn}" for trn in trns} | ({f"email:{email.lower()}"} if email else set()))


async def lock_teachers(teacher_ids: Iterable[TeacherId]) -> None:
    """Hold several teachers, by internal id."""
    rows = await fetch("SELECT trn FROM teacher WHERE id = ANY($1)", list(teacher_ids))
    await lock_people(row["trn"] for row in rows)


async def hold(keys: Iterable[str]) -> None:
    """Hold whatever the keys name until the transaction ends, in their order; waits for who has one."""
    held = current_unit().held
    wanted = sorted(set(keys) - held)
    if wanted:
        await fetch("SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest($1::text[]) key", wanted)
        held.update(wanted)
