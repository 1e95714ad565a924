"""Note that a school downloaded a list of its people (EX-03)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.db.transaction import transaction
from app.events.record import About, Event, catalogued, record

if TYPE_CHECKING:
    from datetime import date

    from app.terms import Actor, SchoolId


@catalogued
@dataclass(frozen=True)
class SchoolRecordsExported(Event):
    """A list was downloaded; what was searched for is not kept, because people type what must not be (LS-03)."""

    kind = "school_records_exported"
    of: str
    tab: str
    filter: str
    sort: str
    searched: bool
    rows: int

    def sentence(self) -> str:
        """Say which list, and how many rows."""
        return f"List of {self.of} downloaded: {self.rows} row{'' if self.rows == 1 else 's'}"


@dataclass(frozen=True)
class ExportRecords:
    """Which list was downloaded by a school, how it was narrowed, and how many rows it had."""

    school_id: SchoolId
    of: str
    tab: str
    filter: str
    sort: str
    searched: bool
    rows: int


async def export_records(command: ExportRecords, actor: Actor, _today: date) -> None:
    """Record one download; nothing else is written (EX-03, ACC-15.2)."""
    async with transaction():
        record(
            SchoolRecordsExported(
                About(school_id=command.school_id),
                command.of,
                command.tab,
                command.filter,
                command.sort,
                command.searched,
                command.rows,
            ),
            actor,
        )
