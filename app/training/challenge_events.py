"""Events of a school that checks, challenges or accepts a partnership (EVT-03)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.events.record import Event, catalogued
from app.terms import ChallengeReason
from app.training.periods import academic_year

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.terms import Year


@dataclass(frozen=True)
class _PartnershipEvent(Event):
    lead_provider: str
    delivery_partner: str
    year: Year

    @property
    def partnership(self) -> str:
        """The partnership in words."""
        return f"Partnership with {self.lead_provider} and {self.delivery_partner} for {academic_year(self.year)}"


@catalogued
@dataclass(frozen=True)
class SchoolPartnershipChecked(_PartnershipEvent):
    """Somebody at the school looked at a reported partnership and found it right (PT-02, TD-13)."""

    kind = "school_partnership_checked"

    def sentence(self) -> str:
        """Say what was found right."""
        return f"{self.partnership} checked: it is right"


@catalogued
@dataclass(frozen=True)
class SchoolPartnershipChallenged(_PartnershipEvent):
    """The school said that a partnership is wrong (CHL-03)."""

    kind = "school_partnership_challenged"
    reason: ChallengeReason

    def sentence(self) -> str:
        """Say what is wrong, and why."""
        return f"{self.partnership} reported as wrong: {self.reason.words}"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the reason."""
        return {"challenge_reason": (None, self.reason.value)}


@catalogued
@dataclass(frozen=True)
class SchoolPartnershipChallengeUndone(_PartnershipEvent):
    """The school took its challenge back (CHL-04)."""

    kind = "school_partnership_challenge_undone"
    reason: ChallengeReason

    def sentence(self) -> str:
        """Say what counts again."""
        return f"{self.partnership} is right after all"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the reason that no longer holds."""
        return {"challenge_reason": (self.reason.value, None)}
