"""How each periodic job went, how often answers to fields of journeys were refused, and where drafts stop."""

from __future__ import annotations

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import BigSerial, Date, Integer, Text, Timestamptz
from piccolo.columns.indexes import IndexMethod

from app.clock import now

ID = "2026-11-27T13:00:00:000097"
VERSION = "1.38.0"
DESCRIPTION = "Runs of jobs and refused answers"
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
STAMPS: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    ("id", BigSerial, {"null": False, **COMMON, "primary_key": True}),
    ("created_at", Timestamptz, {**WANTED, "default": now}),
    ("updated_at", Timestamptz, {**WANTED, "default": now}),
)
TABLES: dict[tuple[str, str], tuple[tuple[str, Any, dict[str, Any]], ...]] = {
    ("JobRun", "job_run"): (
        *STAMPS,
        ("name", Text, {**WANTED, "unique": True}),
        ("cron", Text, WANTED),
        ("when_late", Text, WANTED),
        ("started_at", Timestamptz, OPTIONAL),
        ("finished_at", Timestamptz, OPTIONAL),
        ("succeeded_at", Timestamptz, OPTIONAL),
        ("result", Integer, OPTIONAL),
        ("failure", Text, OPTIONAL),
    ),
    ("FieldError", "field_error"): (
        *STAMPS,
        ("day", Date, WANTED),
        ("journey", Text, WANTED),
        ("field", Text, WANTED),
        ("errors", Integer, WANTED),
    ),
}


async def forwards() -> MigrationManager:
    """Make them."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)
    for (class_name, tablename), columns in TABLES.items():
        manager.add_table(class_name=class_name, tablename=tablename, schema=None, columns=None)
        for name, kind, params in columns:
            manager.add_column(
                table_class_name=class_name,
                tablename=tablename,
                column_name=name,
                db_column_name=name,
                column_class_name=kind.__name__,
                column_class=kind,
                params=params,
                schema=None,
            )
    manager.add_column(
        table_class_name="Draft",
        tablename="draft",
        column_name="stopped_at",
        db_column_name="stopped_at",
        column_class_name="Text",
        column_class=Text,
        params=OPTIONAL,
        schema=None,
    )
    return manager
