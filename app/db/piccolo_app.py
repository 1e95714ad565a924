"""The one migration history of the service."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from app.db.tables import ALL_TABLES

APP_CONFIG = AppConfig(
    app_name="register",
    migrations_folder_path=str(Path(__file__).parents[2] / "piccolo_migrations"),
    table_classes=list(ALL_TABLES),
    migration_dependencies=[],
    commands=[],
)
