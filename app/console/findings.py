"""What a check of the explainer finds, and what is shown of it (ADM-4.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from app.terms import Word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

F = TypeVar("F")


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


def run_checks(checks: Mapping[str, Callable[[F], Finding]], facts: F) -> tuple[Check, ...]:
    """Run checks in their order; the first stop counts, later ones would stop as well (ADM-4.2)."""
    return tuple(_numbered(checks, facts))


def headline(checks: tuple[Check, ...]) -> Check | None:
    """Return the check that stops; None when nothing does (ADM-4.2)."""
    return next((check for check in checks if check.verdict is Verdict.STOPS), None)


def _numbered(checks: Mapping[str, Callable[[F], Finding]], facts: F) -> Iterator[Check]:
    stopped = False
    for number, (name, check) in enumerate(checks.items(), 1):
        match check(facts):
            case Stop(found, page, to_do):
                verdict = Verdict.WOULD_STOP if stopped else Verdict.STOPS
                yield Check(number, name, verdict, found, page, to_do)
                stopped = True
            case Passed(found):
                yield Check(number, name, Verdict.PASSED, found)
            case Skipped(why):
                yield Check(number, name, Verdict.NOT_CHECKED, why)
            case Note(found):
                yield Check(number, name, Verdict.NOTE, found)
