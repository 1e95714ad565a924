"""Reading a page's facts in one statement: PostgreSQL builds one document, typed decoding reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

import msgspec

from app.db.engine import fetch_one

T = TypeVar("T")


@lru_cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def decoded(kind: type[T], text: str) -> T:
    """Return a document of a column as typed."""
    made: T = _decoder(kind).decode(text)  # type: ignore[arg-type]
    return made


async def document(kind: type[T], query: str, *args: Any) -> T | None:
    """Run a statement whose first column is one JSON document and decode it; None when there is none."""
    row = await fetch_one(query, *args)
    if row is None or row[0] is None:
        return None
    return decoded(kind, row[0])


@dataclass(frozen=True)
class Wanted(Generic[T]):
    """A document to be read with others: its type, the statement that makes it, and the values of its places."""

    kind: Any
    query: str
    args: tuple[Any, ...] = ()


NOTHING: Wanted[Any] = Wanted(object, "SELECT NULL::json")
"""What stands for a document that is not needed."""


async def together(*wanted: Wanted[Any]) -> tuple[Any, ...]:
    """Read several documents in one statement, each None when there is none: one round trip instead of several."""
    numbers = tuple(len(one.args) for one in wanted)
    query = _joined(tuple(one.query for one in wanted), numbers)
    row = await fetch_one(query, *(value for one in wanted for value in one.args))
    found = row or (None,) * len(wanted)
    return tuple(
        None if text is None else _decoder(one.kind).decode(text) for one, text in zip(wanted, found, strict=True)
    )


@lru_cache
def _joined(queries: tuple[str, ...], numbers: tuple[int, ...]) -> str:
    """Return the statements as the columns of one, their values numbered through."""
    before, parts = 0, list[str]()
    for query, number in zip(queries, numbers, strict=True):
        pieces = re.split(r"\$(\d+)", query)
        pieces[1::2] = [f"${int(place) + before}" for place in pieces[1::2]]
        parts.append(f"({''.join(pieces)}) AS d{len(parts)}")
        before += number
    return "SELECT " + ", ".join(parts)
