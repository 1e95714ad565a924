"""Events of settings, notices and paused sign-in methods (ADM-16.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from app.events.record import Event, catalogued


@catalogued
@dataclass(frozen=True)
class SettingChanged(Event):
    """A setting has another value; `old` and `new` are as they are stored, the default in words."""

    kind: ClassVar[str] = "setting_changed"
    key: str
    old: Any
    new: Any

    def sentence(self) -> str:
        """Return what happened."""
        return f"Setting {self.key} changed"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the value before and after."""
        return {self.key: (self.old, self.new)}

    def metadata(self) -> dict[str, Any]:
        """Return which setting."""
        return {"key": self.key}


@dataclass(frozen=True)
class NoticeEvent(Event):
    """Something that every page says; `notice` is banner or maintenance."""

    notice: str
    text: str


@catalogued
@dataclass(frozen=True)
class ServiceNoticePublished(NoticeEvent):
    """Pages say something, or schools are shown the maintenance page."""

    kind: ClassVar[str] = "service_notice_published"
    more: Mapping[str, str | None]

    def sentence(self) -> str:
        """Return what happened."""
        return f"{'Maintenance page on' if self.notice == 'maintenance' else 'Service banner published'}: {self.text}"


@catalogued
@dataclass(frozen=True)
class ServiceNoticeEnded(NoticeEvent):
    """They say it no longer."""

    kind: ClassVar[str] = "service_notice_ended"

    def sentence(self) -> str:
        """Return what happened."""
        return "Maintenance page off" if self.notice == "maintenance" else "Service banner taken away"


@catalogued
@dataclass(frozen=True)
class SignInMethodPaused(Event):
    """Nobody can sign in that way for now."""

    kind: ClassVar[str] = "sign_in_method_paused"
    method: str
    message: str

    def sentence(self) -> str:
        """Return what happened."""
        return f"Sign-in method {self.method} paused: {self.message}"


@catalogued
@dataclass(frozen=True)
class SignInMethodResumed(Event):
    """One can sign in that way again."""

    kind: ClassVar[str] = "sign_in_method_resumed"
    method: str

    def sentence(self) -> str:
        """Return what happened."""
        return f"Sign-in method {self.method} resumed"
