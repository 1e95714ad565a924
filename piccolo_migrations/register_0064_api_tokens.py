"""Tokens of lead providers' programs, and how often each was used."""

from __future__ import annotations

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.column_types import UUID, BigInt, BigSerial, Bytea, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.defaults.uuid import UUID4
from piccolo.columns.indexes import IndexMethod
from piccolo.table import Table

from app.clock import now


class AppUser(Table, tablename="app_user", schema=None):
    """A table referred to."""

    id = BigSerial(primary_key=True)


class LeadProvider(Table, tablename="lead_provider", schema=None):
    """A table referred to."""

    id = BigSerial(primary_key=True)


class APIToken(Table, tablename="api_token", schema=None):
    """A table referred to."""

    id = BigSerial(primary_key=True)


ID = "2026-11-27T06:10:00:000064"
VERSION = "1.38.0"
DESCRIPTION = "API tokens"
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
KEY: dict[str, Any] = {"default": None, "null": False, **COMMON, "primary_key": True}
EACH: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    ("id", BigSerial, {"null": False, **COMMON, "primary_key": True}),
    ("created_at", Timestamptz, {**WANTED, "default": now}),
    ("updated_at", Timestamptz, {**WANTED, "default": now}),
)


def _refers(table: Any, *, null: bool = False) -> dict[str, Any]:
    reference = {"on_delete": OnDelete.restrict, "on_update": OnUpdate.restrict, "target_column": None}
    return {"references": table, **reference, **COMMON, "null": null}


TOKEN: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    *EACH,
    ("public_id", UUID, {"default": UUID4(), "null": False, **COMMON, "unique": True}),
    ("lead_provider_id", ForeignKey, _refers(LeadProvider)),
    ("token_hash", Bytea, {**WANTED, "unique": True}),
    ("first_characters", Text, WANTED),
    ("description", Text, WANTED),
    ("scope", Text, WANTED),
    ("created_by", Text, WANTED),
    ("created_by_user_id", ForeignKey, _refers(AppUser, null=True)),
    ("expires_at", Timestamptz, OPTIONAL),
    ("revoked_at", Timestamptz, OPTIONAL),
    ("last_used_at", Timestamptz, OPTIONAL),
)
DAY: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    *EACH,
    ("token_id", ForeignKey, _refers(APIToken)),
    ("day", Date, WANTED),
    ("calls", Integer, WANTED),
    ("refusals", Integer, WANTED),
)
TABLES = (
    ("APIToken", "api_token", TOKEN),
    ("APITokenDay", "api_token_day", DAY),
    ("APITokenUse", "api_token_use", (("id", BigInt, KEY), ("requests", BigInt, WANTED))),
    ("APIRequestSlot", "api_request_slot", (("id", BigInt, KEY), ("at", Timestamptz, WANTED))),
)


async def forwards() -> MigrationManager:
    """Make the tables."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)
    for class_name, table, columns in TABLES:
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
