"""What staff tell everybody who uses the service: the banner, and the maintenance page (ADM-10.1, OPS-11)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING, Any

from app.access.service_settings import stored_settings
from app.db.engine import DatabaseUnavailable
from app.terms import Word

if TYPE_CHECKING:
    from collections.abc import Mapping

BANNER, MAINTENANCE = "service_banner", "maintenance"
"""Keys of the settings that hold them."""
KEPT_FOR = 30.0
"""Seconds for which a process does not ask again on behalf of those it reads nothing else for (ADM-10.2)."""


class Audience(Word):
    """Who sees the banner."""

    EVERYBODY = "everybody", "Everybody, signed in or not"
    SCHOOLS = "schools", "School users"
    STAFF = "staff", "Support staff"


class Level(Word):
    """How important it is."""

    INFORMATION = "information", "Information"
    IMPORTANT = "important", "Important"


@dataclass(frozen=True)
class Banner:
    """What pages say above everything else, from when to when; `link` is an address or empty."""

    text: str
    link: str
    level: Level
    audience: Audience
    starts_at: datetime
    ends_at: datetime | None

    def is_shown(self, to: str, now: datetime) -> bool:
        """Tell whether somebody sees it now; `to` is `school`, `staff`, or empty for visitors."""
        wanted = {Audience.SCHOOLS: "school", Audience.STAFF: "staff"}.get(self.audience, to)
        return to == wanted and self.starts_at <= now and (self.ends_at is None or now < self.ends_at)


@dataclass(frozen=True)
class Notices:
    """Both, as they stand."""

    banner: Banner | None = None
    maintenance: str = ""
    """What the maintenance page says; empty while it is off."""

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Notices:
        """Read them from the settings stored."""
        banner, maintenance = settings.get(BANNER), settings.get(MAINTENANCE)
        return cls(_banner(banner) if banner else None, str(maintenance or ""))


def _banner(stored: Mapping[str, Any]) -> Banner:
    return Banner(
        text=stored["text"],
        link=stored["link"],
        level=Level(stored["level"]),
        audience=Audience(stored["audience"]),
        starts_at=datetime.fromisoformat(stored["starts_at"]),
        ends_at=datetime.fromisoformat(stored["ends_at"]) if stored["ends_at"] else None,
    )


class Board:
    """The notices for visitors and programs, read at most once in `KEPT_FOR` seconds by each process."""

    def __init__(self) -> None:
        self.read_at = float("-inf")
        self.notices = Notices()

    async def now(self) -> Notices:
        """Return the notices; those last read while the database does not answer."""
        if monotonic() - self.read_at >= KEPT_FOR:
            self.read_at = monotonic()
            with suppress(DatabaseUnavailable):
                self.notices = Notices.from_settings(await stored_settings())
        return self.notices

    def forget(self) -> None:
        """Read them again when they are next asked for."""
        self.read_at = float("-inf")


BOARD = Board()
