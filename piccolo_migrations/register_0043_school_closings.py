"""What was done about closed schools, and what of the register staff look at (REF-3.4, REF-2.10)."""

from __future__ import annotations

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.column_types import JSONB, UUID, BigSerial, Date, ForeignKey, Text, Timestamptz
from piccolo.columns.defaults.uuid import UUID4
from piccolo.columns.indexes import IndexMethod
from piccolo.table import Table

from app.clock import now


class AppUser(Table, tablename="app_user", schema=None):
    """A table referred to."""

    id = BigSerial(primary_key=True)


class School(Table, tablename="school", schema=None):
    """A table referred to."""

    id = BigSerial(primary_key=True)


ID = "2026-11-23T09:00:00:000043"
VERSION = "1.38.0"
DESCRIPTION = "School closings"
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


def _refers(table: Any, *, null: bool = False) -> dict[str, Any]:
    reference = {"on_delete": OnDelete.restrict, "on_update": OnUpdate.restrict, "target_column": None}
    return {"references": table, **reference, **COMMON, "null": null}


CLOSING: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    *EACH,
    ("school_id", ForeignKey, _refers(School)),
    ("urn", Text, WANTED),
    ("closed_on", Date, WANTED),
    ("state", Text, WANTED),
    ("successor_school_id", ForeignKey, _refers(School, null=True)),
    ("successor_urn", Text, OPTIONAL),
    ("noted_on", Date, WANTED),
    ("acted_on", Date, OPTIONAL),
    ("ended_at", Timestamptz, OPTIONAL),
)
ITEM: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    *EACH,
    ("public_id", UUID, {"default": UUID4(), "null": False, **COMMON, "unique": True}),
    ("queue", Text, WANTED),
    ("kind", Text, WANTED),
    ("school_id", ForeignKey, _refers(School)),
    ("reason", Text, OPTIONAL),
    ("detail", JSONB, WANTED),
    ("raised_on", Date, WANTED),
    ("keep_until", Date, OPTIONAL),
    ("settled_at", Timestamptz, OPTIONAL),
    ("settled_by_user_id", ForeignKey, _refers(AppUser, null=True)),
    ("settlement", Text, OPTIONAL),
)
SCHOOL: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    ("alias_of_school_id", ForeignKey, _refers("self", null=True)),
    ("last_level", Text, OPTIONAL),
)
TABLES = (
    ("SchoolClosing", "school_closing", CLOSING),
    ("RegisterItem", "register_item", ITEM),
    ("School", "school", SCHOOL),
)


async def forwards() -> MigrationManager:
    """Make the two tables and the two columns."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)
    for class_name, table, columns in TABLES:
        if table != "school":
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
