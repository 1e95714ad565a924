"""Links and codes that work once and for a time; nothing but hashes of them is stored (ACC-5.7, 6.5, 6.6, 7.3)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch, fetch_one
from app.settings import settings
from app.terms import SchoolId, UserId, Word

if TYPE_CHECKING:
    from datetime import datetime

    import asyncpg

TRIES = 5
"""So many wrong codes void the code (ACC-6.6, ACC-7.4)."""
DIGITS = 6


class Purpose(Word):
    """What a link or code is for."""

    NOMINATION = "nomination"
    SIGN_IN = "sign_in"
    STAFF_CODE = "staff_code"
    NEW_EMAIL = "new_email"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What to make: a link, a code or both, for one subject, such as an address in lower case, for so long.

    browser: hash of the session in which alone the code works; None only for a code given out by an operator,
    which works in any browser.
    """

    purpose: Purpose
    subject: str = field(repr=False)
    life: timedelta
    link: bool = False
    code: bool = False
    browser: bytes | None = None
    user_id: UserId | None = None
    school_id: SchoolId | None = None
    new_email: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Made:
    """What goes into the email and nowhere else; empty is what was not wanted."""

    id: int
    token: str = field(repr=False)
    code: str = field(repr=False)
    expires_at: datetime


class State(Word):
    """What has become of a link or code."""

    OPEN = "open"
    USED = "used"
    ENDED = "ended"
    """Its time is over, or a newer one took its place."""


@dataclass(frozen=True)
class Found:
    """A link or code that was really made."""

    id: int
    state: State
    user_id: UserId | None
    school_id: SchoolId | None
    new_email: str | None = field(repr=False)
    expires_at: datetime


async def make(wanted: Wanted) -> Made:
    """Store what was wanted, in the transaction in force; the words themselves are only in the answer."""
    now = clock.now()
    token = secrets.token_urlsafe(32) if wanted.link else ""
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}" if wanted.code else ""
    row = await fetch_one(
        """INSERT INTO one_time_secret (created_at, updated_at, purpose, subject_hash, link_hash, code_hash,
            browser_hash, user_id, school_id, new_email, expires_at, wrong_codes)
        VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0) RETURNING id""",
        now,
        wanted.purpose.value,
        _subject_hash(wanted.purpose, wanted.subject),
        _link_hash(token) if token else None,
        _code_hash(wanted.purpose, wanted.subject, code) if code else None,
        wanted.browser,
        wanted.user_id,
        wanted.school_id,
        wanted.new_email,
        now + wanted.life,
    )
    if row is None:
        raise LookupError("an inserted row comes back")
    return Made(row["id"], token, code, now + wanted.life)


async def hold(purpose: Purpose, subject: str) -> None:
    """Let nobody else ask or try for the subject until the transaction in force ends."""
    key = int.from_bytes(_subject_hash(purpose, subject)[:8], signed=True)
    await fetch("SELECT pg_advisory_xact_lock($1)", key)


async def made_within(purpose: Purpose, subject: str, window: timedelta) -> list[datetime]:
    """Return when something was made for the subject in the window before now, newest first; its end is outside."""
    now = clock.now()
    rows = await fetch(
        """SELECT created_at FROM one_time_secret WHERE purpose = $1 AND subject_hash = $2
            AND created_at > $3 AND created_at <= $4 ORDER BY created_at DESC""",
        purpose.value,
        _subject_hash(purpose, subject),
        now - window,
        now,
    )
    return [row["created_at"] for row in rows]


async def works_anywhere(purpose: Purpose, subject: str) -> bool:
    """Tell whether an operator gave out a code for the subject that can still be used, in any browser (ACC-7.5)."""
    row = await fetch_one(
        """SELECT id FROM one_time_secret WHERE purpose = $1 AND subject_hash = $2 AND browser_hash IS NULL
            AND code_hash IS NOT NULL AND used_at IS NULL AND void_at IS NULL AND expires_at > $3 AND wrong_codes < $4
        LIMIT 1""",
        purpose.value,
        _subject_hash(purpose, subject),
        clock.now(),
        TRIES,
    )
    return row is not None


