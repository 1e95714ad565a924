"""Links and codes that work once, and the address that a browser asked with."""

from __future__ import annotations

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.column_types import BigInt, BigSerial, Bytea, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.indexes import IndexMethod
from piccolo.table import Table

from app.clock import now


class AppUser(Table, tablename="app_user", schema=None):
    """The table referred to."""

    id = BigSerial(primary_key=True)


ID = "2026-11-23T09:00:00:000037"
VERSION = "1.38.0"
DESCRIPTION = "Links and codes"
COMMON: dict[str, Any] = {
    "primary_key": False,
    "unique": False,
    "index": False,
    "index_method": IndexMethod.btree,
    "choices": None,
    "db_column_name": None,
    "secret": False,
}
REFERENCE: dict[str, Any] = {
    "references": AppUser,
    "on_delete": OnDelete.restrict,
    "on_update": OnUpdate.restrict,
    "target_column": None,
}
WANTED: dict[str, Any] = {"default": None, "null": False, **COMMON}
OPTIONAL: dict[str, Any] = {"default": None, "null": True, **COMMON}
COLUMNS: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    ("id", BigSerial, {"null": False, **COMMON, "primary_key": True}),
    ("created_at", Timestamptz, {**WANTED, "default": now}),
    ("updated_at", Timestamptz, {**WANTED, "default": now}),
    ("purpose", Text, WANTED),
    ("subject_hash", Bytea, WANTED),
    ("link_hash", Bytea, {**OPTIONAL, "unique": True}),
    ("code_hash", Bytea, OPTIONAL),
    ("browser_hash", Bytea, OPTIONAL),
    ("user_id", ForeignKey, {**REFERENCE, "null": True, **COMMON}),
    ("school_id", BigInt, OPTIONAL),
    ("new_email", Text, OPTIONAL),
    ("expires_at", Timestamptz, WANTED),
    ("used_at", Timestamptz, OPTIONAL),
    ("void_at", Timestamptz, OPTIONAL),
    ("wrong_codes", Integer, WANTED),
)


async def forwards() -> MigrationManager:
    """Make the table and the column."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)
    manager.add_table(class_name="OneTimeSecret", tablename="one_time_secret", schema=None, columns=None)
    tables = [("OneTimeSecret", "one_time_secret", column) for column in COLUMNS]
    for class_name, table, (name, kind, params) in [*tables, ("Session", "session", ("asked_email", Text, OPTIONAL))]:
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
