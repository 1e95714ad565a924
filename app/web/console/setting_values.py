"""Settings as staff read and type them: each kind of value to lines of text and back: pure (ADM-10.1)."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any

from app.policy import RANGES, Policy
from app.terms import DeferralReason
from app.values import Invalid, parse_email

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

KINDS = {setting.name: str(setting.type) for setting in dataclasses.fields(Policy)}
"""Key -> kind of its value."""
YES_NO = {"yes": "Yes", "no": "No"}
MONTH_DAY = re.compile(r"(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")
WEB_ADDRESS = re.compile(r"https://[^\s]{3,190}")
LONGEST_NUMBER = 6


def hint_of(key: str) -> str:
    """Say how the value is typed."""
    if key in RANGES:
        least, most = RANGES[key]
        return f"A number from {least:,} to {most:,}"
    return HINTS.get(KINDS[key], "")


HINTS = {
    "MonthDay": "Month and day, for example 09-01",
    "tuple[Term, ...]": "One term a line: first and last month and day, for example 06-01 to 12-31",
    "tuple[str, ...]": "One a line",
    "frozenset[int]": "Codes 10, 11 and 37, one a line; nothing for none",
    "Mapping[int, str]": "One a line, for example september: 6 7 8 9 10",
    "Mapping[str, str]": "One a line: a name, a colon and a web address that begins with https://",
}


def stored_of(key: str, typed: str) -> Any:
    """Return what was typed as it is stored; raises Invalid for the field `value`."""
    return READERS[KINDS[key]](key, typed.strip())


def _lines(typed: str) -> list[str]:
    return [line.strip() for line in typed.splitlines() if line.strip()]


def _number(key: str, typed: str) -> int:
    if not typed.isascii() or not typed.isdigit() or len(typed) > LONGEST_NUMBER:
        raise Invalid(value=f"Enter {hint_of(key)[:1].lower()}{hint_of(key)[1:]}")
    return int(typed)


def _yes_no(_key: str, typed: str) -> bool:
    if typed not in YES_NO:
        raise Invalid(value="Select yes or no")
    return typed == "yes"


def _text(key: str, typed: str) -> str:
    if key == "support_email":
        try:
            return parse_email({"email": typed})
        except Invalid as invalid:
            raise Invalid(value=invalid.errors["email"]) from None
    if not typed:
        raise Invalid(value="Enter the text")
    return " ".join(typed.split())


def _month_day(_key: str, typed: str) -> str:
    if not MONTH_DAY.fullmatch(typed):
        raise Invalid(value="Enter a month and a day, for example 09-01")
    return typed


def _terms(key: str, typed: str) -> list[list[str]]:
    terms = [line.split(" to ") for line in _lines(typed)]
    if not terms or any(len(term) != len(("first", "last")) for term in terms):
        raise Invalid(value="Enter one term a line, for example 06-01 to 12-31")
    return [[_month_day(key, day.strip()) for day in term] for term in terms]


def _codes(_key: str, typed: str) -> list[int]:
    lines = _lines(typed)
    if not all(line in {"10", "11", "37"} for line in lines):
        raise Invalid(value="Enter codes 10, 11 or 37, one a line")
    return sorted({int(line) for line in lines})


def _reasons(_key: str, typed: str) -> list[str]:
    known = {reason.value for reason in DeferralReason}
    lines = _lines(typed)
    if not set(lines) <= known:
        raise Invalid(value="Select only reasons that there are")
    return sorted(set(lines))


def _months(_key: str, typed: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for line in _lines(typed):
        word, colon, months = line.partition(":")
        numbers = months.split()
        if not colon or not all(number.isascii() and number.isdigit() and len(number) <= 2 for number in numbers):  # noqa: PLR2004 - digits of a month
            raise Invalid(value="Enter each schedule on a line, for example september: 6 7 8 9 10")
        found[word.strip()] = [int(number) for number in numbers]
    return found


def _links(_key: str, typed: str) -> dict[str, str]:
    found = {}
    for line in _lines(typed):
        name, _, address = line.partition(": ")
        if not name or not WEB_ADDRESS.fullmatch(address.strip()):
            raise Invalid(value="Enter each link on a line: a name, a colon, a space and an address with https://")
        found[name.strip()] = address.strip()
    return found


READERS: Mapping[str, Callable[[str, str], Any]] = {
    "int": _number,
    "bool": _yes_no,
    "str": _text,
    "MonthDay": _month_day,
    "tuple[Term, ...]": _terms,
    "tuple[str, ...]": lambda _, typed: _lines(typed),
    "frozenset[int]": _codes,
    "frozenset[DeferralReason]": _reasons,
    "Mapping[int, str]": _months,
    "Mapping[str, str]": _links,
}
