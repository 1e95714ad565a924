"""Attempts at DfE Sign-in that are under way: kept here, used once, tied to the browser that began (ACC-4.2)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from app import clock
from app.access.sign_in import DFE_SIGN_IN, Flow
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction

LIFE = timedelta(minutes=10)
MOST_OPEN = 5
VERIFIER_BYTES = 48
"""64 characters (EXT-3.7)."""


@dataclass(frozen=True)
class OpenFlow:
    """A flow taken out, with the page asked for before it and whether we began it by ourselves (EXT-3.5)."""

    flow: Flow
    path: str | None
    automatic: bool
    method: str = DFE_SIGN_IN
    """Which of the two methods that lead to DfE Sign-in began it (ACC-7.6)."""


def new_flow() -> Flow:
    """Make the secrets of an attempt."""
    return Flow(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(VERIFIER_BYTES))


async def keep_flow(opened: OpenFlow, session_hash: bytes) -> None:
    """Store an attempt of a browser; beyond five open ones the oldest goes."""
    async with transaction():
        await fetch(
            "INSERT INTO sign_in_flow (created_at, updated_at, state_hash, session_hash, nonce, verifier, path,"
            " automatic, method) VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $8)",
            clock.now(),
            _hash(opened.flow.state),
            session_hash,
            opened.flow.nonce,
            opened.flow.verifier,
            opened.path,
            opened.automatic,
            opened.method,
        )
        await fetch(
            "DELETE FROM sign_in_flow WHERE id IN (SELECT id FROM sign_in_flow WHERE session_hash = $1"
            " ORDER BY id DESC OFFSET $2)",
            session_hash,
            MOST_OPEN,
        )


async def take_flow(state: str, session_hash: bytes) -> OpenFlow | None:
    """Take an attempt out; None when it is unknown, used, too old or another browser's. Stamped later counts as new."""
    rows = await fetch("DELETE FROM sign_in_flow WHERE state_hash = $1 RETURNING *", _hash(state))
    row = rows[0] if rows else None
    if row is None or not hmac.compare_digest(row["session_hash"], session_hash):
        return None
    if clock.now() - row["created_at"] >= LIFE:
        return None
    return OpenFlow(Flow(state, row["nonce"], row["verifier"]), row["path"], row["automatic"], row["method"])


@dataclass(frozen=True)
class NewestFlow:
    """The latest open attempt of a browser: by which method, and whether we began it by ourselves (EXT-3.5)."""

    method: str
    automatic: bool


async def newest_flow(session_hash: bytes) -> NewestFlow | None:
    """Return the latest attempt of a browser that is still open, for a callback that names none."""
    row = await fetch_one(
        "SELECT method, automatic, created_at FROM sign_in_flow WHERE session_hash = $1 ORDER BY id DESC LIMIT 1",
        session_hash,
    )
    if row is None or clock.now() - row["created_at"] >= LIFE:
        return None
    return NewestFlow(row["method"], row["automatic"])


def _hash(state: str) -> bytes:
    return hashlib.sha256(state.encode()).digest()
