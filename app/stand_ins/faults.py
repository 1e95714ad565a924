"""Faults a stand-in can be told to have, and which of them meets a request (EXT-6.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pydantic import Field, model_validator

from app.stand_ins.files import Part, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMON = (
    "rate_limited",
    "server_error",
    "bad_gateway_html",
    "unavailable",
    "truncated_json",
    "html_200",
    "drop_connection",
    "lose_answer",
    "drip",
    "unauthorised",
    "forbidden",
)
_NEEDS_SECTION = ("missing_section", "null_section")


class Match(Part):
    """What a request has to have; whatever is absent matches every request."""

    operation: Text | None = None
    trn: Text | None = None
    sub: Text | None = None
    email: Text | None = None
    path: Text | None = None

    def fits(self, facts: Mapping[str, frozenset[str]]) -> bool:
        """Tell whether a request with these facts is meant."""
        wanted = self.model_dump(exclude_none=True)
        return all(value in facts.get(name, frozenset()) for name, value in wanted.items())


class Fault(Part):
    """One fault: whom it meets, how often, and what happens."""

    match: Match = Match()
    times: int | None = Field(None, ge=1)
    delay_ms: int = Field(0, ge=0, le=120_000)
    answer: Text | None = None
    retry_after: int | None = Field(None, ge=0)
    section: Text | None = None
    status: int | None = Field(None, ge=500, le=599)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.answer in _NEEDS_SECTION and self.section is None:
            raise ValueError(f"{self.answer} needs a section")
        return self


class Faults:
    """The faults in force, first match wins, each used as often as its `times` allows."""

    def __init__(self, faults: list[Fault]) -> None:
        self._faults = [(fault, fault.times) for fault in faults]

    def listed(self) -> list[dict[str, object]]:
        """Return the faults as they were given, without those used up."""
        return [fault.model_dump(exclude_none=True, exclude_defaults=True) for fault, left in self._faults if left != 0]

    def meet(self, facts: Mapping[str, frozenset[str]]) -> Fault | None:
        """Return the fault that a request with these facts meets, using it once."""
        for number, (fault, left) in enumerate(self._faults):
            if left != 0 and fault.match.fits(facts):
                self._faults[number] = (fault, left - 1 if left else left)
                return fault
        return None
