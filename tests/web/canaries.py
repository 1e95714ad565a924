"""A word that stands in whatever a school has written, so that it shows wherever another school can read of it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import asyncpg

from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.record import About, record
from app.registration.changes.change_events import TeacherEmailAddressUpdated
from app.terms import Actor, ActorKind, SchoolId, UserId
from tests.db.rows import World, insert

if TYPE_CHECKING:
    from tests.factories import School, User

CANARY = "Quetzal"
"""Begins or ends every name of the other school that it stands in."""
MORE_TABLES = ("message", "name_flag", "register_item", "reminder_sent", "support_query", "user_organisation")
"""What a school with people and drafts has no row of yet."""
TEXTS = """
    SELECT c.relname AS "table", a.attname AS "column" FROM pg_class c
    JOIN pg_attribute s ON s.attrelid = c.oid AND s.attname = 'school_id'
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.atttypid = 'text'::regtype AND NOT a.attisdropped
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname <> ALL($1) ORDER BY 1, 2"""
KEPT_AS_THEY_ARE = ["event", "session", "one_time_secret", "mailbox_message"]
"""What nobody can alter, and what is of a browser or a link rather than of a school."""
WORDS_OF_OURS = {"journey", "source", "digest", "message_id", "subject", "urn", "reminder", "queue"}
"""Columns that name a kind of something; the database takes any text in them, the code does not."""
FEWEST = 14


async def put_canaries(school: School, by: User) -> None:
    """Put the canary into every text of every row of a school that takes any text, and into the history of its ECTs."""
    (ect,) = await fetch("SELECT id, teacher_id FROM ect_at_school_period WHERE school_id = $1", school.id)
    world = World(user=by.id, school=school.id, ect=ect["teacher_id"])
    for table in MORE_TABLES:
        await insert(world, table, school_id=school.id)
    marked = {(place["table"], place["column"]) for place in await fetch(TEXTS, KEPT_AS_THEY_ARE)}
    taken = [place for place in sorted(marked) if place[1] not in WORDS_OF_OURS and await _put(*place, school.id)]
    assert len(taken) >= FEWEST, taken
    await fetch(
        "UPDATE school SET primary_email = $2, secondary_email = $2 WHERE id = $1", school.id, f"{CANARY}@x.example"
    )
    author = Actor(ActorKind.SCHOOL_USER, CANARY, f"{CANARY}@birch.example", UserId(by.id), SchoolId(school.id))
    about = About(school_id=school.id, teacher_id=ect["teacher_id"], ect_at_school_period_id=ect["id"])
    async with transaction():
        record(TeacherEmailAddressUpdated(about, f"{CANARY}@a.example", f"{CANARY}@b.example"), author)


async def _put(table: str, column: str, school_id: int) -> bool:
    """Put it into one column; returns whether the column takes it."""
    with suppress(asyncpg.IntegrityConstraintViolationError):
        async with transaction():
            changed = await fetch(
                f"""UPDATE "{table}" SET "{column}" = CASE WHEN "{column}" LIKE '%@%' THEN $2 || "{column}"
                    ELSE "{column}" || $2 END WHERE school_id = $1 AND "{column}" IS NOT NULL RETURNING true""",
                school_id,
                CANARY,
            )
        return bool(changed)
    return False
