"""The end of drafts that nobody finished, and who is to be told of it (DRF-09, DRF-14, M-30, M-32)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from app import clock
from app.clock import LONDON
from app.db.engine import fetch
from app.db.transaction import transaction
from app.drafts.events import RegistrationDraftExpired
from app.events.record import About, record
from app.terms import SYSTEM, DraftKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from uuid import UUID

    from app.policy import Policy

OPEN = "state IN ('open', 'blocked')"
ERASED = """answers = '{}', answer_versions = '{}', trs_snapshot = NULL, trn = NULL, seen = NULL, lookup_step = NULL,
    next_question = NULL, tell_when_open_user_id = NULL"""
WAITING_DAYS = timedelta(days=30)


@dataclass(frozen=True)
class Shut:
    """Days, both included, in which registering is closed (PRM-04)."""

    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class Unfinished:
    """A draft whose end is near, or that waits for registration to open."""

    id: UUID
    kind: DraftKind
    journey: str
    school_id: int
    last_saved_by_user_id: int
    last_saved_at: datetime
    expires_at: datetime
    answers: Mapping[str, Mapping[str, str]]
    first_name: str | None
    last_name: str | None
    tell_when_open_user_id: int | None = None

    @property
    def name(self) -> str:
        """Return the name of the person it is about."""
        return f"{self.first_name} {self.last_name}"


def kept_until(last_saved_at: datetime, expires_at: datetime, closures: Iterable[Shut]) -> datetime:
    """Return when a draft really expires: time inside a closed window is not counted (DRF-09)."""
    until = expires_at
    for shut in sorted(closures, key=lambda shut: shut.starts_on):
        first = max(_midnight(shut.starts_on), last_saved_at)
        after = _midnight(shut.ends_on + timedelta(days=1))
        if first < until and first < after:
            until += after - first
    return until


async def closures() -> tuple[Shut, ...]:
    """Return every closed window, past and to come."""
    rows = await fetch("SELECT starts_on, ends_on FROM registration_closure ORDER BY starts_on")
    return tuple(Shut(**dict(row)) for row in rows)


def closures_in(found: str) -> tuple[Shut, ...]:
    """Return the closed windows of a JSON list of their rows."""
    return tuple(
        Shut(date.fromisoformat(row["starts_on"]), date.fromisoformat(row["ends_on"])) for row in json.loads(found)
    )


async def expire_drafts() -> int:
    """End every draft whose time is over and erase what was typed; returns how many (DRF-09, DRF-14)."""
    shut = await closures()
    over = [draft for draft in await _ending_by(clock.now()) if _until(draft, shut) <= clock.now()]
    return sum([await _expire(draft) for draft in over])


async def expiring_soon(policy: Policy) -> list[tuple[Unfinished, datetime]]:
    """Return matched registration drafts to warn of and when each expires, but none warned since it was saved."""
    now, shut = clock.now(), await closures()
    horizon = now + timedelta(days=policy.draft_warning_days)
    found = await _ending_by(
        horizon, "AND state = 'open' AND kind <> 'change' AND identity_match IS NOT NULL AND warned_at IS NULL"
    )
    dated = [(draft, _until(draft, shut)) for draft in found]
    return [(draft, until) for draft, until in dated if now < until <= horizon]


async def note_warned(draft: UUID) -> None:
    """Note that the owner of a draft has been warned."""
    await fetch("UPDATE draft SET warned_at = $2, updated_at = $2 WHERE id = $1", draft, clock.now())


async def waiting() -> list[Unfinished]:
    """Return the open drafts of people who asked to be told when registration opens (CP-05)."""
    rows = await fetch(f"{SELECT} WHERE state = 'open' AND tell_when_open_user_id IS NOT NULL ORDER BY created_at, id")
    return [_unfinished(row) for row in rows]


async def keep_since_opened(draft: UUID, opened: datetime) -> None:
    """Keep a draft 30 days from the day on which registration opened; it goes on being one that waited (DRF-09)."""
    await fetch(
        """UPDATE draft SET expires_at = greatest(expires_at, $2), updated_at = $3
        WHERE id = $1 AND state = 'open'""",
        draft,
        opened + WAITING_DAYS,
        clock.now(),
    )


SELECT = """SELECT id, kind, journey, school_id, last_saved_by_user_id, last_saved_at, expires_at, answers,
    trs_snapshot ->> 'first_name' AS first_name, trs_snapshot ->> 'last_name' AS last_name, tell_when_open_user_id
    FROM draft"""


async def _ending_by(moment: datetime, further: str = "") -> list[Unfinished]:
    rows = await fetch(f"{SELECT} WHERE {OPEN} AND expires_at <= $1 {further} ORDER BY expires_at, id", moment)
    return [_unfinished(row) for row in rows]


def _until(draft: Unfinished, shut: Iterable[Shut]) -> datetime:
    return kept_until(draft.last_saved_at, draft.expires_at, shut)


def _unfinished(row: Mapping[str, Any]) -> Unfinished:
    values = dict(row)
    return Unfinished(**{**values, "kind": DraftKind(values["kind"]), "answers": json.loads(values["answers"])})


async def _expire(draft: Unfinished) -> bool:
    """Expire one draft, unless somebody saved it since it was found."""
    now = clock.now()
    async with transaction():
        rows = await fetch(
            f"""UPDATE draft SET state = 'expired', ended_at = $2, updated_at = $2, {ERASED}
            WHERE id = $1 AND {OPEN} AND expires_at = $3 RETURNING id""",  # noqa: S608 - constants
            draft.id,
            now,
            draft.expires_at,
        )
        if rows and draft.kind is not DraftKind.CHANGE:
            record(RegistrationDraftExpired(About(school_id=draft.school_id), draft.kind.value), SYSTEM)
    return bool(rows)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON)
