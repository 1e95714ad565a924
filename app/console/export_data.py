"""Noting that staff took data about people along in a file (ADM-12.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.console.events import StaffExported
from app.db.transaction import transaction
from app.events.record import About, record

if TYPE_CHECKING:
    from app.console.reasons import Reason
    from app.terms import Actor


@dataclass(frozen=True)
class ExportData:
    """What is taken along, how many rows of it, why, and whom it is about."""

    what: str
    rows: int
    reason: Reason
    about: About


async def export_data(command: ExportData, actor: Actor) -> None:
    """Record that a file with data about people was made (ADM-12.3)."""
    async with transaction():
        reason = command.reason
        record(StaffExported(command.about, command.what, command.rows, reason.note, reason.ticket), actor)
