"""Reading a page's facts in one statement: PostgreSQL builds one document, typed decoding reads it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from app.db.engine import fetch_one

T = TypeVar("T")


@lru_cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


async def document(kind: type[T], query: str, *args: Any) -> T | None:
    """Run a statement whose first column is one JSON document and decode it; None when there is none."""
    row = await fetch_one(query, *args)
    if row is None or row[0] is None:
        return None
    decoded: T = _decoder(kind).decode(row[0])  # type: ignore[arg-type]
    return decoded
