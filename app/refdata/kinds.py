"""Kinds of value in a reference-data file: each reads one cell or says what is wrong with it (REF-4.2)."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import TYPE_CHECKING, Any

from app.refdata.findings import did_you_mean
from app.values import Invalid, parse_email

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Kind = Callable[[str], Any]

_KEY = re.compile(r"[a-z0-9][a-z0-9-]{1,59}")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_YEAR = re.compile(r"20[2-9][0-9]")
_URN = re.compile(r"0*([1-9][0-9]{4,6})")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}|[{}]")
YEARS = range(1900, 2100)
PLACEHOLDERS = ("{starts_on}", "{ends_on}", "{reopens_on}")


class Fault(Exception):
    """A cell can't be read: code of the specification and words for the person who made the file."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def key(cell: str) -> str:
    """Return a key; raises Fault."""
    if not _KEY.fullmatch(cell):
        raise Fault("NOT_A_KEY", "a key is 2 to 60 small letters, digits and hyphens, and begins with no hyphen")
    return cell


def day(cell: str) -> date:
    """Return a real date written YYYY-MM-DD, of a year with which can be reckoned; raises Fault."""
    match = _DATE.fullmatch(cell)
    try:
        found = date(*map(int, match.groups())) if match else _no_date()
    except ValueError:
        return _no_date()
    if found.year not in YEARS:
        raise Fault("NOT_A_DATE", f"a date lies between {YEARS[0]} and {YEARS[-1]}")
    return found


def _no_date() -> date:
    raise Fault("NOT_A_DATE", "a date is written YYYY-MM-DD and exists in the calendar")


def year(cell: str) -> int:
    """Return a year from 2020 to 2099; raises Fault."""
    if not _YEAR.fullmatch(cell):
        raise Fault("NOT_A_YEAR", "a year is a number from 2020 to 2099")
    return int(cell)


def flag(cell: str) -> bool:
    """Return whether the cell says yes; raises Fault."""
    if cell not in {"yes", "no"}:
        raise Fault("NOT_A_FLAG", "write yes or no")
    return cell == "yes"


def urn(cell: str) -> str:
    """Return a school's URN without leading zeros; raises Fault."""
    match = _URN.fullmatch(cell)
    if not match:
        raise Fault("NOT_A_KEY", "a URN has 5 to 7 digits")
    return match[1]


def text(limit: int = 500) -> Kind:
    """Return the kind of trimmed text with inner spaces squeezed."""

    def read(cell: str) -> str:
        if any(unicodedata.category(character) == "Cc" and not character.isspace() for character in cell):
            raise Fault("FILE_ENCODING", "the text holds a control character")
        squeezed = " ".join(cell.split())
        if len(squeezed) > limit:
            raise Fault("TOO_LONG", f"at most {limit} characters are allowed, here are {len(squeezed)}")
        return squeezed

    return read


def closure_message(cell: str) -> str:
    """Return the text of a registration closure, whose placeholders are known ones (REF-4.7); raises Fault."""
    message: str = text(500)(cell)
    for found in _PLACEHOLDER.findall(message):
        if found not in PLACEHOLDERS:
            raise Fault("NOT_IN_LIST", f"{found} is not one of {', '.join(PLACEHOLDERS)}")
    return message


def email(cell: str) -> str:
    """Return an email address; raises Fault."""
    try:
        return parse_email({"email": cell})
    except Invalid as invalid:
        raise Fault("NOT_AN_EMAIL", "this is not an email address") from invalid


def web_address(cell: str) -> str:
    """Return the address of a web page; raises Fault."""
    if not cell.startswith(("https://", "http://")):
        raise Fault("NOT_IN_LIST", "a web address begins with https:// or http://")
    address: str = text(500)(cell)
    return address


def choice(allowed: Iterable[str], code: str = "NOT_IN_LIST") -> Kind:
    """Return the kind of one word from a closed list; another one is a fault of the given code."""
    words = tuple(allowed)

    def read(cell: str) -> str:
        if cell not in words:
            hint = did_you_mean(cell, words) or f"; it is one of {', '.join(words)}"
            raise Fault(code, f"this is not in the list{hint}")
        return cell

    return read


def items(kind: Kind) -> Kind:
    """Return the kind of a list split by semicolons, without blanks and repeats."""

    def read(cell: str) -> tuple[Any, ...]:
        parts = [part.strip() for part in cell.split(";")]
        if not all(parts):
            raise Fault("LIST_ITEM_BLANK", "the list has an empty item: look for two semicolons or one at an end")
        read_parts = tuple(kind(part) for part in parts)
        repeated = [part for number, part in enumerate(read_parts) if part in read_parts[:number]]
        if repeated:
            raise Fault("LIST_ITEM_REPEATED", f"item {read_parts.index(repeated[0]) + 1} is listed twice")
        return read_parts

    return read
