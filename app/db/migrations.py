"""The one migration history: how far a database has come (OPS-9)."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from app.db.engine import fetch
from app.db.sight import OWNER, seen_by
from app.db.wall import stands

FOLDER = Path(__file__).parents[2] / "piccolo_migrations"
TABLES = Path(__file__).parent / "tables"
TABLE = re.compile(r'tablename="(\w+)"')
ID = re.compile(r'^ID = "(.+)"$', re.MULTILINE)


class MigrationFailed(Exception):
    """A migration, or the database it met, is not as it should be."""


class LockHeld(Exception):
    """Another process is migrating."""


class TablesInUse(MigrationFailed):
    """Something works on a table for longer than a migration tries."""


async def at_head() -> bool:
    """Tell whether every migration of this code has been applied and the wall between schools stands."""
    with seen_by(OWNER):
        return await _is_applied() and await stands(known_tables())


async def _is_applied() -> bool:
    if (await fetch("SELECT to_regclass('migration') IS NOT NULL AS there"))[0]["there"] is False:
        return False
    applied = {row["name"] for row in await fetch("SELECT name FROM migration WHERE app_name = 'register'")}
    return known_migrations() <= applied


@cache
def known_migrations() -> frozenset[str]:
    """Return the ids of this code's migrations; read once, and not imported, because a web process asks for them."""
    return frozenset(ID.findall("".join(path.read_text("utf-8") for path in FOLDER.glob("register_*.py"))))


@cache
def known_tables() -> frozenset[str]:
    """Return the names of this code's tables."""
    return frozenset(TABLE.findall("".join(path.read_text("utf-8") for path in TABLES.glob("*.py"))))
