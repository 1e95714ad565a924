"""Corrections of names, lifted limits, changes to many people, and people to be made unrecognisable."""

from __future__ import annotations

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.column_types import JSONB, UUID, Array, BigSerial, ForeignKey, Integer, Text, Timestamptz
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


class Teacher(Table, tablename="teacher", schema=None):
    """A table referred to."""

    id = BigSerial(primary_key=True)


class NameFlag(Table, tablename="name_flag", schema=None):
    """A table referred to."""

    id = BigSerial(primary_key=True)


class BulkBatch(Table, tablename="bulk_batch", schema=None):
    """A table referred to."""

    id = BigSerial(primary_key=True)


ID = "2026-11-27T13:00:00:000089"
VERSION = "1.38.0"
DESCRIPTION = "Tables of what staff put right"
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


CORRECTION: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    *EACH,
    ("teacher_id", ForeignKey, _refers(Teacher)),
    ("school_id", ForeignKey, _refers(School)),
    ("trs_name", Text, WANTED),
    ("old_name", Text, WANTED),
    ("new_name", Text, WANTED),
    ("score", Integer, WANTED),
    ("where", Text, WANTED),
    ("reason", Text, WANTED),
    ("actor_kind", Text, WANTED),
    ("actor_name", Text, OPTIONAL),
    ("made_at", Timestamptz, WANTED),
    ("name_flag_id", ForeignKey, _refers(NameFlag, null=True)),
)
BATCH: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    *EACH,
    ("public_id", UUID, {"default": UUID4(), "null": False, **COMMON, "unique": True}),
    ("fix", Text, WANTED),
    ("fields", JSONB, WANTED),
    ("note", Text, WANTED),
    ("ticket", Text, WANTED),
    ("asked_by_user_id", ForeignKey, _refers(AppUser)),
    ("confirmed_at", Timestamptz, OPTIONAL),
    ("finished_at", Timestamptz, OPTIONAL),
)
BATCH_ROW: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    *EACH,
    ("bulk_batch_id", ForeignKey, _refers(BulkBatch)),
    ("position", Integer, WANTED),
    ("trn", Text, WANTED),
    ("teacher_id", ForeignKey, _refers(Teacher, null=True)),
    ("found", Text, OPTIONAL),
    ("found_why", Text, OPTIONAL),
    ("result", Text, OPTIONAL),
    ("result_why", Text, OPTIONAL),
)
ANONYMISATION: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    *EACH,
    ("teacher_id", ForeignKey, _refers(Teacher)),
    ("asked_by_user_id", ForeignKey, _refers(AppUser)),
    ("note", Text, WANTED),
    ("ticket", Text, WANTED),
    ("outcome", Text, OPTIONAL),
    ("ended_by_user_id", ForeignKey, _refers(AppUser, null=True)),
    ("ended_at", Timestamptz, OPTIONAL),
)
TABLES = {
    "NameCorrection": ("name_correction", CORRECTION),
    "BulkBatch": ("bulk_batch", BATCH),
    "BulkRow": ("bulk_row", BATCH_ROW),
    "Anonymisation": ("anonymisation", ANONYMISATION),
}
LIFTED: dict[str, Any] = {**OPTIONAL, "base_column": Text(**{**WANTED, "default": ""})}
ADDED = (
    ("NameFlag", "name_flag", "outcome", Text, OPTIONAL),
    ("LookupAttempt", "lookup_attempt", "lifted", Array, LIFTED),
)


async def forwards() -> MigrationManager:
    """Make the tables, and the columns of those that there are."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)
    for class_name, (table, _) in TABLES.items():
        manager.add_table(class_name=class_name, tablename=table, schema=None, columns=None)
    columns = [(class_name, table, *column) for class_name, (table, made) in TABLES.items() for column in made]
    for class_name, table, name, kind, params in (*columns, *ADDED):
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
