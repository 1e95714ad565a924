"""Parsers of what people type: pure, and nothing typed makes them raise anything but Invalid (rules, section 5).

A form is single-valued text; whoever reads the request reduces a repeated field to one value. Every
parser cleans its text first, so the raw form and the cleaned one parse alike.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Generic, NoReturn, TypeVar

from app.terms import TRN

if TYPE_CHECKING:
    from app.policy import Policy

A = TypeVar("A")
B = TypeVar("B")
S = TypeVar("S", bound=str)
Form = Mapping[str, str]

PARTS = ("day", "month", "year")
NOT_AN_OPTION = "Select one of the options on this page"
REPLACEMENT = "\ufffd"

MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

_MONTHS = {
    typed: number for number, name in enumerate(MONTH_NAMES, 1) for typed in (name.lower(), name[:3].lower())
} | {"sept": 9}
_WANTED = {
    "day": "enter the day as a number from 1 to 31",
    "month": "enter the month as a number from 1 to 12 or as its name",
    "year": "enter the year as 4 digits",
}
_ZERO_WIDTH = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_UNSEEN_IN_NAMES = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_SPACES = re.compile(r"[^\S\x1c-\x1f]+")  # Python counts four separators as space; they are control characters
_CONTROLS = re.compile(f"[\x00-\x09\x0b-\x1f\x7f-\x9f{REPLACEMENT}]")
_DASHES = re.compile("[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_NATIONAL_INSURANCE_NUMBER = re.compile(
    r"(?!BG|GB|KN|NK|NT|TN|ZZ)[ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z][0-9]{6}[ABCD]",
)
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_LAST_LABEL = r"(?:[A-Za-z]{2,63}|[Xx][Nn]--(?:[A-Za-z0-9-]{0,58}[A-Za-z0-9]))"
_EMAIL = re.compile(rf"{_LOCAL}(?:\.{_LOCAL})*@(?=.{{1,253}}\Z)(?:{_LABEL}\.)+{_LAST_LABEL}")


class Invalid(Exception):
    """What was typed is wrong: field name to message, in the order of the page.

    An empty message marks its field as wrong without words of its own: of several wrong parts of a
    date the first carries the message and the others are only marked (GDS-5).
    """

    def __init__(self, errors: Mapping[str, str] | None = None, /, **more: str) -> None:
        self.errors: dict[str, str] = dict(errors or {}) | more
        super().__init__(", ".join(self.errors))


class Masked(Generic[A]):
    """A personal fact that lives for one request and shows itself to nobody (EXT-1.12, IDN-03).

    It cannot be printed, pickled, copied, encoded or put on a page; only `reveal` gives it away.
    """

    __slots__ = ("_fact",)

    def __init__(self, fact: A) -> None:
        self._fact = fact

    def reveal(self) -> A:
        """Return the fact itself, to send it or to compare it and for nothing else."""
        return self._fact

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Masked) and type(other) is type(self) and bool(self._fact == other._fact)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} hidden>"

    def __format__(self, _spec: str) -> str:
        return repr(self)

    def __html__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} must not be put on a page")

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError(f"{type(self).__name__} must not leave the process")


class DateOfBirth(Masked[date]):
    """A date of birth on its way to the teaching record."""

    __slots__ = ()


class NationalInsuranceNumber(Masked[str]):
    """A National Insurance number in capitals, without whitespace, hyphens and zero-width characters (VAL-04)."""

    __slots__ = ()

    def __init__(self, typed: str) -> None:
        number = _DASHES.sub("", _ZERO_WIDTH.sub("", "".join(typed.split())))
        super().__init__(number.upper() if number.isascii() else number)


def clean(text: str) -> str:
    """Return text that every database, log and page can hold: NUL and lone surrogates become U+FFFD."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", REPLACEMENT)


def normalised_name(text: str) -> str:
    """Return a name in composed Unicode, unseen marks removed, whitespace squeezed and trimmed (VAL-05)."""
    composed = unicodedata.normalize("NFC", _UNSEEN_IN_NAMES.sub("", text))
    return _SPACES.sub(" ", composed).strip(" ")


