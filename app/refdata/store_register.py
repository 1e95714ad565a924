"""Storing what the register changes, some hundred schools in a transaction, with their events (REF-2.11, REF-3.1)."""

from __future__ import annotations

from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app import clock
from app.db.transaction import transaction
from app.events.record import About, record
from app.provider_records.postponed import postponed
from app.refdata.apply_register import differences, parts
from app.refdata.establishments import COLUMNS
from app.refdata.events import SchoolDetailsChanged
from app.refdata.odd_values import hold_odd_values
from app.refdata.staging import LISTED, long
from app.refdata.succession_facts import looked_at_when_stored
from app.schools.note_levels import changed_levels, note_levels
from app.schools.register_events import SchoolClosed, SchoolOpened
from app.schools.rules import CLOSED

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from app.refdata.apply_register import RegisterChanges
    from app.terms import Actor

MOST = 200
"""So many schools are stored in one transaction: nobody waits long for one of them, or to write an event."""


class _TakeBack(Exception):
    """Takes back what a dry run stored, so that it holds no school."""


@dataclass
class Storing:
    """Stores what was found; stopped between two transactions, the next run finds what is left and goes on.

    is_silent: the new schools are those of a first load, which have the run's event alone. is_dry_run: each
    transaction is taken back, but for the schools that reconciliation looks at. tell: is called with how many schools
    are done, and what share that is (0 to 1).
    """

    changes: RegisterChanges
    actor: Actor
    is_silent: bool
    is_dry_run: bool
    tell: Callable[[int, float], None]
    done: int = 0
    causes: dict[int, str] = field(default_factory=dict)
    """What the register changed of each school, by internal id."""

    async def store(self) -> None:
        """Store new schools, then changed ones, marks of absence and levels that the day changed."""
        looked_at = await looked_at_when_stored(self.changes.today) if self.is_dry_run else []
        await self._new_schools()
        await self._changed_schools()
        await self._marks()
        await self._levels()
        async with transaction():
            await hold_odd_values(self.changes.staged, self.changes.today)
        if looked_at:
            await self._update(looked_at)

    async def _new_schools(self) -> None:
        for first in range(1, self.changes.report.counts["new"] + 1, MOST):
            # A dry run keeps them until its end: nobody else knows them, so nobody waits.
            async with transaction(), postponed():
                rows = await self._insert(first)
                await note_levels(self.changes.today, self.actor, only=[row["id"] for row in rows])
            self._tell(len(rows))

    async def _insert(self, first: int) -> list[Any]:
        given = ", ".join(
            "coalesce(s.section_41_approved, false)" if column == "section_41_approved" else f"s.{column}"
            for column in COLUMNS
        )
        rows = await long(
            f"INSERT INTO school (created_at, updated_at, version, {LISTED}) SELECT $1, $1, 1, {given}"  # noqa: S608
            " FROM school_new n JOIN school_staged s ON s.urn = n.urn"
            " WHERE n.place BETWEEN $2 AND $3 ORDER BY n.place RETURNING id, status_code",
            *(clock.now(), first, first + MOST - 1),
        )
        for row in rows:
            if not self.is_silent and row["status_code"] != CLOSED:
                record(SchoolOpened(About(school_id=row["id"])), self.actor)
        return rows

    async def _changed_schools(self) -> None:
        for some in parts(self.changes.changed, MOST):
            async with self._some():
                await self._change(await self.changes.changed_schools(some, hold=True))
            self._tell(len(some))

    async def _change(self, rows: list[Mapping[str, Any]]) -> None:
        """Store what the register says about schools that are locked, and what they may do thereby, with events."""
        causes = {row["id"]: self._record(row) for row in rows}
        await self._update(list(causes))
        self.causes |= causes
        await note_levels(self.changes.today, self.actor, causes, only=list(causes))

    def _record(self, row: Mapping[str, Any]) -> str:
        """Record what happened to a changed school; returns what changed."""
        changes, about = differences(row, self.changes.columns), About(school_id=row["id"])
        record(SchoolDetailsChanged(about, changes), self.actor)
        was_closed, is_closed = (row[f"{side}_status_code"] == CLOSED for side in ("old", "new"))
        if was_closed and not is_closed:
            record(SchoolOpened(about, reopened=True), self.actor)
        if is_closed and not was_closed:
            record(SchoolClosed(about, row["new_closed_on"]), self.actor)
        return ", ".join(changes)

    async def _update(self, ids: list[int]) -> None:
        sets = ", ".join(f"{column} = c.{column}" for column in self.changes.columns)
        await long(
            f"UPDATE school t SET {sets}, updated_at = $1, version = t.version + 1"  # noqa: S608
            " FROM school_changed c WHERE c.id = t.id AND t.id = ANY($2)",
            *(clock.now(), ids),
        )

    async def _marks(self) -> None:
        """Note the stored schools that a full file no longer has, and those that came back (REF-2.10)."""
        rows = await long("SELECT id FROM school_mark ORDER BY id")
        for some in parts([row["id"] for row in rows], MOST):
            async with self._some():
                await long(
                    "UPDATE school t SET absent_since = CASE WHEN m.absent THEN $1::date END, updated_at = $2"
                    " FROM school_mark m WHERE m.id = t.id AND t.id = ANY($3)",
                    *(self.changes.today, clock.now(), some),
                )
            self._tell(len(some))

    async def _levels(self) -> None:
        """Note what else schools may do, or no longer, since the last run: the day did it, or a setting."""
        changed = await changed_levels(self.changes.today)
        for some in parts([level.school_id for level in changed if level.school_id not in self.causes], MOST):
            async with self._some():
                await note_levels(self.changes.today, self.actor, only=some)

    @asynccontextmanager
    async def _some(self) -> AsyncIterator[None]:
        """Store some schools in a transaction of their own; what lead providers are shown of them comes later."""
        with suppress(_TakeBack):
            async with transaction(), postponed():
                yield
                self._take_back_a_dry_run()

    def _take_back_a_dry_run(self) -> None:
        if self.is_dry_run:
            raise _TakeBack

    def _tell(self, schools: int) -> None:
        counts = self.changes.report.counts
        self.done += schools
        total = sum(counts[name] for name in ("new", "changed", "absent", "back"))
        self.tell(self.done, min(1.0, self.done / total) if total else 1.0)
