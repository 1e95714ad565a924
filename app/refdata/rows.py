"""Rows of a CSV file with the physical line they begin on; never raises for what a file contains."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CUT_SHORT = "the file ends inside a quoted value: is it cut short?"
_FAULTS = {
    "unexpected end of data": CUT_SHORT,
    "field larger than": "a value is far too long: is a closing quote missing?",
    "expected after": "a closing quote must be followed by a comma or the end of the line",
}


@dataclass(frozen=True)
class Row:
    """The cells of one row, or what is wrong with it as a whole."""

    line: int
    cells: list[str]
    fault: str = ""

    @property
    def is_blank(self) -> bool:
        """Tell whether no cell holds anything."""
        return not self.fault and not any(cell.strip() for cell in self.cells)


def read_rows(lines: Iterable[str]) -> Iterator[Row]:
    """Yield every row of RFC 4180 text whose line ends are kept; a faulty one doesn't stop the reading."""
    reader = csv.reader(lines, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            yield Row(line, next(reader))
        except StopIteration:
            return
        except csv.Error as fault:
            yield Row(line, [], _in_our_words(str(fault)))


def _in_our_words(fault: str) -> str:
    return next((words for part, words in _FAULTS.items() if part in fault), "the row can't be read")
