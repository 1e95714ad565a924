"""What an administrator can change while the service runs, with the values it starts with (rules, section 21)."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from app.terms import DeferralReason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

UNFUNDED_TYPES = frozenset({10, 11, 37})
"""Establishment types that may be admitted without public funding (ACC-13.2)."""

MOST = 100_000
"""No number of days, hours, rows or years is above this, so that no date runs out of the calendar."""

_LEAP_YEAR = 2000
_MONTH_DAY = re.compile(r"([0-9]{2})-([0-9]{2})")


@dataclass(frozen=True, order=True)
class MonthDay:
    """A day of every year; stored as "MM-DD"."""

    month: int
    day: int

    def __post_init__(self) -> None:
        date(_LEAP_YEAR, self.month, self.day)


@dataclass(frozen=True)
class Term:
    """A part of every year that includes both ends; stored as a pair of "MM-DD"."""

    first: MonthDay
    last: MonthDay


def _months() -> Mapping[int, str]:
    september, january, april = (6, 7, 8, 9, 10), (11, 12, 1, 2), (3, 4, 5)
    return MappingProxyType(
        dict.fromkeys(september, "september") | dict.fromkeys(january, "january") | dict.fromkeys(april, "april")
    )


@dataclass(frozen=True)
class Policy:
    """The settings in force, each named by its key; raises ValueError when they contradict each other."""

    min_age_years: int = 18
    max_age_years: int = 100
    failed_lookups_per_user_hour: int = 10
    failed_lookups_per_school_day: int = 30
    failed_lookups_per_trn_day: int = 5
    lookups_per_user_hour: int = 60
    lookups_per_school_hour: int = 150
    lookup_log_days: int = 365
    trs_snapshot_hours: int = 24
    name_large_below: int = 50
    draft_days: int = 30
    short_draft_hours: int = 24
    draft_warning_days: int = 5
    earliest_start_periods_back: int = 2
    max_months_ahead: int = 4
    schedule_months: Mapping[int, str] = field(default_factory=_months)
    """Month number to the month word of a schedule (SCD-02); stored as word to list of month numbers."""
    challenge_days: int = 14
    challenge_months: int = 3
    academic_year_start: MonthDay = MonthDay(9, 1)
    undo_after_end_days: int = 14
    mentor_load_note_from: int = 3
    mentor_training_text: str = "up to 20 hours"
    deferral_reasons_hidden: frozenset[DeferralReason] = frozenset(
        {DeferralReason.BEREAVEMENT, DeferralReason.LONG_TERM_SICKNESS, DeferralReason.PARENTAL_LEAVE}
    )
    shared_mailbox_words: tuple[str, ...] = ("admin", "office", "head", "info", "reception", "enquiries", "contact")
    partnership_reminder_days: int = 7
    admitted_unfunded_types: frozenset[int] = frozenset()
    unfunded_may_use_provider_led: bool = False
    reminder_terms: tuple[Term, ...] = (
        Term(MonthDay(6, 1), MonthDay(12, 31)),
        Term(MonthDay(1, 1), MonthDay(3, 31)),
        Term(MonthDay(4, 1), MonthDay(5, 31)),
    )
    lp_confirm_days: int = 14
    ab_record_days: int = 28
    nobody_registered_days: int = 30
    reminder_gap_days: int = 14
    page_size: int = 20
    support_email: str = "support@register.example"
    guidance_links: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if self.min_age_years > self.max_age_years:
            raise ValueError("min_age_years must not be above max_age_years")
        if self.page_size < 1:
            raise ValueError("page_size must be at least 1")
        if not self.admitted_unfunded_types <= UNFUNDED_TYPES:
            raise ValueError("admitted_unfunded_types may list only 10, 11 and 37")
        if set(self.schedule_months) != set(range(1, 13)):
            raise ValueError("schedule_months must give each month one schedule")

    @classmethod
    def from_rows(cls, rows: Mapping[str, object]) -> Self:
        """Override the defaults by decoded JSON values; unknown keys are ignored, wrong types raise ValueError."""
        kinds = {setting.name: str(setting.type) for setting in dataclasses.fields(cls)}
        return cls(**{key: _read(key, kinds[key], value) for key, value in rows.items() if key in kinds})


RANGES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "min_age_years": (16, 70),
        "max_age_years": (60, 120),
        "failed_lookups_per_user_hour": (1, 1_000),
        "failed_lookups_per_school_day": (1, 1_000),
        "failed_lookups_per_trn_day": (1, 1_000),
        "lookups_per_user_hour": (1, 10_000),
        "lookups_per_school_hour": (1, 10_000),
        "lookup_log_days": (30, 3_650),
        "trs_snapshot_hours": (1, 720),
        "name_large_below": (0, 100),
        "draft_days": (1, 365),
        "short_draft_hours": (1, 720),
        "draft_warning_days": (1, 60),
        "earliest_start_periods_back": (0, 10),
        "max_months_ahead": (0, 24),
        "challenge_days": (1, 365),
        "challenge_months": (0, 24),
        "undo_after_end_days": (0, 365),
        "mentor_load_note_from": (1, 100),
        "partnership_reminder_days": (1, 90),
        "lp_confirm_days": (1, 365),
        "ab_record_days": (1, 365),
        "nobody_registered_days": (1, 365),
        "reminder_gap_days": (1, 365),
        "page_size": (10, 100),
    }
)
"""The least and the most that staff may set of each number (rules, section 21)."""

MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "min_age_years": "The youngest that somebody may be, by the date of birth a school enters",
        "max_age_years": "The oldest that somebody may be, by the date of birth a school enters",
        "failed_lookups_per_user_hour": "Failed searches for a teaching record that one user may make in an hour",
        "failed_lookups_per_school_day": "Failed searches for teaching records that one school may make in 24 hours",
        "failed_lookups_per_trn_day": "Failed searches for one TRN that all schools together may make in 24 hours",
        "lookups_per_user_hour": "Searches for teaching records, found or not, that one user may make in an hour",
        "lookups_per_school_hour": "Searches for teaching records, found or not, that one school may make in an hour",
        "lookup_log_days": "How long the list of searches that failed is kept",
        "trs_snapshot_hours": "How old what was read of a teaching record may be when it cannot be read again",
        "name_large_below": "Below this likeness (0 to 100) a corrected name counts as a large change",
        "draft_days": "How long an unfinished registration is kept once the person is found",
        "short_draft_hours": "How long an unfinished change, or a registration without a person found, is kept",
        "draft_warning_days": "How many days before it is deleted we warn of an unfinished registration",
        "earliest_start_periods_back": "How many academic years back a first day at a school may lie",
        "max_months_ahead": "How many months ahead a day of leaving or moving may lie",
        "schedule_months": "Which schedule training gets, by the month in which it begins",
        "challenge_days": "For so long after it is reported at least, a school may challenge a partnership",
        "challenge_months": "For so many months of the academic year at least, a school may challenge a partnership",
        "academic_year_start": "The day from which the months for challenging partnerships are counted",
        "undo_after_end_days": "For so long after somebody left, a school may remove their registration as a mistake",
        "mentor_load_note_from": "From so many ECTs on, a note says that a mentor has many; nothing is refused",
        "mentor_training_text": "How much training a new mentor may get, in the words that schools and mentors read",
        "deferral_reasons_hidden": "Reasons for deferring that schools read only as a period of leave",
        "shared_mailbox_words": "First parts of email addresses that get the note that several people may read them",
        "partnership_reminder_days": "When a school that did not challenge a new partnership is told of it again",
        "admitted_unfunded_types": "Types of unfunded school that may register ECTs all the same, school-led only",
        "unfunded_may_use_provider_led": "Whether these schools may choose training with a lead provider too",
        "reminder_terms": "The parts of the year for which a school may turn reminders off",
        "lp_confirm_days": "After so long without an answer from the lead provider, school and support are told",
        "ab_record_days": "After so long without a recorded induction, school and support are told",
        "nobody_registered_days": "So long after registration opens, schools that registered nobody are reminded",
        "reminder_gap_days": "The least time between two reminders of the same kind to a school",
        "page_size": "How many rows the lists of schools show on a page",
        "support_email": "The address of support that pages name",
        "guidance_links": "Links on the guidance page of schools",
    }
)
"""What each setting does, for those who change it (ADM-10.1)."""

_SPELLED_OUT = {"min": "minimum", "max": "maximum", "trn": "TRN", "trs": "teaching record"} | {
    "lp": "lead provider",
    "ab": "appropriate body",
}


def called(key: str) -> str:
    """Return the name of a setting in words."""
    return " ".join(_SPELLED_OUT.get(word, word) for word in key.split("_"))


def _read(key: str, kind: str, value: object) -> Any:
    try:
        return _READERS[kind](value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{key}: {error}") from error


def _whole_number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST:
        raise ValueError(f"must be a whole number from 0 to {MOST}")
    return value


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")  # noqa: TRY004 - one kind of error for everything stored wrongly
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text")  # noqa: TRY004
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError("must be a list")  # noqa: TRY004
    return value


def _by_name(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ValueError("must be an object")  # noqa: TRY004
    return {_text(name): item for name, item in value.items()}


def _month_day(value: object) -> MonthDay:
    match = _MONTH_DAY.fullmatch(_text(value))
    if match is None:
        raise ValueError("must be a month and a day as MM-DD")
    return MonthDay(int(match[1]), int(match[2]))


def _term(value: object) -> Term:
    first, last = _list(value)
    return Term(_month_day(first), _month_day(last))


def _schedule_months(value: object) -> Mapping[int, str]:
    pairs = [(_whole_number(month), word) for word, months in _by_name(value).items() for month in _list(months)]
    if len(dict(pairs)) != len(pairs):
        raise ValueError("must name each month once")
    if not {word for _, word in pairs} <= {"september", "january", "april"}:
        raise ValueError("must use the words september, january and april")
    return MappingProxyType(dict(pairs))


_READERS: Mapping[str, Callable[[object], object]] = {
    "int": _whole_number,
    "bool": _yes_or_no,
    "str": _text,
    "tuple[str, ...]": lambda value: tuple(_text(item) for item in _list(value)),
    "frozenset[int]": lambda value: frozenset(_whole_number(item) for item in _list(value)),
    "frozenset[DeferralReason]": lambda value: frozenset(DeferralReason(_text(item)) for item in _list(value)),
    "MonthDay": _month_day,
    "tuple[Term, ...]": lambda value: tuple(_term(item) for item in _list(value)),
    "Mapping[int, str]": _schedule_months,
    "Mapping[str, str]": lambda value: MappingProxyType({n: _text(item) for n, item in _by_name(value).items()}),
}


def words_of(value: Any) -> str:
    """Return a value as it is shown and typed, lists one item a line."""
    match value:
        case bool():
            return "yes" if value else "no"
        case MonthDay():
            return f"{value.month:02}-{value.day:02}"
        case Term():
            return f"{words_of(value.first)} to {words_of(value.last)}"
        case frozenset() | tuple():
            lines = map(words_of, value)
            return "\n".join(lines if isinstance(value, tuple) else sorted(lines))
        case int() | str():
            return str(value)
        case _:
            return _mapping_words(value)


def _mapping_words(value: Mapping[Any, str]) -> str:
    if not all(isinstance(key, int) for key in value):
        return "\n".join(f"{name}: {address}" for name, address in value.items())
    months: dict[str, list[int]] = {}
    for month, word in value.items():
        months.setdefault(word, []).append(month)
    return "\n".join(f"{word}: {' '.join(map(str, found))}" for word, found in months.items())
