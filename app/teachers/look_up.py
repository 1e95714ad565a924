"""Asking the teaching record system who somebody is, within limits and leaving a trace (IDN-05, IDN-06)."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, assert_never

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.meters import METERS
from app.settings import settings
from app.teachers.trs import (
    Deactivated,
    Matched,
    Merged,
    NotFound,
    SecondFactDiffers,
    TeachingRecord,
    Unavailable,
)
from app.terms import IdentityMatch, LookupOutcome, Role, UserId

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from app.policy import Policy
    from app.terms import TRN, SchoolId

FAILED = ("trn_not_found", "date_of_birth_mismatch", "national_insurance_number_mismatch")
PENDING = "lookup_pending"
LONGEST_LOOKUP = timedelta(seconds=15)


@dataclass(frozen=True)
class LookUp:
    """Who asks about whom, and with which second fact."""

    trn: TRN
    second_fact: IdentityMatch
    role: Role
    school_id: SchoolId
    user_id: UserId


@dataclass(frozen=True)
class Found:
    """The person, by two facts that agree."""

    record: TeachingRecord


@dataclass(frozen=True)
class Missed:
    """No match, and which of the outcomes of IDN-02 it was."""

    outcome: LookupOutcome


@dataclass(frozen=True)
class Limited:
    """Too many attempts; the teaching record system was not asked (IDN-05)."""

    until: datetime


@dataclass(frozen=True)
class TryLater:
    """The teaching record system gave no answer; seconds to wait when it said so."""

    retry_after: int | None = None


Answer = Found | Missed | Limited | TryLater
Outcome = Matched | SecondFactDiffers | NotFound | Deactivated | Merged | Unavailable

# The n-th newest counted attempt inside a window; when there is one, the limit is reached until it leaves. What was
# lifted counts no longer (FIX-23).
LIMITS = """
    SELECT until, whose FROM (
        (SELECT at + interval '1 hour' AS until, 'user' AS whose FROM lookup_attempt WHERE user_id = $1
            AND outcome = ANY($8::text[]) AND NOT coalesce('user' = ANY(lifted), false)
            AND at > $4::timestamptz - interval '1 hour' AND at <= $4::timestamptz
            ORDER BY at DESC OFFSET $5::int - 1 LIMIT 1)
        UNION ALL
        (SELECT at + interval '24 hours', 'school' FROM lookup_attempt WHERE school_id = $2
            AND outcome = ANY($8::text[]) AND NOT coalesce('school' = ANY(lifted), false)
            AND at > $4::timestamptz - interval '24 hours' AND at <= $4::timestamptz
            ORDER BY at DESC OFFSET $6::int - 1 LIMIT 1)
        UNION ALL
        (SELECT at + interval '24 hours', 'trn' FROM lookup_attempt WHERE trn = $3
            AND outcome = ANY($8::text[]) AND NOT coalesce('trn' = ANY(lifted), false)
            AND at > $4::timestamptz - interval '24 hours' AND at <= $4::timestamptz
            ORDER BY at DESC OFFSET $7::int - 1 LIMIT 1)
        UNION ALL
        (SELECT at + interval '1 hour', 'user' FROM lookup_attempt WHERE user_id = $1
            AND outcome <> 'limited' AND NOT coalesce('user' = ANY(lifted), false)
            AND at > $4::timestamptz - interval '1 hour' AND at <= $4::timestamptz
            ORDER BY at DESC OFFSET $9::int - 1 LIMIT 1)
        UNION ALL
        (SELECT at + interval '1 hour', 'school' FROM lookup_attempt WHERE school_id = $2
            AND outcome <> 'limited' AND NOT coalesce('school' = ANY(lifted), false)
            AND at > $4::timestamptz - interval '1 hour' AND at <= $4::timestamptz
            ORDER BY at DESC OFFSET $10::int - 1 LIMIT 1)
    ) reached ORDER BY until DESC, whose LIMIT 1"""


@dataclass(frozen=True)
class Limit:
    """A limit that is reached, until when, and whose it is: `user`, `school` or `trn`."""

    until: datetime
    whose: str


async def look_up(asked: LookUp, ask: Callable[[], Awaitable[Outcome]], policy: Policy) -> Answer:
    """Ask about a TRN and one second fact, unless a limit is reached; one attempt row each (IDN-02, IDN-05, IDN-06).

    `ask` sends the question and returns the port's outcome; no connection or lock is held meanwhile. The attempt counts
    from when it was let through: by the time of its answer it would be later than the now of whoever is just counting,
    and be missed.
    """
    begun, limit, tickets = await _begin(asked, policy)
    if limit is not None:
        return Limited(limit.until)
    try:
        return await _finish(asked, await ask(), begun)
    finally:
        await fetch("DELETE FROM rate_count WHERE id = ANY($1)", tickets)


async def _begin(asked: LookUp, policy: Policy) -> tuple[datetime, Limit | None, list[int]]:
    """Check the limits and take tickets, counting questions that are still under way in other processes.

    Returns the time it is, the limit that is reached, and the tickets where none is.
    """
    keys = _keys(asked)
    async with transaction():
        locks = [int.from_bytes(key[:8], signed=True) for key in sorted(keys)]
        await fetch("SELECT pg_advisory_xact_lock(key) FROM unnest($1::bigint[]) key", locks)
        now = clock.now()  # only now: what others asked while this one waited is not later
        limit = await _limit_reached(asked, policy, now, await _pending(keys, now))
        if limit is not None:
            await _note(asked, LookupOutcome.LIMITED, now)
            return now, limit, []
        rows = await fetch(
            """INSERT INTO rate_count (created_at, updated_at, kind, key_hash, at)
            SELECT $1, $1, $2, key, $1 FROM unnest($3::bytea[]) AS key RETURNING id""",
            now,
            PENDING,
            keys,
        )
        return now, None, [row["id"] for row in rows]


async def _pending(keys: list[bytes], now: datetime) -> list[int]:
    """Return how many questions of the user, the school and about the TRN are under way."""
    rows = await fetch(
        """SELECT key_hash, count(*) AS n FROM rate_count WHERE kind = $1 AND key_hash = ANY($2::bytea[])
            AND at > $3 AND at <= $4 GROUP BY 1""",
        PENDING,
        keys,
        now - LONGEST_LOOKUP,
        now,
    )
    found = {bytes(row["key_hash"]): int(row["n"]) for row in rows}
    return [found.get(key, 0) for key in keys]


async def _limit_reached(asked: LookUp, policy: Policy, now: datetime, pending: list[int]) -> Limit | None:
    user, school, trn = pending
    left = (
        policy.failed_lookups_per_user_hour - user,
        policy.failed_lookups_per_school_day - school,
        policy.failed_lookups_per_trn_day - trn,
        policy.lookups_per_user_hour - user,
        policy.lookups_per_school_hour - school,
    )
    if min(left) < 1:
        return Limit(now + LONGEST_LOOKUP, "user")
    by_user, by_school, by_trn, *every = left
    failures = (by_user, by_school, by_trn)
    row = await fetch_one(LIMITS, asked.user_id, asked.school_id, asked.trn, now, *failures, list(FAILED), *every)
    return Limit(row["until"], row["whose"]) if row else None


async def limit_reached(school_id: SchoolId, trn: TRN, policy: Policy) -> Limit | None:
    """Return the limit of a school or a TRN that keeps everybody there from asking longest; None for none (IDN-05)."""
    nobody = LookUp(trn, IdentityMatch.DATE_OF_BIRTH, Role.ECT, school_id, UserId(0))
    return await _limit_reached(nobody, policy, clock.now(), [0, 0, 0])


def _keys(asked: LookUp) -> list[bytes]:
    """Return keyed hashes of what is counted: user, school, TRN."""
    counted = (f"user {asked.user_id}", f"school {asked.school_id}", f"trn {asked.trn}")
    return [hmac.digest(settings().secret(), f"lookup {key}".encode(), hashlib.sha256) for key in counted]


async def _finish(asked: LookUp, outcome: Outcome, begun: datetime) -> Answer:
    match outcome:
        case Matched(record):
            await _note(asked, LookupOutcome.MATCHED, begun)
            return Found(record)
        case SecondFactDiffers():
            missed = LookupOutcome(f"{asked.second_fact.value}_mismatch")
        case NotFound() | Deactivated() | Merged():
            missed = LookupOutcome.TRN_NOT_FOUND
        case Unavailable():
            await _note(asked, LookupOutcome.UNAVAILABLE, begun)
            return TryLater(outcome.retry_after)
        case _:
            assert_never(outcome)
    await _note(asked, missed, begun)
    return Missed(missed)


async def _note(asked: LookUp, outcome: LookupOutcome, at: datetime) -> None:
    METERS.note("look_ups_total", "outcome", outcome.value)
    refused = outcome is not LookupOutcome.MATCHED
    await fetch(
        """INSERT INTO lookup_attempt (created_at, updated_at, user_id, school_id, role, at, outcome, trn)
        VALUES ($1, $1, $2, $3, $4, $1, $5, $6)""",
        at,
        asked.user_id,
        asked.school_id,
        asked.role.value,
        outcome.value,
        asked.trn if refused else None,
    )
