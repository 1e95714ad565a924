"""Addresses of databases."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit


def named(url: str, database: str) -> str:
    """Return the same address with another database; the empty host of a socket's address is kept."""
    parts = urlsplit(url)
    made = urlunsplit(parts._replace(path=f"/{database}"))
    return made if parts.netloc else made.replace(f"{parts.scheme}:/{database}", f"{parts.scheme}:///{database}")
