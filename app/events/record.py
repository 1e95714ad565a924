"""Events: collected while an operation runs, written as the last act before COMMIT (SEC-33)."""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from app import clock, logs
from app.db.engine import fetch_one
from app.db.transaction import Chained, current_unit
from app.meters import METERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.terms import Actor

CHAIN_LOCK = 7_203_412
"""Whoever writes events holds it from then until COMMIT: `write_events` in the database takes it."""
GENESIS = bytes(32)
SUBJECTS = (
    "school_id",
    "teacher_id",
    "ect_at_school_period_id",
    "mentor_at_school_period_id",
    "training_period_id",
    "mentorship_period_id",
    "school_partnership_id",
    "lead_provider_id",
    "delivery_partner_id",
    "appropriate_body_id",
)


@dataclass(frozen=True, kw_only=True)
class About:
    """The internal ids that an event is about."""

    school_id: int | None = None
    teacher_id: int | None = None
    ect_at_school_period_id: int | None = None
    mentor_at_school_period_id: int | None = None
    training_period_id: int | None = None
    mentorship_period_id: int | None = None
    school_partnership_id: int | None = None
    lead_provider_id: int | None = None
    delivery_partner_id: int | None = None
    appropriate_body_id: int | None = None


@dataclass(frozen=True)
class Event:
    """One thing that happened. A subclass names its kind and carries its sentence (EVT-01, EVT-06)."""

    kind: ClassVar[str] = ""
    about: About

    def sentence(self) -> str:
        """Return what happened, for the reader of a history."""
        raise TypeError(f"{type(self).__name__} has no sentence")

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return field -> (old, new)."""
        return {}

    def beside(self) -> tuple[str, ...]:
        """Return what else follows, a sentence each: for staff who check it before it is done (ADM-1.3)."""
        return ()

    def metadata(self) -> dict[str, Any]:
        """Return what else is kept: every field of the subclass, unless it says otherwise."""
        return {item.name: getattr(self, item.name) for item in fields(self) if item.name != "about"}


KINDS: dict[str, type[Event]] = {}
ABOUT_ACCESS = ("app.access.", "app.events.catalogue")
"""Where the kinds of events come from that stand in the log of security too (OPS-2)."""


def catalogued(event: type[Event]) -> type[Event]:
    """Enter a kind of event in the catalogue; a kind outside it can't be recorded (EVT-06)."""
    if not event.kind or event.kind in KINDS:
        raise TypeError(f"{event.__name__}: its kind is missing or taken")
    KINDS[event.kind] = event
    return event


_because: ContextVar[Mapping[str, str]] = ContextVar("because", default={})  # noqa: B039 - never changed


@contextmanager
def because(note: str, ticket: str, form: str = "") -> Iterator[None]:
    """Keep the note or ticket of staff with every event that the body records, and the form it is of (ADM-1.2)."""
    token = _because.set({"note": note, "ticket": ticket, **({"form": form} if form else {})})
    try:
        yield
    finally:
        _because.reset(token)


def record(event: Event, actor: Actor) -> None:
    """Collect an event of the transaction in force; raises LookupError for a kind outside the catalogue."""
    if KINDS.get(event.kind) is not type(event):
        raise LookupError(f"{event.kind} is not in the catalogue of events")
    unit = current_unit()
    unit.as_events = written
    unit.collected.append((event, actor, clock.now(), clock.today(), _because.get()))


def written(collected: list[Any]) -> list[Chained]:
    """Return what was collected as the database writes it to the end of the chain."""
    rows = [row_of(0, event, actor, at, day, reason) for event, actor, at, day, reason in collected]
    if rows:
        current_unit().after_commit.append(partial(_count, [row["kind"] for row in rows]))
    return [halves(row) for row in rows]


def _count(kinds: list[str]) -> None:
    for kind in kinds:
        METERS.note("events_total", "kind", kind)
    logs.log_change_of_rights(kind for kind in kinds if KINDS[kind].__module__.startswith(ABOUT_ACCESS))


async def head() -> tuple[int, bytes]:
    """Return the number and hash of the newest event; (0, zeros) for an empty chain."""
    row = await fetch_one("SELECT id, hash FROM event ORDER BY id DESC LIMIT 1")
    return (row["id"], row["hash"]) if row else (0, GENESIS)


def hash_of(previous: bytes, row: Mapping[str, Any]) -> bytes:
    """Return SHA-256 of the previous hash and the event's canonical JSON."""
    body = {name: value for name, value in row.items() if name not in {"prev_hash", "hash"}}
    return hashlib.sha256(previous + canonical(body).encode()).digest()


def halves(row: Mapping[str, Any]) -> Chained:
    """Return the canonical JSON of an event but for its number, which only the end of the chain decides."""
    before = canonical({name: value for name, value in row.items() if name < "id"})
    after = canonical({name: value for name, value in row.items() if name > "id"})
    return Chained(f'{before[:-1]},"id":', f",{after[1:]}")


def canonical(value: Any) -> str:
    """Return JSON with sorted keys, no spaces and ISO dates in UTC."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return str(value)


def row_of(  # noqa: PLR0917 - what an event consists of
    number: int, event: Event, actor: Actor, at: datetime, day: date, reason: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the columns of an event but for its place in the chain."""
    return {
        "id": number,
        "kind": event.kind,
        "recorded_at": at,
        "business_date": day,
        "actor_kind": actor.kind.value,
        "actor_name": actor.name or None,
        "actor_email": actor.email or None,
        "actor_id": actor.user_id,
        **{name: getattr(event.about, name) for name in SUBJECTS},
        "sentence": event.sentence(),
        "changes": json.loads(
            canonical({name: {"old": old, "new": new} for name, (old, new) in event.changes().items()})
        ),
        "metadata": json.loads(canonical({**(reason or {}), **event.metadata(), **_acting_for(actor)})),
    }


def _acting_for(actor: Actor) -> dict[str, Any]:
    return {} if actor.school_id is None else {"actor_school_id": actor.school_id}
