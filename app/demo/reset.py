"""Making the database anew, since the audit trail refuses deletion (contract, section 1)."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit, urlunsplit

import asyncpg


class NotAllowed(Exception):
    """The database user has no right to make databases."""


async def make_anew(url: str) -> None:
    """Drop the database of the address with everything in it and create it empty.

    Nothing may be connected through our own pool. Raises NotAllowed.
    """
    parts = urlsplit(url)
    name = unquote(parts.path.removeprefix("/"))
    conn = await asyncpg.connect(_maintenance(url))
    try:
        await conn.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await conn.execute(f'CREATE DATABASE "{name}"')
    except asyncpg.InsufficientPrivilegeError as fault:
        raise NotAllowed(name) from fault
    finally:
        await conn.close()


def _maintenance(url: str) -> str:
    parts = urlsplit(url)
    made = urlunsplit(parts._replace(path="/postgres"))
    # urlunsplit loses the empty host of an address that names a socket folder.
    return made if parts.netloc else made.replace(f"{parts.scheme}:/postgres", f"{parts.scheme}:///postgres")
