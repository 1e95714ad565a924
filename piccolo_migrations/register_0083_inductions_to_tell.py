"""What the teaching record is told of inductions, and what became of that (EXT-2.24)."""

from __future__ import annotations

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.column_types import BigSerial, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.indexes import IndexMethod
from piccolo.table import Table

from app.clock import now


class Teacher(Table, tablename="teacher", schema=None):
    """A table referred to."""

    id = BigSerial(primary_key=True)


ID = "2026-11-27T14:00:00:000083"
VERSION = "1.38.0"
DESCRIPTION = "What the teaching record is told of inductions"
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
TEACHER: dict[str, Any] = {
    "references": Teacher,
    "on_delete": OnDelete.restrict,
    "on_update": OnUpdate.restrict,
    "target_column": None,
    **COMMON,
    "null": False,
}
COLUMNS: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    ("id", BigSerial, {"null": False, **COMMON, "primary_key": True}),
    ("created_at", Timestamptz, {**WANTED, "default": now}),
    ("updated_at", Timestamptz, {**WANTED, "default": now}),
    ("teacher_id", ForeignKey, TEACHER),
    ("status", Text, WANTED),
    ("started_on", Date, OPTIONAL),
    ("completed_on", Date, OPTIONAL),
    ("decided_at", Timestamptz, WANTED),
    ("state", Text, WANTED),
    ("due_at", Timestamptz, WANTED),
    ("attempts", Integer, WANTED),
    ("said", Text, OPTIONAL),
    ("finished_at", Timestamptz, OPTIONAL),
)


async def forwards() -> MigrationManager:
    """Make the table."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)
    manager.add_table(class_name="InductionToTell", tablename="induction_to_tell", schema=None, columns=None)
    for name, kind, params in COLUMNS:
        manager.add_column(
            table_class_name="InductionToTell",
            tablename="induction_to_tell",
            column_name=name,
            db_column_name=name,
            column_class_name=kind.__name__,
            column_class=kind,
            params=params,
            schema=None,
        )
    return manager
