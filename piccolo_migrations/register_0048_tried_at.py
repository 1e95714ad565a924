"""When a teaching record was last asked for without an answer."""

from __future__ import annotations

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Timestamptz
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-23T09:00:00:000048"
VERSION = "1.38.0"
DESCRIPTION = "Tries to read a teaching record"
OPTIONAL: dict[str, Any] = {
    "default": None,
    "null": True,
    "primary_key": False,
    "unique": False,
    "index": False,
    "index_method": IndexMethod.btree,
    "choices": None,
    "db_column_name": None,
    "secret": False,
}


async def forwards() -> MigrationManager:
    """Add the column; going back drops it."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)
    manager.add_column(
        table_class_name="Teacher",
        tablename="teacher",
        column_name="trs_tried_at",
        db_column_name="trs_tried_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params=OPTIONAL,
        schema=None,
    )
    return manager
