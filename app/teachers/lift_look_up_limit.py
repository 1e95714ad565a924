"""Letting a school, a user or anybody about a TRN look people up again before a limit ends by itself (FIX-23)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from app import clock
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.record import About, Event, catalogued, record

if TYPE_CHECKING:
    from app.terms import Actor

Counter = Literal["user", "school", "trn"]
COLUMNS: dict[Counter, str] = {"user": "user_id", "school": "school_id", "trn": "trn"}
COUNTED_FOR = "24 hours"
"""No limit looks further back (IDN-05)."""


@catalogued
@dataclass(frozen=True)
class LookUpLimitLifted(Event):
    """What a school, a user or a TRN was looked up counts no longer towards a limit (FIX-23)."""

    kind = "lookup_limit_lifted"
    counter: str
    whose: str
    attempts: int

    def sentence(self) -> str:
        """Say whose limit, and how many attempts no longer count."""
        return f"Look-up limit lifted for {self.whose} ({self.attempts} attempts count no longer)"


@dataclass(frozen=True)
class LiftLookUpLimit:
    """Which counter of which user, school or TRN, by internal id or number; whose: the same in words."""

    counter: Counter
    of: int | str
    whose: str
    about: About


async def lift_look_up_limit(command: LiftLookUpLimit, actor: Actor) -> int:
    """Reset a counter: its attempts stay on record and count no longer; returns how many there were (FIX-23)."""
    async with transaction():
        rows = await fetch(
            f"""UPDATE lookup_attempt SET lifted = coalesce(lifted, '{{}}') || $2::text, updated_at = $3
            WHERE {COLUMNS[command.counter]} = $1 AND at > $3::timestamptz - interval '{COUNTED_FOR}' AND at <= $3
                AND outcome <> 'limited' AND NOT coalesce($2 = ANY(lifted), false) RETURNING id""",  # noqa: S608 - constants
            command.of,
            command.counter,
            clock.now(),
        )
        if rows:
            record(LookUpLimitLifted(command.about, command.counter, command.whose, len(rows)), actor)
        return len(rows)
