"""Making the database anew, since the audit trail refuses deletion (contract, section 1)."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import asyncpg

from app.db.address import named


class NotAllowed(Exception):
    """The database user has no right to make databases."""


async def make_anew(url: str) -> None:
    """Drop the database of the address with everything in it and create it empty.

    Nothing may be connected through our own pool. Raises NotAllowed.
    """
    name = unquote(urlsplit(url).path.removeprefix("/"))
    conn = await asyncpg.connect(named(url, "postgres"))
    try:
        await conn.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await conn.execute(f'CREATE DATABASE "{name}"')
    except asyncpg.InsufficientPrivilegeError as fault:
        raise NotAllowed(name) from fault
    finally:
        await conn.close()
