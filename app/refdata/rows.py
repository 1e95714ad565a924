"""Rows of a CSV file with the physical line they begin on; never raises for what a file contains."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CUT_SHORT = "the file ends inside a quoted value: is it cut short?"
SWALLOWED = "the value that begins in the row of line {} does not end before this line"
MOST_GUESSED = 10_000
_FAULTS = {
    "unexpected end of data": CUT_SHORT,
    "field larger than": "a value is far too long: is a closing quote missing?",
    "expected after": "a closing quote must be followed by a comma or the end of the line",
}


@dataclass(frozen=True)
class Row:
    """The cells of one row, or what is wrong with it as a whole and what its cells seem to be."""

    line: int
    cells: list[str]
    fault: str = ""

    @property
    def is_blank(self) -> bool:
        """Tell whether no cell holds anything."""
        return not self.fault and not any(cell.strip() for cell in self.cells)


def read_rows(lines: Iterable[str]) -> Iterator[Row]:
    """Yield every row of RFC 4180 text whose line ends are kept; a faulty one doesn't stop the reading.

    Lines that a value without closing quote has swallowed are faulty rows of their own, so that nothing is lost unseen.
    """
    taken: list[str] = []
    reader = csv.reader(_noted(lines, taken), strict=True)
    while True:
        line = reader.line_num + 1
        taken.clear()
        try:
            yield Row(line, next(reader))
        except StopIteration:
            return
        except csv.Error as fault:
            yield from _lost(line, taken, _in_our_words(str(fault)))


def _noted(lines: Iterable[str], taken: list[str]) -> Iterator[str]:
    for line in lines:
        taken.append(line)
        yield line


def _lost(first: int, taken: list[str], fault: str) -> Iterator[Row]:
    if fault == CUT_SHORT:
        yield Row(first, _guess(taken[0]), fault)
        return
    for number, line in enumerate(taken):
        yield Row(first + number, _guess(line), SWALLOWED.format(first) if number else fault)


def _guess(line: str) -> list[str]:
    return [cell.strip('"') for cell in line[:MOST_GUESSED].rstrip("\r\n").split(",")]


def _in_our_words(fault: str) -> str:
    return next((words for part, words in _FAULTS.items() if part in fault), "the row can't be read")
