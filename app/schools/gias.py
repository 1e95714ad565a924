"""The port to the national schools register: one day's files, or why there are none (EXT-4.1)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from app.terms import FailureCause

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True)
class Files:
    """The files of one day in the caller's folder; links is None where they lie in one archive with the rest."""

    establishments: tuple[Path, ...]
    links: Path | None
    source_name: str


@dataclass(frozen=True)
class NotYet:
    """There are no files for the day, nor for the three days before it."""


@dataclass(frozen=True)
class Refused:
    """The register does not give its files: credentials, or a fault it names."""

    reason: str

    @property
    def cause(self) -> FailureCause:
        """Return what it counts as: somebody has to set something right (EXT-1.2)."""
        return FailureCause.MISCONFIGURED


@dataclass(frozen=True)
class Unavailable:
    """No answer that can be used came."""

    cause: FailureCause


FetchOutcome: TypeAlias = Files | NotYet | Refused | Unavailable


class SchoolRegisterSource(Protocol):
    """Where the daily files come from. A source never judges rows."""

    async def fetch(self, day: date, folder: Path) -> FetchOutcome:
        """Get the files of a day into a folder that the caller deletes."""
        ...

    async def close(self) -> None:
        """Close the pooled connections."""
        ...
