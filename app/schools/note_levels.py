"""Noting how far schools may use the service, and telling where that has changed (REF-3.2, ACC-13)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app import clock
from app.db.engine import connection
from app.events.record import About, record
from app.policy import Policy
from app.schools.queries import deciding_columns, facts_of
from app.schools.register_events import SchoolEligibilityChanged
from app.schools.rules import school_access

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from app.terms import Actor

PAGE = 5_000
LONG_SECONDS = 900
UNTIL_NOW = "the day"
FACTS = f"""
    SELECT s.id, s.last_level, {deciding_columns("s", "$2")}
    FROM school s WHERE s.id > $1 AND s.alias_of_school_id IS NULL AND ($3::bigint[] IS NULL OR s.id = ANY($3))
    ORDER BY s.id LIMIT {PAGE}"""  # noqa: S608 - constants


@dataclass(frozen=True)
class Level:
    """What a school may do today, where that is not what was noted last; `was` is None where nothing was."""

    school_id: int
    was: str | None
    now: str


async def note_levels(
    today: date, actor: Actor, causes: Mapping[int, str] | None = None, only: list[int] | None = None
) -> None:
    """Store what schools may do today where it has changed, with an event each; one noted first has none.

    causes: what made it change, by internal id of the school, where it is known; otherwise the day did. only: these
    schools, by internal id.
    """
    await store_levels(await changed_levels(today, only), actor, causes)


async def changed_levels(today: date, only: list[int] | None = None) -> list[Level]:
    """Return where what a school may do today is not what was noted last, by internal id; holds no school."""
    policy, last, changed = await _policy(), 0, list[Level]()
    while rows := await _long(FACTS, last, today, only):
        for row in rows:
            if (level := _level(row, today, policy)) != row["last_level"]:
                changed.append(Level(row["id"], row["last_level"], level))
        last = rows[-1]["id"]
    return changed


async def store_levels(changed: Sequence[Level], actor: Actor, causes: Mapping[int, str] | None = None) -> None:
    """Store what schools may do, with an event each; one noted first has none. Causes are those of `note_levels`."""
    for level in changed:
        if level.was is not None:
            cause = (causes or {}).get(level.school_id, UNTIL_NOW)
            record(SchoolEligibilityChanged(About(school_id=level.school_id), level.was, level.now, cause), actor)
    await _long(
        """UPDATE school s SET last_level = c.level, updated_at = $3
        FROM unnest($1::bigint[], $2::text[]) AS c (id, level) WHERE s.id = c.id""",
        [level.school_id for level in changed],
        [level.now for level in changed],
        clock.now(),
    )


async def _policy() -> Policy:
    rows = await _long("SELECT key, value FROM service_setting")
    return Policy.from_rows({row["key"]: json.loads(row["value"]) for row in rows})


def _level(row: Mapping[str, Any], today: date, policy: Policy) -> str:
    access = school_access(facts_of(row), today, policy)
    return f"{access.level.value}({access.reason.value})" if access.reason else access.level.value


async def _long(statement: str, *args: Any) -> list[Any]:
    async with connection() as conn:
        rows: list[Any] = await conn.fetch(statement, *args, timeout=LONG_SECONDS)
        return rows
