"""What the form and the check page of a fix are given (ADM-1.3, ADM-1.4, ADM-1.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.console.apply_fix import Effect
    from app.console.reasons import Reason
    from app.console.timeline import Happening
    from app.web.console.done import Notification
    from app.web.console.fixes import Field


@dataclass(frozen=True)
class FixPage:
    """The form of a fix."""

    title: str
    template: str
    name: str
    back: str
    values: Mapping[str, str]
    errors: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]]
    not_possible: str = ""
    instead: tuple[str, str] | None = None
    """Address and title of what helps where it is not possible."""
    fields: tuple[Field, ...] = ()
    changed: tuple[Happening, ...] = ()
    """What others changed since the form was opened (ADM-1.4)."""
    in_the_way: str = ""
    """Id of the record that a rule does not let it pass by (ADM-1.5)."""
    conflicts: tuple[tuple[str, str], ...] = ()
    """Everything that does not go together, each with the id of a record that it is about."""
    notification: Notification | None = None


@dataclass(frozen=True)
class FixCheckPage:
    """Everything that the fix changes, with every email that would go out (ADM-1.3)."""

    doing: str
    """What is put right; a template knows the title of its page as `title`."""
    name: str
    fields: Mapping[str, str]
    effect: Effect
    reason: Reason
    may_hold: bool = True
    many: tuple[str, ...] = ()
    """Fields that have several values, one a line."""
    notes: tuple[str, ...] = ()
    entered: tuple[tuple[str, str], ...] = ()
    """What each question of the form was answered."""