def add_months(day: date, months: int) -> date:
    """Return the same day number n months later, clamped to the month's last day (GEN-04)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        return date.min if year < date.min.year else date.max
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def closure_message(message: str, starts_on: date, ends_on: date) -> str:
    """Return the text of a registration closure as schools read it, its days put in (REF-4.7)."""
    days = {"starts_on": starts_on, "ends_on": ends_on, "reopens_on": ends_on + timedelta(days=1)}
    for name, day in days.items():
        message = message.replace(f"{{{name}}}", f"{day.day} {day:%B %Y}")
    return message


def years_before(day: date, years: int) -> date:
    """Return the same day n years earlier, 29 February clamped to the 28th (GEN-04)."""
    return add_months(day, -12 * years)


def parse_both(first: Callable[[], A], second: Callable[[], B]) -> tuple[A, B]:
    """Run two parsers of one page; raises Invalid with the errors of both."""
    errors: dict[str, str] = {}
    try:
        one = first()
    except Invalid as invalid:
        errors |= invalid.errors
    try:
        other = second()
    except Invalid as invalid:
        errors |= invalid.errors
    if errors:
        raise Invalid(errors)
    return one, other


def parse_choice(form: Form, field: str, options: Iterable[S], message: str) -> S:
    """Return the option chosen; raises Invalid with the message, or NOT_AN_OPTION for a forged value (GEN-06)."""
    typed = _typed(form, field)
    if not typed:
        raise Invalid({field: message})
    for option in options:
        if option == typed:
            return option
    raise Invalid({field: NOT_AN_OPTION})


def parse_choices(form: Form, field: str, options: Iterable[S], message: str = "") -> tuple[S, ...]:
    """Return the options ticked, in their own order; a field's values stand one a line.

    Raises Invalid with the message when nothing is ticked, unless that is "", or NOT_AN_OPTION for a forged value
    (GEN-06).
    """
    offered, typed = tuple(options), {line for line in _typed(form, field).splitlines() if line}
    if not typed <= set(offered):
        raise Invalid({field: NOT_AN_OPTION})
    if message and not typed:
        raise Invalid({field: message})
    return tuple(option for option in offered if option in typed)


def parse_trn(form: Form, field: str = "trn") -> TRN:
    """Return the seven digits of a teacher reference number, padded with zeros (VAL-01); raises Invalid."""
    typed = _typed(form, field)
    digits = "".join(str(unicodedata.decimal(character)) for character in typed if character.isdecimal())
    if message := _fault_of_trn(typed, digits):
        raise Invalid({field: message})
    return TRN(digits.zfill(7))


def _fault_of_trn(typed: str, digits: str) -> str:
    if not typed.strip():
        return "Enter the teacher reference number (TRN)"
    if len(typed) > 50:
        return "Teacher reference number (TRN) is too long: enter the 7 digits on their own"
    if len(digits) < 5:
        return "Teacher reference number (TRN) is too short: enter 7 digits, or 5 or 6 if it is an older number"
    if len(digits) > 7:
        return "Teacher reference number (TRN) has too many digits: enter no more than 7"
    return ""


FIRST_YEAR, LAST_YEAR = 1900, 2099
"""No day outside these years is meant: one is mistyped (VAL-02)."""


def parse_date(form: Form, prefix: str, *, what: str) -> date:
    """Return the date typed in `<prefix>_day`, `_month` and `_year` (VAL-02).

    `what` names the date in messages, such as "start date". Raises Invalid keyed on the wrong parts:
    missing ones first, then unreadable ones, then a year that nobody means, then the day that its month does not have.
    """
    typed = {part: _typed(form, f"{prefix}_{part}").strip() for part in PARTS}
    if missing := [part for part in PARTS if not typed[part]]:
        raise wrong_parts(prefix, missing, _missing_parts(what, missing))
    values = _read_parts(typed)
    if unreadable := [part for part in PARTS if part not in values]:
        wanted = ", and ".join(_WANTED[part] for part in unreadable)
        raise wrong_parts(prefix, unreadable, f"{_capital(what)} must be a real date: {wanted}")
    if not FIRST_YEAR <= values["year"] <= LAST_YEAR:
        message = f"{_capital(what)} must be in a year from {FIRST_YEAR} to {LAST_YEAR}: check the year"
        raise wrong_parts(prefix, ["year"], message)
    last = calendar.monthrange(values["year"], values["month"])[1]
    if values["day"] > last:
        month = f"{MONTH_NAMES[values['month'] - 1]} {values['year']}"
        message = f"{_capital(what)} must be a real date: there are only {last} days in {month}"
        raise wrong_parts(prefix, ["day"], message)
    return date(values["year"], values["month"], values["day"])


def parse_optional_date(form: Form, prefix: str, *, what: str) -> date | None:
    """Return the date typed as `parse_date` does; None when all of it is left empty."""
    if not any(_typed(form, f"{prefix}_{part}").strip() for part in PARTS):
        return None
    return parse_date(form, prefix, what=what)


def typed_date(prefix: str, day: date) -> dict[str, str]:
    """Return a date as its three fields are typed."""
    return {f"{prefix}_{part}": str(getattr(day, part)) for part in PARTS}


def _missing_parts(what: str, missing: list[str]) -> str:
    if len(missing) == len(PARTS):
        return f"Enter the {what}"
    return f"{_capital(what)} must include {' and '.join(f'a {part}' for part in missing)}"


def _read_parts(typed: Mapping[str, str]) -> dict[str, int]:
    month = str(_MONTHS.get(typed["month"].lower(), typed["month"]))
    read = {
        "day": _number(typed["day"], r"[0-9]{1,2}", 31),
        "month": _number(month, r"[0-9]{1,2}", 12),
        "year": _number(typed["year"], r"[0-9]{4}", date.max.year),
    }
    return {part: value for part, value in read.items() if value is not None}


def _number(text: str, shape: str, most: int) -> int | None:
    if re.fullmatch(shape, text) and 1 <= int(text) <= most:
        return int(text)
    return None


def wrong_parts(prefix: str, parts: Iterable[str], message: str) -> Invalid:
    """Return the error of a date: the first wrong part carries the message, the others are marked."""
    first, *others = (f"{prefix}_{part}" for part in parts)
    return Invalid({first: message} | dict.fromkeys(others, ""))


def out_of_bounds(prefix: str, message: str) -> Invalid:
    """Return the error of a real date that is too early or too late: all of it is wrong."""
    return wrong_parts(prefix, PARTS, message)


def parse_date_of_birth(form: Form, today: date, policy: Policy) -> DateOfBirth:
    """Return the date of birth of someone old enough and not too old to teach (VAL-03); raises Invalid."""
    born = parse_date(form, "date_of_birth", what="date of birth")
    message = ""
    if born > today:
        message = "Date of birth must be in the past: check the year"
    elif born > years_before(today, policy.min_age_years):
        message = f"Date of birth must be at least {policy.min_age_years} years ago: check the year"
    elif born < years_before(today, policy.max_age_years):
        message = f"Date of birth must be no more than {policy.max_age_years} years ago: check the year"
    if message:
        raise out_of_bounds("date_of_birth", message)
    return DateOfBirth(born)


def parse_national_insurance_number(form: Form, field: str = "national_insurance_number") -> NationalInsuranceNumber:
    """Return a National Insurance number as it is sent to the teaching record (VAL-04); raises Invalid."""
    number = NationalInsuranceNumber(_typed(form, field))
    if not number.reveal():
        raise Invalid({field: "Enter the National Insurance number"})
    if not _NATIONAL_INSURANCE_NUMBER.fullmatch(number.reveal()):
        shape = "2 letters, then 6 digits, then A, B, C or D"
        raise Invalid({field: f"Check the National Insurance number: it must be {shape}"})
    return number


def parse_name(form: Form, field: str, what: str) -> str:
    """Return a person's name of 1 to 70 characters as stored (VAL-05); `what` names it, such as "full name"."""
    name = normalised_name(_typed(form, field))
    if message := _fault_of_name(name, what):
        raise Invalid({field: message})
    return name


