"""Tries of mail that did not arrive, a sender that stopped, and calendar feeds with what they last said."""

from __future__ import annotations

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.column_types import BigSerial, Bytea, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.indexes import IndexMethod
from piccolo.table import Table

from app.clock import now


class AppUser(Table, tablename="app_user", schema=None):
    """A table referred to."""

    id = BigSerial(primary_key=True)


class School(Table, tablename="school", schema=None):
    """A table referred to."""

    id = BigSerial(primary_key=True)


class CalendarFeed(Table, tablename="calendar_feed", schema=None):
    """A table referred to."""

    id = BigSerial(primary_key=True)


ID = "2026-11-27T09:00:00:000051"
VERSION = "1.38.0"
DESCRIPTION = "Mail and calendar"
COMMON: dict[str, Any] = {
    "primary_key": False,
    "unique": False,
    "index": False,
    "index_method": IndexMethod.btree,
    "choices": None,
    "db_column_name": None,
    "secret": False,
}
WANTED: dict[str, Any] = {"default": None, "null": False, **COMMON}
OPTIONAL: dict[str, Any] = {"default": None, "null": True, **COMMON}
EACH: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    ("id", BigSerial, {"null": False, **COMMON, "primary_key": True}),
    ("created_at", Timestamptz, {**WANTED, "default": now}),
    ("updated_at", Timestamptz, {**WANTED, "default": now}),
)


def _refers(table: Any) -> dict[str, Any]:
    reference = {"on_delete": OnDelete.restrict, "on_update": OnUpdate.restrict, "target_column": None}
    return {"references": table, **reference, **COMMON, "default": None, "null": False}


MESSAGE: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    ("earlier_failures", Integer, {**WANTED, "default": 0}),
    ("asked_at", Timestamptz, OPTIONAL),
)
STOP: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    *EACH,
    ("reason", Text, WANTED),
    ("stopped_at", Timestamptz, WANTED),
    ("try_at", Timestamptz, WANTED),
    ("restarted_at", Timestamptz, OPTIONAL),
)
FEED: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    *EACH,
    ("user_id", ForeignKey, _refers(AppUser)),
    ("school_id", ForeignKey, _refers(School)),
    ("token_hash", Bytea, {**WANTED, "unique": True}),
    ("names", Text, WANTED),
    ("fetched_at", Timestamptz, OPTIONAL),
    ("ended_at", Timestamptz, OPTIONAL),
)
ENTRY: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    *EACH,
    ("feed_id", ForeignKey, _refers(CalendarFeed)),
    ("key", Text, WANTED),
    ("on_day", Date, WANTED),
    ("summary", Text, WANTED),
    ("sequence", Integer, {**WANTED, "default": 0}),
    ("withdrawn_on", Date, OPTIONAL),
)
NEW = (
    ("SenderStop", "sender_stop", STOP),
    ("CalendarFeed", "calendar_feed", FEED),
    ("CalendarEntry", "calendar_entry", ENTRY),
)


async def forwards() -> MigrationManager:
    """Make the tables and columns; going back drops them."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)
    for class_name, table, columns in (*NEW, ("Message", "message", MESSAGE)):
        if table != "message":
            manager.add_table(class_name=class_name, tablename=table, schema=None, columns=None)
        for name, kind, params in columns:
            manager.add_column(
                table_class_name=class_name,
                tablename=table,
                column_name=name,
                db_column_name=name,
                column_class_name=kind.__name__,
                column_class=kind,
                params=params,
                schema=None,
            )
    return manager
