"""When somebody at the school found a reported partnership right (TD-13)."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.column_types import BigSerial, ForeignKey, Timestamptz
from piccolo.columns.indexes import IndexMethod
from piccolo.table import Table


class AppUser(Table, tablename="app_user", schema=None):
    """The table referred to."""

    id = BigSerial(primary_key=True)


ID = "2026-11-23T09:00:00:000023"
VERSION = "1.38.0"
DESCRIPTION = "Checked partnerships"
COMMON: dict[str, Any] = {
    "null": True,
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


async def forwards() -> MigrationManager:
    """Add the two columns; going back drops them."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)
    for name, kind, params in (
        ("checked_at", Timestamptz, {"default": None, **COMMON}),
        ("checked_by_user_id", ForeignKey, {**REFERENCE, **COMMON}),
    ):
        manager.add_column(
            table_class_name="SchoolPartnership",
            tablename="school_partnership",
            column_name=name,
            db_column_name=name,
            column_class_name=kind.__name__,
            column_class=kind,
            params=params,
            schema=None,
        )
    return manager
