"""Sessions: made, changed and ended; the id exists only in the browser (ACC-9.1, ACC-9.2)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.access import rules
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction

if TYPE_CHECKING:
    from datetime import datetime

    from app.terms import SchoolId, UserId


@dataclass(frozen=True)
class NewSession:
    """A session just made; `id` goes into the cookie and nowhere else."""

    id: str
    csrf_secret: bytes

    @property
    def id_hash(self) -> bytes:
        """Return what is stored."""
        return hash_of(self.id)


def hash_of(session_id: str) -> bytes:
    """Return the SHA-256 under which a session is stored."""
    return hashlib.sha256(session_id.encode()).digest()


async def create(*, return_path: str | None = None, clock_at: datetime | None = None) -> NewSession:
    """Make a session for somebody not signed in."""
    made = NewSession(secrets.token_urlsafe(32), secrets.token_bytes(32))
    now = clock.now()
    await fetch(
        "INSERT INTO session (created_at, updated_at, id_hash, csrf_secret, last_seen_at, absolute_expires_at,"
        " return_path, clock_at) VALUES ($1, $1, $2, $3, $1, $4, $5, $6)",
        now,
        made.id_hash,
        made.csrf_secret,
        now + rules.ABSOLUTE,
        return_path,
        clock_at,
    )
    return made


async def replace_by_signed_in(old: bytes | None, user: UserId, school: SchoolId | None, method: str) -> NewSession:
    """Replace a session, if there was one, by a signed-in one that keeps its path and clock (ACC-9.2)."""
    async with transaction():
        was = await fetch_one("DELETE FROM session WHERE id_hash = $1 RETURNING return_path, clock_at", old or b"")
        made = await create(
            return_path=was["return_path"] if was else None,
            clock_at=was["clock_at"] if was else None,
        )
        await fetch(
            "WITH used AS (UPDATE app_user SET last_used_at = $5 WHERE id = $2)"
            " UPDATE session SET user_id = $2, school_id = $3, method = $4, signed_in_at = $5 WHERE id_hash = $1",
            made.id_hash,
            user,
            school,
            method,
            clock.now(),
        )
    return made


async def rotate(id_hash: bytes) -> NewSession:
    """Give a session another id and form secret; the old id opens nothing from then on (ACC-9.2).

    Everything else stays, the limits too. Raises LookupError for a session that is not there.
    """
    made = NewSession(secrets.token_urlsafe(32), secrets.token_bytes(32))
    rows = await fetch(
        "UPDATE session SET id_hash = $2, csrf_secret = $3, updated_at = $4 WHERE id_hash = $1 RETURNING id",
        id_hash,
        made.id_hash,
        made.csrf_secret,
        clock.now(),
    )
    if not rows:
        raise LookupError("the session is not there")
    return made


async def extend(id_hash: bytes) -> None:
    """Note that the session is in use; the absolute limit stays (ACC-9.4)."""
    await fetch("UPDATE session SET last_seen_at = greatest(last_seen_at, $2) WHERE id_hash = $1", id_hash, clock.now())


async def end(id_hash: bytes) -> None:
    """End a session at once (ACC-9.7)."""
    await fetch("DELETE FROM session WHERE id_hash = $1", id_hash)


async def remember_path(id_hash: bytes, path: str) -> None:
    """Keep the page asked for, to return to it (ACC-9.9)."""
    await fetch("UPDATE session SET return_path = $2 WHERE id_hash = $1", id_hash, path)


async def remember_asked_email(id_hash: bytes, email: str) -> None:
    """Keep the address that a link and a code were asked for with in this browser (ACC-6.1)."""
    await fetch("UPDATE session SET asked_email = $2 WHERE id_hash = $1", id_hash, email)


async def asked_email(id_hash: bytes) -> str:
    """Return the address typed in this browser; empty when there is none."""
    row = await fetch_one("SELECT asked_email FROM session WHERE id_hash = $1", id_hash)
    return row["asked_email"] or "" if row else ""


async def take_path(id_hash: bytes, audience: str) -> str:
    """Return the page asked for earlier and forget it; the home page when there is none that fits (ACC-9.9)."""
    rows = await fetch(
        "UPDATE session s SET return_path = NULL FROM session was"
        " WHERE s.id_hash = $1 AND was.id = s.id RETURNING was.return_path",
        id_hash,
    )
    path: str | None = rows[0]["return_path"] if rows else None
    return path if path and rules.may_return_to(path, audience) else rules.HOMES[audience]


async def keep_id_token(id_hash: bytes, sealed: bytes) -> None:
    """Keep what is needed to sign out at DfE Sign-in too; it is never in a cookie (ACC-4.14)."""
    await fetch("UPDATE session SET id_token = $2 WHERE id_hash = $1", id_hash, sealed)


async def id_token_of(id_hash: bytes) -> bytes | None:
    """Return it; None for a session by another method."""
    row = await fetch_one("SELECT id_token FROM session WHERE id_hash = $1", id_hash)
    return row["id_token"] if row else None


async def set_clock(id_hash: bytes, moment: datetime | None) -> None:
    """Move a session, with its own limits, to another time; None is the machine's (contract, section 3)."""
    now = moment or clock.machine_now()
    await fetch(
        "UPDATE session SET clock_at = $2, last_seen_at = $3, absolute_expires_at = $4 WHERE id_hash = $1",
        id_hash,
        moment,
        now,
        now + rules.ABSOLUTE,
    )