async def void_open(purpose: Purpose, subject: str, *, keep: int = 0) -> None:
    """Void what was made for the subject and is neither used nor over, but the newest few."""
    await fetch(
        """UPDATE one_time_secret SET void_at = $3, updated_at = $3 WHERE id IN (
            SELECT id FROM one_time_secret WHERE purpose = $1 AND subject_hash = $2 AND used_at IS NULL
                AND void_at IS NULL AND expires_at > $3 ORDER BY created_at DESC, id DESC OFFSET $4)""",
        purpose.value,
        _subject_hash(purpose, subject),
        clock.now(),
        keep,
    )


async def find_link(purpose: Purpose, token: str) -> Found | None:
    """Return the link of a token, whatever became of it; None for one that was never made. Changes nothing."""
    row = await fetch_one(
        """SELECT id, user_id, school_id, new_email, expires_at, used_at, void_at FROM one_time_secret
        WHERE purpose = $1 AND link_hash = $2""",
        purpose.value,
        _link_hash(token),
    )
    return _found(row) if row else None


async def use(secret_id: int) -> bool:
    """Use a link or code, in the transaction in force; False when it was used, void or over meanwhile."""
    rows = await fetch(
        """UPDATE one_time_secret SET used_at = $2, updated_at = $2 WHERE id = $1 AND used_at IS NULL
            AND void_at IS NULL AND expires_at > $2 RETURNING id""",
        secret_id,
        clock.now(),
    )
    return bool(rows)


async def try_code(purpose: Purpose, subject: str, typed: str, browser: bytes) -> Found | None:
    """Return what the code opens, to be used with `use`; None when it is not right, which counts as a wrong try.

    In the transaction in force, which must commit whatever comes back. Spaces may group the digits. The newest open
    code of the subject in this browser counts; five wrong tries void it, but not a link made with it. The comparison
    takes the same time whether or not there is a code.
    """
    await hold(purpose, subject)
    row = await fetch_one(
        """SELECT id, user_id, school_id, new_email, expires_at, used_at, void_at, code_hash, wrong_codes
        FROM one_time_secret WHERE purpose = $1 AND subject_hash = $2 AND code_hash IS NOT NULL AND used_at IS NULL
            AND void_at IS NULL AND expires_at > $3 AND (browser_hash = $4 OR browser_hash IS NULL)
        ORDER BY created_at DESC, id DESC LIMIT 1""",
        purpose.value,
        _subject_hash(purpose, subject),
        clock.now(),
        browser,
    )
    held = row["code_hash"] if row and row["wrong_codes"] < TRIES else bytes(32)
    if hmac.compare_digest(held, _code_hash(purpose, subject, "".join(typed.split()))) and row:
        return _found(row)
    if row:
        await fetch(
            "UPDATE one_time_secret SET wrong_codes = wrong_codes + 1, updated_at = $2 WHERE id = $1",
            row["id"],
            clock.now(),
        )
    return None


def _found(row: asyncpg.Record) -> Found:
    if row["used_at"] is not None:
        state = State.USED
    elif row["void_at"] is not None or row["expires_at"] <= clock.now():
        state = State.ENDED
    else:
        state = State.OPEN
    return Found(row["id"], state, row["user_id"], row["school_id"], row["new_email"], row["expires_at"])


def _link_hash(token: str) -> bytes:
    """Return the SHA-256 of a token, which is too long to be guessed (ACC-5.7)."""
    return hashlib.sha256(token.encode()).digest()


def _subject_hash(purpose: Purpose, subject: str) -> bytes:
    return _keyed(f"subject:{purpose.value}:{subject}")


def _code_hash(purpose: Purpose, subject: str, code: str) -> bytes:
    """Return a keyed hash, since a code alone could be found by trying them all (ACC-7.3)."""
    return _keyed(f"code:{purpose.value}:{subject}:{code}")


def _keyed(text: str) -> bytes:
    return hmac.digest(settings().secret(), text.encode(), hashlib.sha256)
