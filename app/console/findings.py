"""What a check of the explainer finds, and what is shown of it (ADM-4.2)."""

from __future__ import annotations

from dataclasses import dataclass

from app.terms import Word


class Verdict(Word):
    """What became of one check (ADM-4.2)."""

    PASSED = "passed", "Passed"
    STOPS = "stops", "Stops here"
    WOULD_STOP = "would_stop", "Would stop"
    NOT_CHECKED = "not_checked", "Not checked"
    NOTE = "note", "Never a stop"


@dataclass(frozen=True)
class Check:
    """One check: what it found, which page the school gets where it stops, and what helps."""

    number: int
    name: str
    verdict: Verdict
    found: str
    page: str = ""
    """The heading of the page that the school gets; NAME stands for the person's."""
    to_do: str = ""


@dataclass(frozen=True)
class Stop:
    """Why a check stops: what staff read, the heading of the page that the school gets, and what helps."""

    found: str
    page: str
    to_do: str


@dataclass(frozen=True)
class Passed:
    """A check that lets the school go on, with what it saw."""

    found: str = "Nothing is in the way"


@dataclass(frozen=True)
class Skipped:
    """A check that could not be made, and why."""

    why: str


@dataclass(frozen=True)
class Note:
    """Something worth knowing that never stops anybody."""

    found: str


Finding = Stop | Passed | Skipped | Note
