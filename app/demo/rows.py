"""Writing demo rows with ids derived from fixed keys (REF-6.2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from app import clock
from app.db.engine import fetch, fetch_one
from app.provider_records.fill import fill

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMESPACE = uuid5(NAMESPACE_URL, "urn:register-early-career-teachers:demo")

RANDOM_PART = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def fixed_id(*key: object) -> UUID:
    """Return the same random-looking id for the same key, always."""
    return uuid5(NAMESPACE, "/".join(str(part) for part in key))


async def insert(table: str, values: Mapping[str, Any], key: object = None) -> int:
    """Insert one row stamped with the time in force and return its internal id.

    key: what its public id derives from; None for tables without one.
    """
    row = {"created_at": clock.now(), "updated_at": clock.now(), **values}
    if key is not None:
        row["public_id"] = fixed_id(table, key)
    columns = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    made = await fetch_one(f"INSERT INTO {table} ({columns}) VALUES ({marks}) RETURNING id", *row.values())  # noqa: S608 - names are ours
    if made is None:
        raise LookupError("an insert returned no row")
    return int(made["id"])


async def fix_public_ids(table: str, key: str) -> None:
    """Give rows that an import made ids that derive from one of their columns."""
    rows = await fetch(f"SELECT id, {key} AS key FROM {table} ORDER BY id")  # noqa: S608 - names are ours
    ids = [row["id"] for row in rows]
    made = [fixed_id(table, row["key"]) for row in rows]
    await fetch(
        f"UPDATE {table} SET public_id = made.public_id FROM unnest($1::bigint[], $2::uuid[]) AS made(id, public_id)"  # noqa: S608
        f" WHERE {table}.id = made.id",
        ids,
        made,
    )


async def ids_by(table: str, key: str) -> dict[str, int]:
    """Return the internal ids of a table's rows by one of their columns."""
    return {str(row["key"]): int(row["id"]) for row in await fetch(f"SELECT id, {key} AS key FROM {table} ORDER BY id")}  # noqa: S608


async def fixed_in_mail(table: str, made: UUID, fixed: UUID) -> None:
    """Give a row that an operation made the id that derives from its key, also in the mail that links to it."""
    await fetch(f"UPDATE {table} SET public_id = $2 WHERE public_id = $1", made, fixed)  # noqa: S608 - names are ours
    await fetch(
        """UPDATE message SET personalisation = replace(personalisation::text, $1, $2)::jsonb
        WHERE personalisation::text LIKE '%' || $1 || '%'""",
        str(made),
        str(fixed),
    )


async def show_lead_providers() -> None:
    """Make what lead providers are shown anew from rows whose ids are fixed by now, with ids fixed as well."""
    await fix_public_ids("training_record", "teacher_id || '-' || role")
    for table in ("provider_record", "change", "change_counter"):
        await fetch(f"DELETE FROM {table}")  # noqa: S608 - names are ours
    await fill()
    rows = await fetch(
        """SELECT id, resource_id, lead_provider_id || '-' || subject_id || '-' || cohort AS key FROM provider_record
        WHERE resource_type = 'expression-of-interest' ORDER BY id"""
    )
    for row in rows:
        fixed = fixed_id("expression-of-interest", row["key"])
        await fetch(
            "UPDATE provider_record SET resource_id = $2, body = replace(body, $3, $4) WHERE id = $1",
            row["id"],
            fixed,
            str(row["resource_id"]),
            str(fixed),
        )


async def fix_ids_of_mail() -> None:
    """Give every email an id that derives from its key; a random part of that becomes when it was queued.

    Jobs that were to deliver it no longer find it.
    """
    rows = await fetch("SELECT id, dedupe_key, created_at FROM message ORDER BY id")
    keys = [RANDOM_PART.sub(f"{row['created_at']:%Y%m%dT%H%M%S}", row["dedupe_key"]) for row in rows]
    await fetch(
        """UPDATE message SET id = made.id, dedupe_key = made.key
        FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS made(was, id, key) WHERE message.id = made.was""",
        [row["id"] for row in rows],
        [fixed_id("message", key) for key in keys],
        keys,
    )


async def fix_ids_of_received_mail() -> None:
    """Give what the mailbox holds ids that derive from the emails'."""
    rows = await fetch("SELECT id, reference FROM mailbox_message ORDER BY reference")
    await fetch(
        """UPDATE mailbox_message SET id = made.id FROM unnest($1::uuid[], $2::uuid[]) AS made(was, id)
        WHERE mailbox_message.id = made.was""",
        [row["id"] for row in rows],
        [fixed_id("mailbox_message", row["reference"]) for row in rows],
    )
