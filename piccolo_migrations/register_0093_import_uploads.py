"""Files that staff bring in, with what became of them."""

from __future__ import annotations

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.column_types import UUID, BigInt, BigSerial, Bytea, ForeignKey, Text, Timestamptz
from piccolo.columns.defaults.uuid import UUID4
from piccolo.columns.indexes import IndexMethod
from piccolo.table import Table

from app.clock import now


class AppUser(Table, tablename="app_user", schema=None):
    """A table referred to."""

    id = BigSerial(primary_key=True)


ID = "2026-11-27T13:56:00:000093"
VERSION = "1.38.0"
DESCRIPTION = "Uploads of imports"
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
    ("public_id", UUID, {"default": UUID4(), "null": False, **COMMON, "unique": True}),
    ("kind", Text, WANTED),
    ("source_name", Text, WANTED),
    ("hash", Text, WANTED),
    ("content", Bytea, OPTIONAL),
    ("state", Text, WANTED),
    ("override", Text, WANTED),
    ("based_on", BigInt, OPTIONAL),
    ("report", Text, WANTED),
    ("progress", Text, WANTED),
    ("note", Text, WANTED),
    ("ticket", Text, WANTED),
    ("asked_by", Text, WANTED),
    ("asked_by_user_id", ForeignKey, USER),
)


async def forwards() -> MigrationManager:
    """Make the table."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)
    manager.add_table(class_name="ImportUpload", tablename="import_upload", schema=None, columns=None)
    for name, kind, params in COLUMNS:
        manager.add_column(
            table_class_name="ImportUpload",
            tablename="import_upload",
            column_name=name,
            db_column_name=name,
            column_class_name=kind.__name__,
            column_class=kind,
            params=params,
            schema=None,
        )
    return manager
