"""Tables without what would be asked for each row: put back, it is asked of all rows at once (REF-7.2)."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.db.engine import connection
from app.db.sight import OWNER, seen_by
from app.db.transaction import transaction

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

LONG_SECONDS = 3_600
MEMORY = "256MB"
"""What putting an index back may use, and what one step of a question about all rows may."""
CONSTRAINTS = """
    SELECT c.conrelid::regclass::text AS of, quote_ident(c.conname) AS name, pg_get_constraintdef(c.oid) AS definition
    FROM pg_constraint c WHERE c.conrelid::regclass::text = ANY($1::text[])
        AND (c.contype IN ('f', 'x') OR (c.contype = 'u' AND NOT EXISTS (
            SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = c.conindid)))
    ORDER BY c.contype <> 'f', c.contype, of, name"""
"""Keys to other tables first, and last what they may need."""
INDEXES = """
    SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i
    WHERE i.indrelid::regclass::text = ANY($1::text[])
        AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid) ORDER BY name"""
TRIGGERS = """
    SELECT tgrelid::regclass::text AS of, quote_ident(tgname) AS name FROM pg_trigger
    WHERE tgrelid::regclass::text = ANY($1::text[]) AND NOT tgisinternal AND tgenabled = 'O'
        AND tgname <> 'move_reference_version' ORDER BY of, name"""
"""But the one by which every process knows that what it keeps of reference data is out of date."""


@dataclass(frozen=True)
class _Taken:
    """How to take a thing off its table, and how to put it back."""

    off: str
    back: str


@asynccontextmanager
async def bare(tables: Sequence[str]) -> AsyncIterator[None]:
    """Have tables without keys to others, indexes and triggers for the body, in one transaction, as their owner.

    Primary keys and what other tables point to stay. Raises Refused, or the error of the database, when a row breaks a
    constraint that is put back: then everything is as it was.
    """
    with seen_by(OWNER):
        taken = await _to_take(tables)
    async with transaction():
        with seen_by(OWNER):
            await _run(f"SET LOCAL maintenance_work_mem = '{MEMORY}'")
            for one in taken:
                await _run(one.off)
            yield
            for one in reversed(taken):
                await _run(one.back)


async def _to_take(tables: Sequence[str]) -> list[_Taken]:
    async with connection() as conn:
        triggers, constraints, indexes = [
            await conn.fetch(statement, list(tables)) for statement in (TRIGGERS, CONSTRAINTS, INDEXES)
        ]
    return [
        *(
            _Taken(*(f"ALTER TABLE {row['of']} {act} TRIGGER {row['name']}" for act in ("DISABLE", "ENABLE")))
            for row in triggers
        ),
        *(
            _Taken(
                f"ALTER TABLE {row['of']} DROP CONSTRAINT {row['name']}",
                f"ALTER TABLE {row['of']} ADD CONSTRAINT {row['name']} {row['definition']}",
            )
            for row in constraints
        ),
        *(_Taken(f"DROP INDEX {row['name']}", row["definition"]) for row in indexes),
    ]


async def _run(statement: str) -> None:
    async with connection() as conn:
        await conn.execute(statement, timeout=LONG_SECONDS)
