"""What lead providers are shown, the feed of its changes, and repeats of their requests (API, section 28)."""

from __future__ import annotations

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.column_types import (
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
from piccolo.columns.indexes import IndexMethod
from piccolo.table import Table

from app.clock import now


class LeadProvider(Table, tablename="lead_provider", schema=None):
    """A table referred to."""

    id = BigSerial(primary_key=True)


class Teacher(Table, tablename="teacher", schema=None):
    """A table referred to."""

    id = BigSerial(primary_key=True)


ID = "2026-11-27T09:00:00:000068"
VERSION = "1.38.0"
DESCRIPTION = "Records of lead providers"
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
    return {"references": table, **reference, **COMMON, "null": False, "default": None}


TABLES: dict[tuple[str, str], tuple[tuple[str, Any, dict[str, Any]], ...]] = {
    ("TrainingRecord", "training_record"): (
        *EACH,
        ("public_id", UUID, {**WANTED, "unique": True}),
        ("teacher_id", ForeignKey, _refers(Teacher)),
        ("role", Text, WANTED),
    ),
    ("ParticipantIdChange", "participant_id_change"): (
        *EACH,
        ("from_teacher_id", ForeignKey, _refers(Teacher)),
        ("to_teacher_id", ForeignKey, _refers(Teacher)),
        ("changed_at", Timestamptz, WANTED),
    ),
    ("ProviderRecord", "provider_record"): (
        *EACH,
        ("lead_provider_id", BigInt, WANTED),
        ("resource_type", Text, WANTED),
        ("resource_id", UUID, WANTED),
        ("cohort", Integer, WANTED),
        ("subject_id", BigInt, WANTED),
        ("listed", Boolean, {**WANTED, "default": False}),
        ("body", Text, OPTIONAL),
        ("cohorts", Array, {**WANTED, "base_column": Integer()}),
        ("statuses", Array, {**WANTED, "base_column": Text()}),
        ("from_ids", Array, {**WANTED, "base_column": UUID()}),
        ("urn", Text, OPTIONAL),
        ("delivery_partner_public_id", UUID, OPTIONAL),
        ("created_second", Timestamptz, WANTED),
        ("updated_second", Timestamptz, WANTED),
        ("valid_from", Date, WANTED),
        ("valid_until", Date, WANTED),
    ),
    ("Change", "change"): (
        *EACH,
        ("lead_provider_id", ForeignKey, _refers(LeadProvider)),
        ("number", BigInt, WANTED),
        ("resource_type", Text, WANTED),
        ("resource_id", UUID, WANTED),
        ("cohort", Integer, OPTIONAL),
        ("action", Text, WANTED),
        ("reason", Text, OPTIONAL),
        ("moved_to", UUID, OPTIONAL),
    ),
    ("ChangeCounter", "change_counter"): (
        *EACH,
        ("lead_provider_id", ForeignKey, _refers(LeadProvider)),
        ("resource_type", Text, WANTED),
        ("number", BigInt, WANTED),
    ),
    ("IdempotentRequest", "idempotent_request"): (
        *EACH,
        ("lead_provider_id", ForeignKey, _refers(LeadProvider)),
        ("key", Text, WANTED),
        ("digest", Bytea, WANTED),
        ("status", Integer, OPTIONAL),
        ("body", Text, OPTIONAL),
    ),
}


async def forwards() -> MigrationManager:
    """Make the six tables."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)
    for (class_name, table), columns in TABLES.items():
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
