"""The sweep for personal facts: in every table a test filled, in every log line of the whole run (SEC-32, IDN-03)."""

from __future__ import annotations

import logging
import re

import asyncpg

BORN = r"1998-0?2-14|14[/.-]0?2[/.-]1998|14 (?:Feb|February) 1998|19980214"
NUMBER = r"JX[ -]?00[ -]?00[ -]?\d\d[ -]?A"
SECRETS = re.compile(f"{BORN}|{NUMBER}", re.IGNORECASE)
"""The date of birth and the National Insurance numbers of the test people, in every spelling."""

FILLED = "SELECT EXISTS (SELECT FROM lookup_attempt) OR EXISTS (SELECT FROM draft)"


async def secrets_in_tables(conn: asyncpg.Connection) -> list[str]:
    """Return table and row of every personal fact in the database; asks only where somebody was looked up."""
    try:
        if not await conn.fetchval(FILLED):
            return []
    except asyncpg.InFailedSQLTransactionError:
        return []  # the test made a statement fail, and the whole transaction goes with it
    tables = [
        row["name"]
        for row in await conn.fetch(
            "SELECT quote_ident(relname) AS name FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
    ]
    query = " UNION ALL ".join(f"SELECT '{name}' AS place, to_jsonb(t)::text AS found FROM {name} t" for name in tables)
    rows = await conn.fetch(f"SELECT place, found FROM ({query}) every_row WHERE found ~* $1", SECRETS.pattern)
    return [f"{row['place']}: {row['found']}" for row in rows]


class LogSweep(logging.Handler):
    """Hears every log line of the run and keeps those with a personal fact in them."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.heard = 0
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Look at a line: its message, its extra values and its exception."""
        self.heard += 1
        text = f"{record.getMessage()} {record.__dict__}"
        if SECRETS.search(text):
            self.found.append(f"{record.name} {record.pathname}:{record.lineno}")
