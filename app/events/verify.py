"""Checking that nobody altered, removed or swapped events (`register audit verify`)."""

from __future__ import annotations

import json
from typing import Any

from app.db.engine import fetch
from app.events.record import GENESIS, hash_of

PAGE = 1_000


async def verify(head: tuple[int, str] | None = None) -> list[str]:
    """Return what is wrong with the chain, nothing when it is whole (SEC-33).

    head: number and hexadecimal hash of an event noted earlier, which must still stand so.
    """
    faults: list[str] = []
    number, previous = 0, GENESIS
    noted = None
    while rows := await fetch("SELECT * FROM event WHERE id > $1 ORDER BY id LIMIT $2", number, PAGE):
        for found in rows:
            row = _as_written(dict(found))
            if row["id"] != number + 1:
                faults.append(f"events {number + 1} to {row['id'] - 1} are missing")
            elif row["prev_hash"] != previous:
                faults.append(f"event {row['id']} does not follow event {number}")
            if row["hash"] != hash_of(row["prev_hash"], row):
                faults.append(f"event {row['id']} was altered")
            number, previous = row["id"], row["hash"]
            if head and number == head[0]:
                noted = previous.hex()
    if head and noted != head[1]:
        faults.append(f"event {head[0]} is not the one noted" if noted else f"events after {number} are missing")
    return faults


def _as_written(row: dict[str, Any]) -> dict[str, Any]:
    for name in ("changes", "metadata"):
        row[name] = json.loads(row[name])
    return row
