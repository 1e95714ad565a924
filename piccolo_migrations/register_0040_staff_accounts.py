"""How many wrong codes a staff account had in a row, and when they locked it."""

from __future__ import annotations

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Integer, Timestamptz
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-23T09:00:00:000040"
VERSION = "1.38.0"
DESCRIPTION = "Staff accounts"
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
    """Add the columns; going back drops them."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)
    for name, kind in (("wrong_codes", Integer), ("locked_at", Timestamptz)):
        manager.add_column(
            table_class_name="AppUser",
            tablename="app_user",
            column_name=name,
            db_column_name=name,
            column_class_name=kind.__name__,
            column_class=kind,
            params=OPTIONAL,
            schema=None,
        )
    return manager
