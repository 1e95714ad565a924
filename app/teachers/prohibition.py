"""Whether an alert on a teaching record stops a registration (EXT-2.14, IDN-08)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from uuid import UUID

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Alert:
    """One alert: its category and the end date exactly as the record has it."""

    category_id: UUID
    end_date: str | None = None


def active_prohibition(alerts: Iterable[Alert], today: date, categories: Collection[UUID]) -> bool:
    """Tell whether any alert is a prohibition that is not over (EXT-2.14).

    Only a readable end date (`YYYY-MM-DD`) of today or earlier ends one; anything else keeps it active.
    """
    return any(alert.category_id in categories and not _is_over(alert.end_date, today) for alert in alerts)


def _is_over(end_date: str | None, today: date) -> bool:
    ended_on = _read(end_date or "")
    return ended_on is not None and ended_on <= today


def _read(text: str) -> date | None:
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