def _fault_of_name(name: str, what: str) -> str:
    if not name:
        return f"Enter the {what}"
    if len(name) > 70:
        return f"{_capital(what)} must be 70 characters or fewer"
    if any(character in "<>@" or _CONTROLS.match(character) for character in name):
        return f"{_capital(what)} must not include <, >, @ or characters that cannot be printed"
    if not any(unicodedata.category(character).startswith("L") for character in name):
        return f"{_capital(what)} must include at least one letter"
    return ""


def parse_email(form: Form, field: str = "email") -> str:
    """Return an email address as typed, without surrounding space or zero-width characters (VAL-06).

    Two addresses are the same when they are equal ignoring case. Raises Invalid.
    """
    address = _ZERO_WIDTH.sub("", _typed(form, field)).strip()
    if not address:
        raise Invalid({field: "Enter an email address"})
    if len(address) > 254:
        raise Invalid({field: "Email address must be 254 characters or fewer"})
    if not _EMAIL.fullmatch(address):
        raise Invalid({field: "Check the email address: it must be in the form name@school.example, with no spaces"})
    return address


def parse_code(form: Form, field: str = "code") -> str:
    """Return a code of 6 digits, typed in any grouping (ACC-6.6)."""
    digits = "".join(_typed(form, field).split())
    if not digits:
        raise Invalid({field: "Enter the code"})
    if re.fullmatch("[0-9]{6}", digits) is None:
        raise Invalid({field: "Enter the code as 6 digits"})
    return digits


def parse_text(form: Form, field: str, *, what: str, limit: int, required: bool = True) -> str:
    """Return free text, trimmed and without control characters other than line breaks (VAL-07); raises Invalid."""
    lines = clean(form.get(field, "")).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    text = _CONTROLS.sub("", lines).strip()
    if required and not text:
        raise Invalid({field: f"Enter the {what}"})
    if len(text) > limit:
        raise Invalid({field: f"{_capital(what)} must be {limit:,} characters or fewer"})
    return text


def _typed(form: Form, field: str) -> str:
    return clean(form.get(field, ""))


def _capital(what: str) -> str:
    return what[:1].upper() + what[1:]
