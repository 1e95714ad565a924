"""Links between establishments of the register (REF-2.5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.refdata.establishments import Odd, day, text
from app.refdata.findings import Finding
from app.refdata.register_files import row_fault

if TYPE_CHECKING:
    from datetime import date

    from app.refdata.findings import Findings
    from app.refdata.register_files import Opened
    from app.refdata.rows import Row

REQUIRED = ("URN", "LinkURN", "LinkType")
NAME = "LinkName"
DATE = "LinkEstablishedDate"
COLUMNS = ("file", "line", "urn", "link_urn", "link_type", "link_name", "established_on")

_URN = re.compile(r"0*([1-9][0-9]{4,6})")


@dataclass(frozen=True)
class Link:
    """One link as stated."""

    line: int
    urn: str
    link_urn: str
    link_type: str
    link_name: str | None
    established_on: date | None


class LinkReader:
    """Reads the rows of one links file whose required headers are there."""

    def __init__(self, file: Opened, findings: Findings) -> None:
        self._file = file
        self._findings = findings
        self.unsure: set[str] = set()
        """URNs with a faulty row: what is stored of them stays, as the row may have repeated it (REF-2.7)."""
        names = file.names
        self._at = {name: names.index(name.casefold()) for name in (*REQUIRED, NAME, DATE) if name.casefold() in names}

    def read(self, row: Row) -> Link | None:
        """Return the link, or None when the row is wrong and has been listed."""
        error = row_fault(self._file, row)
        if error:
            self._findings.errors.append(error)
            self._note_unsure(row)
            return None
        urn, target = self._urn(row, "URN"), self._urn(row, "LinkURN")
        if urn is None or target is None:
            self._note_unsure(row)
            return None
        kind, name = text(self._cell(row, "LinkType")), text(self._cell(row, NAME)) or None
        return Link(row.line, urn, target, kind, name, self._day(row))

    def _cell(self, row: Row, header: str) -> str:
        return row.cells[self._at[header]].strip() if header in self._at else ""

    def _note_unsure(self, row: Row) -> None:
        at = self._at["URN"]
        match = _URN.fullmatch(row.cells[at].strip()) if len(row.cells) > at else None
        if match:
            self.unsure.add(match[1])

    def _urn(self, row: Row, header: str) -> str | None:
        cell = self._cell(row, header)
        match = _URN.fullmatch(cell)
        if match is None:
            message = "a URN has 5 to 7 digits"
            self._findings.errors.append(
                Finding(self._file.source.name, row.line, header, "URN_INVALID", message, cell)
            )
        return match[1] if match else None

    def _day(self, row: Row) -> date | None:
        cell = self._cell(row, DATE)
        try:
            return day(cell) if cell else None
        except Odd as odd:
            self._findings.warnings.append(Finding(self._file.source.name, row.line, DATE, odd.code, odd.message, cell))
            return None
