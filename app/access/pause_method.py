"""Pause a sign-in method, and let people sign in that way again (ACC-2.5, ADM-10.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.access.methods import PAUSED, paused_methods
from app.access.service_settings import store_setting, stored_settings
from app.access.setting_events import SignInMethodPaused, SignInMethodResumed
from app.access.sign_in import METHODS, offered
from app.db.transaction import transaction
from app.events.record import About, record
from app.settings import settings
from app.terms import Refused

if TYPE_CHECKING:
    from app.terms import Actor


@dataclass(frozen=True)
class PauseMethod:
    """Which method, and what the sign-in page says about it."""

    method: str
    message: str


async def pause_method(command: PauseMethod, actor: Actor) -> bool:
    """Pause it, or say something else; returns whether anything changed.

    Raises Refused for the last way in that staff have: nobody could undo it here.
    """
    async with transaction():
        await stored_settings(lock=True)
        paused = dict(await paused_methods())
        if paused.get(command.method) == command.message:
            return False
        paused[command.method] = command.message
        (method,) = (one for one in METHODS if one.id == command.method)
        if method.audience == "staff" and not offered("staff", settings().methods, paused):
            raise Refused("last_way_in", "message", "Staff could not sign in any more. Resume their other way in first")
        await store_setting(PAUSED, paused)
        record(SignInMethodPaused(About(), command.method, command.message), actor)
        return True


async def resume_method(method: str, actor: Actor) -> bool:
    """Let people use it again; returns whether it was paused."""
    async with transaction():
        await stored_settings(lock=True)
        paused = dict(await paused_methods())
        if paused.pop(method, None) is None:
            return False
        await store_setting(PAUSED, paused or None)
        record(SignInMethodResumed(About(), method), actor)
        return True
