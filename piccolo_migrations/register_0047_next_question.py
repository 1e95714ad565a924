"""The question that an unfinished registration stands at."""

from __future__ import annotations

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Text
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-23T09:00:00:000047"
VERSION = "1.38.0"
DESCRIPTION = "Next question of a draft"
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
        table_class_name="Draft",
        tablename="draft",
        column_name="next_question",
        db_column_name="next_question",
        column_class_name="Text",
        column_class=Text,
        params=OPTIONAL,
        schema=None,
    )
    return manager
