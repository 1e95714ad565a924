"""Short spellings for columns: a value is required unless it says `null=True`; no silent defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    BigInt,
    BigSerial,
    Boolean,
    Bytea,
    Date,
    ForeignKey,
    Integer,
    Text,
    Timestamptz,
)
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from app import clock
from app.db.engine import engine

if TYPE_CHECKING:
    from enum import Enum


class Row(Table):
    """What every table has: an internal key and two times."""

    id = BigSerial(primary_key=True)
    created_at = Timestamptz(default=clock.now)
    updated_at = Timestamptz(default=clock.now)

    def __init_subclass__(cls, **options: Any) -> None:
        """Name the engine: Piccolo would look for it with the tools of its migrations, 8 MB of them."""
        super().__init_subclass__(db=engine, **options)


class PublicRow(Row):
    """A row that URLs and the API may name."""

    public_id = UUID(default=UUID4(), unique=True)


def text(*, null: bool = False, unique: bool = False) -> Text:
    """Return a text column."""
    return Text(default=None, null=null, unique=unique)


def word(values: type[Enum], *, null: bool = False) -> Text:
    """Return a text column for a closed list; the migration holds the matching CHECK."""
    del values
    return Text(default=None, null=null)


def day(*, null: bool = False) -> Date:
    """Return a date column."""
    return Date(default=None, null=null)


def moment(*, null: bool = False) -> Timestamptz:
    """Return a timestamp column, stored in UTC."""
    return Timestamptz(default=None, null=null)


def number(*, null: bool = False, unique: bool = False) -> Integer:
    """Return a whole number column."""
    return Integer(default=None, null=null, unique=unique)


def counter() -> Integer:
    """Return a row version, starting at 1 and raised by each change."""
    return Integer(default=1)


def tally() -> Integer:
    """Return a whole number column that starts at 0."""
    return Integer(default=0)


def flag(*, default: bool = False) -> Boolean:
    """Return a yes or no column."""
    return Boolean(default=default)


def json(*, null: bool = False) -> JSONB:
    """Return a JSON column."""
    return JSONB(default=None, null=null)


def octets(*, null: bool = False, unique: bool = False) -> Bytea:
    """Return a bytes column."""
    return Bytea(default=None, null=null, unique=unique)


def texts() -> Array:
    """Return a list of texts, empty unless said otherwise."""
    return Array(base_column=Text(), default=list)


def big(*, null: bool = False) -> BigInt:
    """Return a 64-bit whole number column."""
    return BigInt(default=None, null=null)


def refers(table: Any, *, null: bool = False) -> ForeignKey[Any]:
    """Return a foreign key; rows are never deleted through it (GEN-08)."""
    return ForeignKey(
        references=table, default=None, null=null, on_delete=OnDelete.restrict, on_update=OnUpdate.restrict
    )
