"""Tell everybody something on every page, or show schools and programs the maintenance page (ADM-10.1, OPS-11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.access.notices_in_force import BANNER, BOARD, MAINTENANCE, Audience, Level
from app.access.service_settings import store_setting, stored_settings
from app.access.setting_events import ServiceNoticeEnded, ServiceNoticePublished
from app.db.transaction import transaction
from app.events.record import About, record
from app.terms import Refused

if TYPE_CHECKING:
    from app.terms import Actor


@dataclass(frozen=True)
class PublishBanner:
    """What it says to whom, how important it is, and from when to when."""

    text: str
    link: str
    level: Level
    audience: Audience
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True)
class StartMaintenance:
    """What the maintenance page says."""

    text: str


@dataclass(frozen=True)
class EndNotice:
    """Which of the two ends: `BANNER` or `MAINTENANCE`."""

    key: str


async def publish_banner(command: PublishBanner, actor: Actor) -> None:
    """Put the banner in the place of any other; raises Refused when it would end before it begins."""
    if command.ends_at is not None and command.ends_at <= command.starts_at:
        raise Refused("ends_before_it_starts", "ends_day", "The banner must end after it starts")
    more = {
        "link": command.link,
        "level": command.level.value,
        "audience": command.audience.value,
        "starts_at": command.starts_at.isoformat(),
        "ends_at": command.ends_at.isoformat() if command.ends_at else None,
    }
    await _publish(
        BANNER, {"text": command.text, **more}, ServiceNoticePublished(About(), "banner", command.text, more), actor
    )


async def start_maintenance(command: StartMaintenance, actor: Actor) -> None:
    """Answer schools and programs 503 with these words until it ends."""
    event = ServiceNoticePublished(About(), "maintenance", command.text, {})
    await _publish(MAINTENANCE, command.text, event, actor)


async def _publish(key: str, value: Any, event: ServiceNoticePublished, actor: Actor) -> None:
    async with transaction():
        if (await stored_settings(lock=True)).get(key) == value:
            return
        await store_setting(key, value)
        record(event, actor)
    BOARD.forget()


async def end_notice(command: EndNotice, actor: Actor) -> bool:
    """Take the notice away; returns whether there was one."""
    async with transaction():
        stored = (await stored_settings(lock=True)).get(command.key)
        if not stored:
            return False
        await store_setting(command.key, None)
        notice = "maintenance" if command.key == MAINTENANCE else "banner"
        text = stored if isinstance(stored, str) else stored["text"]
        record(ServiceNoticeEnded(About(), notice, text), actor)
    BOARD.forget()
    return True
