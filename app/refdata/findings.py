"""What is wrong or odd in a file, as one line each (REF-1.6)."""

from __future__ import annotations

import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LONGEST_VALUE = 120
WHOLE_ROW = "-"
WHOLE_FILE = 0
DAMAGED_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, struct.error, NotImplementedError)
"""What the library of zip files raises for what it cannot read; the last for a compression that it does not know."""
NO_SUCH_COLUMNS = "the columns are separated by {}: save the file as CSV with commas"
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


class FileUnreadable(Exception):
    """A path given on the command line can't be read at all (exit code 2)."""


def unreadable(name: str, fault: Exception) -> FileUnreadable:
    """Return what is raised when a file can't be read, with the reason in words."""
    damaged = isinstance(fault, DAMAGED_ZIP)
    why = "it is no zip file, or it is damaged" if damaged else getattr(fault, "strerror", "") or str(fault)
    return FileUnreadable(f"{name} can't be read: {why}")


class AnotherRun(Exception):
    """Another run holds the lock (exit code 4)."""


def separated_otherwise(header: Sequence[str]) -> str:
    """Return what to do when a header is not separated by commas; nothing when it is."""
    whole = "".join(header)
    found = next((words for sign, words in SEPARATORS.items() if whole.count(sign) >= max(1, len(header))), "")
    return NO_SUCH_COLUMNS.format(found) if found else ""


@dataclass(frozen=True)
class Finding:
    """One fault or oddity: line counts physical lines from 1, column is a header name."""

    file: str
    line: int
    column: str
    code: str
    message: str
    value: str = ""

    def __str__(self) -> str:
        shown = f" [{printable(self.value)}]" if self.value else ""
        return f"{self.file}:{self.line}:{self.column} {self.code} {self.message}{shown}"


@dataclass
class Findings:
    """Everything found in one run, in the order met."""

    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)


def printable(value: str) -> str:
    """Return a value short and without control characters, fit for one line of a report."""
    shown = "".join(character if character.isprintable() else "\ufffd" for character in value)
    return shown if len(shown) <= LONGEST_VALUE else f"{shown[:LONGEST_VALUE]}…"


def masked(address: str) -> str:
    """Return an email address of which only the first character and the last label can be read."""
    _, dot, last = address.rpartition(".")
    return f"{address[:1]}***{dot}{last if dot else ''}"


def did_you_mean(value: str, known: Iterable[str]) -> str:
    """Return `; did you mean "…"?` with up to three near matches, nothing when none is near."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only who reads files that are wrong needs its 4 MB

    near = process.extract(value, sorted(set(known)), scorer=fuzz.ratio, limit=3, score_cutoff=70)
    if not near:
        return ""
    names = " or ".join(f'"{match}"' for match, _, _ in near)
    return f"; did you mean {names}?"
