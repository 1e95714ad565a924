"""One establishment of the register: each column read, odd values told (REF-2.3, REF-2.7)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from app.refdata.findings import WHOLE_ROW, Finding, masked
from app.refdata.register_files import row_fault
from app.schools.rules import KNOWN_TYPES, school_kind
from app.teachers.rules import search_text
from app.values import REPLACEMENT, Invalid, normalised_name, parse_email

if TYPE_CHECKING:
    from app.refdata.findings import Findings
    from app.refdata.register_files import Opened
    from app.refdata.rows import Row

STATUS_NAMES = {1: "Open", 2: "Closed", 3: "Open, but proposed to close", 4: "Proposed to open"}
NO_DATE = date(1900, 1, 1)
LONGEST_NAME = 200
LONGEST_TEXT = 500
INWARD = 3
"""Characters of a postcode after its space."""

_URN = re.compile(r"0*([1-9][0-9]{4,6})")
_CODE = re.compile(r"[0-9]{1,4}")
_AUTHORITY = re.compile(r"[0-9]{3}")
_PHASE = re.compile(r"0?([0-7])")
_DATE = re.compile(r"([0-9]{2})[-/]([0-9]{2})[-/]([0-9]{4})")
_UKPRN = re.compile(r"[0-9]{8}")
_WEBSITE = re.compile(r"https?://[^\s/]+\S*", re.IGNORECASE)


class Odd(Exception):
    """A value that can't be kept: code and words of the warning."""

    def __init__(self, code: str, message: str, kept: object = None, shown: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.kept = kept
        self.shown = shown


@dataclass(frozen=True)
class Fact:
    """An optional column of the file and the column it is stored in."""

    header: str
    column: str
    read: Callable[[str], Any]
    blank: Any = None


@dataclass(frozen=True)
class Establishment:
    """One row: its line and the values by stored column, for the columns that the file has."""

    line: int
    values: dict[str, Any]

    @property
    def urn(self) -> str:
        """Return the school's URN."""
        return str(self.values["urn"])


def text(cell: str) -> str:
    """Return text with spaces squeezed and without control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in cell).split())[:LONGEST_TEXT]


def day(cell: str) -> date | None:
    """Return a date written DD-MM-YYYY or DD/MM/YYYY; 1 January 1900 means none. Raises Odd."""
    match = _DATE.fullmatch(cell)
    try:
        found = date(int(match[3]), int(match[2]), int(match[1])) if match else None
    except ValueError:
        found = None
    if found is None:
        raise Odd("DATE_UNREADABLE", "a date is written DD-MM-YYYY; none is stored")
    return None if found == NO_DATE else found


def authority(cell: str) -> str:
    """Return the code of a local authority; raises Odd."""
    if not _AUTHORITY.fullmatch(cell):
        raise Odd("AUTHORITY_INVALID", "the code of a local authority has 3 digits; none is stored", kept="")
    return cell


def phase(cell: str) -> int:
    """Return the code of a phase of education; raises Odd."""
    match = _PHASE.fullmatch(cell)
    if match is None:
        raise Odd("PHASE_UNKNOWN", "a phase of education is a number from 0 to 7; none is stored")
    return int(match[1])


def ukprn(cell: str) -> str:
    """Return a UKPRN; raises Odd."""
    if not _UKPRN.fullmatch(cell):
        raise Odd("UKPRN_INVALID", "a UKPRN has 8 digits; none is stored")
    return cell


def postcode(cell: str) -> str:
    """Return a postcode in capitals with one space before its last three characters."""
    squeezed = "".join(text(cell).upper().split())
    return f"{squeezed[:-INWARD]} {squeezed[-INWARD:]}" if len(squeezed) > INWARD else squeezed


def website(cell: str) -> str:
    """Return a web address that begins with http:// or https://; raises Odd, also for another scheme."""
    address = text(cell)
    if "://" not in address:
        address = f"http://{address}"
    if not _WEBSITE.fullmatch(address):
        raise Odd("WEBSITE_INVALID", "this is not the address of a website; none is stored")
    return address


def email(cell: str) -> str:
    """Return an email address with a small-letter host; raises Odd."""
    try:
        local, _, host = parse_email({"email": cell}).rpartition("@")
    except Invalid as invalid:
        raise Odd("EMAIL_INVALID", "this is not an email address; none is stored", shown=masked(cell)) from invalid
    return f"{local}@{host.lower()}"


def section_41(cell: str) -> bool:
    """Return whether the school is approved under section 41; raises Odd for an unknown word."""
    word = text(cell).casefold()
    if word not in {"approved", "not approved", "not applicable"}:
        message = "expected Approved, Not approved or Not applicable; taken as not approved"
        raise Odd("SECTION_41_UNKNOWN", message, kept=False)
    return word == "approved"


REQUIRED = (
    "URN",
    "EstablishmentName",
    "TypeOfEstablishment (code)",
    "TypeOfEstablishment (name)",
    "EstablishmentStatus (code)",
    "EstablishmentStatus (name)",
    "LA (code)",
)
FACTS = (
    Fact("TypeOfEstablishment (name)", "type_name", text, ""),
    Fact("LA (code)", "local_authority_code", authority, ""),
    Fact("LA (name)", "local_authority_name", text),
    Fact("EstablishmentNumber", "establishment_number", text),
    Fact("OpenDate", "opened_on", day),
    Fact("CloseDate", "closed_on", day),
    Fact("LastChangedDate", "last_changed_on", day),
    Fact("PhaseOfEducation (code)", "phase_code", phase),
    Fact("PhaseOfEducation (name)", "phase_name", text),
    Fact("UKPRN", "ukprn", ukprn),
    Fact("Street", "street", text),
    Fact("Locality", "locality", text),
    Fact("Address3", "address3", text),
    Fact("Town", "town", text),
    Fact("County (name)", "county", text),
    Fact("Postcode", "postcode", postcode),
    Fact("SchoolWebsite", "website", website),
    Fact("MainEmail", "primary_email", email),
    Fact("AlternativeEmail", "secondary_email", email),
    Fact("Section41Approved (name)", "section_41_approved", section_41, blank=False),
    Fact("DistrictAdministrative (code)", "district_code", text),
    Fact("DistrictAdministrative (name)", "district_name", text),
    Fact("GOR (name)", "region", text),
    Fact("ReasonEstablishmentClosed (name)", "close_reason", text),
    Fact("Trusts (code)", "trust_code", text),
    Fact("Trusts (name)", "trust_name", text),
)
DECIDING = ("urn", "name", "search_name", "kind", "type_code", "status_code")
COLUMNS = (*DECIDING, *(fact.column for fact in FACTS))


class Reader:
    """Reads the rows of one file whose required headers are there."""

    def __init__(self, file: Opened, findings: Findings) -> None:
        self._file = file
        self._findings = findings
        names = file.names
        self._at = {name: names.index(name.casefold()) for name in REQUIRED}
        self._facts = [(fact, names.index(fact.header.casefold())) for fact in FACTS if fact.header.casefold() in names]
        self._used = {self._at[name]: name for name in REQUIRED} | {at: fact.header for fact, at in self._facts}
        self.replaced: dict[str, tuple[int, int]] = {}
        """Header to the first line and the number of characters that could not be read."""

    @property
    def columns(self) -> frozenset[str]:
        """Return the stored columns that the file says something about."""
        return frozenset(DECIDING) | {fact.column for fact, _ in self._facts}

    def read(self, row: Row) -> Establishment | None:
        """Return the row, or None when it is wrong and has been listed."""
        error = row_fault(self._file, row) or self._error(row)
        if error:
            self._findings.errors.append(error)
            return None
        self._count_replaced(row)
        values = self._deciding(row)
        for fact, at in self._facts:
            values[fact.column] = self._value(row.line, fact, row.cells[at].strip())
        self._compare(row, values)
        return Establishment(row.line, values)

    def urn_of(self, row: Row) -> str | None:
        """Return the URN of a row, wrong otherwise or not."""
        at = self._at["URN"]
        match = _URN.fullmatch(row.cells[at].strip()) if len(row.cells) > at else None
        return match[1] if match else None

    def _cell(self, row: Row, header: str) -> str:
        return row.cells[self._at[header]].strip()

    def _error(self, row: Row) -> Finding | None:
        name = text(self._cell(row, "EstablishmentName"))
        checks = (
            ("URN", bool(self.urn_of(row)), "URN_INVALID", "a URN has 5 to 7 digits"),
            ("EstablishmentName", 0 < len(name) <= LONGEST_NAME, "NAME_BLANK", "a name has 1 to 200 characters"),
            (
                "EstablishmentStatus (code)",
                _number(self._cell(row, "EstablishmentStatus (code)")) in STATUS_NAMES,
                "STATUS_UNKNOWN",
                "a status is 1, 2, 3 or 4",
            ),
            (
                "TypeOfEstablishment (code)",
                _number(self._cell(row, "TypeOfEstablishment (code)")) is not None,
                "TYPE_BLANK",
                "a type is a number",
            ),
        )
        for header, holds, code, message in checks:
            if not holds:
                return self._finding(row.line, header, code, message, self._cell(row, header))
        return None

    def _deciding(self, row: Row) -> dict[str, Any]:
        name = normalised_name(text(self._cell(row, "EstablishmentName")))
        type_code = int(self._cell(row, "TypeOfEstablishment (code)"))
        return {
            "urn": self.urn_of(row),
            "name": name,
            "search_name": search_text(name),
            "kind": school_kind(type_code).value,
            "type_code": type_code,
            "status_code": int(self._cell(row, "EstablishmentStatus (code)")),
        }

    def _value(self, line: int, fact: Fact, cell: str) -> Any:
        if not cell:
            return fact.blank
        try:
            value = fact.read(cell)
        except Odd as odd:
            self._warn(line, fact.header, odd.code, odd.message, cell if odd.shown is None else odd.shown)
            return odd.kept
        return fact.blank if value is None or value == "" else value

    def _compare(self, row: Row, values: dict[str, Any]) -> None:
        if values["type_code"] not in KNOWN_TYPES:
            message = "this type is unknown; the school can't use the service"
            self._warn(row.line, "TypeOfEstablishment (code)", "TYPE_UNKNOWN", message, str(values["type_code"]))
        said = self._cell(row, "EstablishmentStatus (name)")
        meant = STATUS_NAMES[values["status_code"]]
        if said and text(said).casefold() != meant.casefold():
            message = f"status {values['status_code']} means {meant}; the code counts"
            self._warn(row.line, "EstablishmentStatus (name)", "STATUS_NAME_DIFFERS", message, said)
        opened, closed = values.get("opened_on"), values.get("closed_on")
        if opened and closed and closed < opened:
            message = f"the school closed before it opened ({opened})"
            self._warn(row.line, "CloseDate", "CLOSE_BEFORE_OPEN", message, str(closed))

    def _count_replaced(self, row: Row) -> None:
        for at, header in self._used.items():
            found = row.cells[at].count(REPLACEMENT)
            if found:
                line, count = self.replaced.get(header, (row.line, 0))
                self.replaced[header] = (line, count + found)

    def tell_replaced(self) -> None:
        """List one warning for each column that held characters that can't be read (REF-2.2)."""
        for header, (line, count) in self.replaced.items():
            plural = "character" if count == 1 else "characters"
            message = f"{count} {plural} could not be read in this column, here for the first time"
            self._warn(line, header, "CHARACTER_REPLACED", message, "")

    def _warn(self, line: int, header: str, code: str, message: str, value: str) -> None:
        self._findings.warnings.append(self._finding(line, header, code, message, value))

    def _finding(self, line: int, header: str, code: str, message: str, value: str) -> Finding:
        return Finding(self._file.source.name, line, header or WHOLE_ROW, code, message, value)


def _number(cell: str) -> int | None:
    return int(cell) if _CODE.fullmatch(cell) else None
