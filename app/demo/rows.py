"""Writing demo rows with ids derived from fixed keys (REF-6.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from app import clock
from app.db.engine import fetch, fetch_one

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMESPACE = uuid5(NAMESPACE_URL, "urn:register-early-career-teachers:demo")


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
