"""Answers kept for the repeat of a request under the same Idempotency-Key (API-19.1 to API-19.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from app.clock import machine_now
from app.db.engine import fetch, fetch_one

if TYPE_CHECKING:
    from datetime import datetime

    from app.terms import LeadProviderId

KEPT_FOR = timedelta(hours=24)
"""At exactly so long the key is new again (API-19.2)."""


@dataclass(frozen=True)
class KeptAnswer:
    """The answer that the first request with the key was given."""

    status: int
    body: str


class InProgress(Exception):
    """The first request with this key is still running (API-19.4)."""


class KeyReused(Exception):
    """The key came with another method, path, query or body before (API-19.3)."""


async def begin(lead_provider_id: LeadProviderId, key: str, digest: bytes, at: datetime) -> KeptAnswer | None:
    """Take a key for the transaction in force; returns the answer to repeat, or None when the request is to run.

    digest: of method, path, query and body. at: by the machine's clock (API-22.1). Call it first in the
    transaction. Raises InProgress without waiting, and KeyReused.
    """
    taken = await fetch_one(
        "SELECT pg_try_advisory_xact_lock(hashtextextended('idempotent ' || $1::bigint || ' ' || $2, 0)) AS ours",
        lead_provider_id,
        key,
    )
    if taken is None or not taken["ours"]:
        raise InProgress
    row = await fetch_one(
        """SELECT digest, status, body FROM idempotent_request
        WHERE lead_provider_id = $1 AND key = $2 AND created_at > $3""",
        lead_provider_id,
        key,
        at - KEPT_FOR,
    )
    if row is None:
        return None
    if row["digest"] != digest:
        raise KeyReused
    return KeptAnswer(row["status"], row["body"]) if row["status"] is not None else None


async def keep(  # noqa: PLR0917 - all of one row
    lead_provider_id: LeadProviderId, key: str, digest: bytes, status: int, body: str, at: datetime
) -> None:
    """Keep the answer, of status 200 or 422, in the transaction of its effect (API-19.2)."""
    await fetch(
        """INSERT INTO idempotent_request (created_at, updated_at, lead_provider_id, key, digest, status, body)
        VALUES ($6, $6, $1, $2, $3, $4, $5) ON CONFLICT (lead_provider_id, key) DO UPDATE SET
            created_at = excluded.created_at, updated_at = excluded.updated_at, digest = excluded.digest,
            status = excluded.status, body = excluded.body""",
        lead_provider_id,
        key,
        digest,
        status,
        body,
        at,
    )


async def forget_answers() -> int:
    """Erase answers that were kept long enough by the machine's clock; returns how many (API-19.2)."""
    oldest = machine_now() - KEPT_FOR
    rows = await fetch("DELETE FROM idempotent_request WHERE created_at <= $1 RETURNING id", oldest)
    return len(rows)
