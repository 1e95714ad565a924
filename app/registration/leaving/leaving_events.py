"""Events of a leaving report that is amended or cancelled, and of a registration that is removed (EVT-03)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.events.record import Event, catalogued
from app.registration.events import LastDay
from app.terms import RemovalReason
from app.training.events import day

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


def _regained(restored: tuple[str, ...], not_restored: tuple[str, ...]) -> tuple[str, ...]:
    return (*(f"Goes on: {row}" for row in restored), *(f"Cannot be put back: {row}" for row in not_restored))


@catalogued
@dataclass(frozen=True)
class TeacherLeavingAmended(LastDay):
    """The last day that the school had reported was changed (PER-43)."""

    kind = "teacher_leaving_amended"
    restored: tuple[str, ...] = ()
    not_restored: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Say when the last day is now."""
        return f"{self.name}’s last day changed to {day(self.last_day)}"

    def beside(self) -> tuple[str, ...]:
        """Say what goes on with the stay, and what cannot (PER-43)."""
        return _regained(self.restored, self.not_restored)


@catalogued
@dataclass(frozen=True)
class TeacherLeavingCancelled(Event):
    """The stay has no last day any more, or its former one again (PER-43, PER-51)."""

    kind = "teacher_leaving_cancelled"
    name: str
    former_last_day: date | None
    last_day: date | None = None
    restored: tuple[str, ...] = ()
    not_restored: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Say what holds now."""
        if self.last_day is not None:
            return f"{self.name}’s last day is {day(self.last_day)} again"
        return f"{self.name} is no longer shown as leaving"

    def beside(self) -> tuple[str, ...]:
        """Say what goes on with the stay, and what cannot (PER-43)."""
        return _regained(self.restored, self.not_restored)

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the former last day and the present one."""
        return {"last_day": (self.former_last_day, self.last_day)}


@catalogued
@dataclass(frozen=True)
class TeacherRegistrationRemoved(Event):
    """A registration was removed; every row it cancelled is kept in full (PER-51).

    restored, not_restored: how many stays at other schools regained their dates, and how many support has to look at.
    """

    kind = "teacher_registration_removed"
    name: str
    role: str
    reason: str
    started_on: date
    finished_on: date | None
    rows: tuple[Mapping[str, Any], ...] = ()
    restored: int = 0
    not_restored: int = 0

    def sentence(self) -> str:
        """Say why it was removed."""
        return f"Registration of {self.name} removed: {RemovalReason(self.reason).words}"

    def beside(self) -> tuple[str, ...]:
        """Say how many earlier registrations regain their days, and how many have to be looked at (PER-51)."""
        said = ((self.restored, "regains its days"), (self.not_restored, "cannot be put back whole: look at it"))
        return tuple(f"Earlier registrations at other schools, of which each {what}: {n}" for n, what in said if n)
