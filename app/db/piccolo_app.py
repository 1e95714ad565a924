"""The one migration history of the service."""

from piccolo.conf.apps import AppConfig

from app.db.migrations import FOLDER
from app.db.tables import ALL_TABLES

APP_CONFIG = AppConfig(
    app_name="register",
    migrations_folder_path=str(FOLDER),
    table_classes=list(ALL_TABLES),
    migration_dependencies=[],
    commands=[],
)
