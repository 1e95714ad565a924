"""When an account was last used, by which method an attempt at DfE Sign-in was begun, and acting for a school."""

from __future__ import annotations

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Text, Timestamptz
from piccolo.columns.indexes import IndexMethod

from app.db.engine import fetch

ID = "2026-11-27T09:00:00:000058"
VERSION = "1.38.0"
DESCRIPTION = "Use of accounts, staff at DfE Sign-in, acting for a school"
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
COLUMNS = (
    ("AppUser", "app_user", "last_used_at", Timestamptz, OPTIONAL),
    ("SignInFlow", "sign_in_flow", "method", Text, {**OPTIONAL, "null": False}),
    ("Session", "session", "acting_until", Timestamptz, OPTIONAL),
    ("Session", "session", "elevated_until", Timestamptz, OPTIONAL),
)


async def forwards() -> MigrationManager:
    """Add the columns; going back drops them."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def end_attempts() -> None:
        # They last ten minutes; whoever is under way begins again.
        await fetch("DELETE FROM sign_in_flow")

    manager.add_raw(end_attempts)
    for table, name, column, kind, params in COLUMNS:
        manager.add_column(
            table_class_name=table,
            tablename=name,
            column_name=column,
            db_column_name=column,
            column_class_name=kind.__name__,
            column_class=kind,
            params=params,
            schema=None,
        )
    return manager
