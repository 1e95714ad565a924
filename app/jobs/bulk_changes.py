"""Going on with changes of support to many people, where a request or a process stopped (ADM-6.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.console.bulk_work import Outside, go_on

if TYPE_CHECKING:
    from app.teachers.trs import TeachingRecords


@dataclass(frozen=True)
class BulkChanges:
    """The job: whom it asks about teaching records, if there is anybody to ask."""

    trs: TeachingRecords | None

    async def run(self) -> int:
        """Check and apply everybody who waits; returns how many."""
        return await go_on(Outside(self.trs))
