"""What staff note beside the items of their work queues."""

from __future__ import annotations

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.column_types import BigSerial, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.indexes import IndexMethod
from piccolo.table import Table

from app.clock import now


class AppUser(Table, tablename="app_user", schema=None):
    """A table referred to."""

    id = BigSerial(primary_key=True)


ID = "2026-11-27T09:00:00:000081"
VERSION = "1.38.0"
DESCRIPTION = "Items of work queues"
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
USER: dict[str, Any] = {
    "references": AppUser,
    "on_delete": OnDelete.restrict,
    "on_update": OnUpdate.restrict,
    "target_column": None,
    **COMMON,
    "null": True,
}
COLUMNS: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    ("id", BigSerial, {"null": False, **COMMON, "primary_key": True}),
    ("created_at", Timestamptz, {**WANTED, "default": now}),
    ("updated_at", Timestamptz, {**WANTED, "default": now}),
    ("queue", Text, WANTED),
    ("item_key", Text, WANTED),
    ("assignee_user_id", ForeignKey, USER),
    ("snoozed_until", Date, OPTIONAL),
    ("dismissed_facts", Text, OPTIONAL),
    ("version", Integer, {**WANTED, "default": 1}),
)


async def forwards() -> MigrationManager:
    """Make the table."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)
    manager.add_table(class_name="QueueItem", tablename="queue_item", schema=None, columns=None)
    for name, kind, params in COLUMNS:
        manager.add_column(
            table_class_name="QueueItem",
            tablename="queue_item",
            column_name=name,
            db_column_name=name,
            column_class_name=kind.__name__,
            column_class=kind,
            params=params,
            schema=None,
        )
    return manager
