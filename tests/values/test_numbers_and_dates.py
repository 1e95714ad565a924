"""Parsers of TRNs, dates, dates of birth and National Insurance numbers."""

import copy
import json
import pickle
import string
from datetime import date, timedelta

import jinja2
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.policy import Policy
from app.values import (
    MONTH_NAMES,
    DateOfBirth,
    Invalid,
    Masked,
    NationalInsuranceNumber,
    add_months,
    out_of_bounds,
    parse_both,
    parse_date,
    parse_date_of_birth,
    parse_national_insurance_number,
    parse_trn,
    years_before,
)

POLICY = Policy()
TODAY = date(2026, 3, 10)
days = st.dates(date(1900, 1, 1), date(2099, 12, 31))


def date_form(text: str, prefix: str = "start_date") -> dict[str, str]:
    """Return the three fields of a date written as day/month/year."""
    return dict(zip((f"{prefix}_day", f"{prefix}_month", f"{prefix}_year"), text.split("/"), strict=True))


def born(day: date) -> dict[str, str]:
    return date_form(f"{day.day}/{day.month}/{day.year}", "date_of_birth")


@pytest.mark.rule("VAL-01")
@pytest.mark.parametrize(
    ("typed", "trn"),
    [
        ("1234567", "1234567"),
        (" 12 34 567 ", "1234567"),
        ("TRN: 1234567", "1234567"),
        ("RP23/45678", "2345678"),
        ("45678", "0045678"),
        ("345678", "0345678"),
        ("T-345678", "0345678"),
        ("１２３４５６７", "1234567"),
        ("١٢٣٤٥٦٧", "1234567"),
        ("\u200b1234\x00567\u200f", "1234567"),
        ("1234567" + " " * 43, "1234567"),
    ],
)
def test_a_trn_is_its_seven_digits(typed: str, trn: str) -> None:
    assert parse_trn({"trn": typed}) == trn


@pytest.mark.rule("VAL-01")
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Enter the teacher reference number"),
        ("  ", "Enter the teacher reference number"),
        ("unknown", "too short"),
        ("4567", "too short"),
        ("12345678", "too many digits"),
        ("RP23/456789", "too many digits"),
        ("1234567" + " " * 44, "too long"),
    ],
)
def test_a_trn_that_cannot_be_read_says_why(typed: str, words: str) -> None:
    with pytest.raises(Invalid) as invalid:
        parse_trn({"trn": typed})
    assert words in invalid.value.errors["trn"]


@pytest.mark.rule("VAL-01")
def test_a_missing_trn_field_is_an_empty_one() -> None:
    with pytest.raises(Invalid, match="trn"):
        parse_trn({})


@pytest.mark.rule("VAL-01", "GDS-2")
@given(st.integers(0, 9_999_999), st.lists(st.sampled_from(" -/.TRN:\u200b\u00a0\x00"), min_size=8, max_size=30))
def test_what_is_not_a_digit_never_matters_in_a_trn(number: int, noise: list[str]) -> None:
    digits = f"{number:07}"
    typed = "".join(between + digit for between, digit in zip(noise, digits, strict=False)) + "".join(noise[7:])
    assert parse_trn({"trn": typed}) == digits


@pytest.mark.rule("VAL-02")
@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("29/2/2024", date(2024, 2, 29)),
        ("01/09/2025", date(2025, 9, 1)),
        ("1/9/2025", date(2025, 9, 1)),
        ("1/sept/2025", date(2025, 9, 1)),
        ("1/Sep/2025", date(2025, 9, 1)),
        ("1/SEPTEMBER/2025", date(2025, 9, 1)),
        (" 1 / may /\u00a02025 ", date(2025, 5, 1)),
    ],
)
def test_a_date_is_read_from_its_parts(typed: str, day: date) -> None:
    assert parse_date(date_form(typed), "start_date", what="start date") == day


@pytest.mark.rule("VAL-02", "GDS-5")
@pytest.mark.parametrize(
    ("typed", "wrong", "words"),
    [
        ("//", "day month year", "Enter the start date"),
        ("/9/2025", "day", "must include a day"),
        ("1//", "month year", "must include a month and a year"),
        ("x//2025", "month", "must include a month"),
        ("31/4/2025", "day", "only 30 days in April 2025"),
        ("29/2/2025", "day", "only 28 days in February 2025"),
        ("-1/9/2025", "day", "must be a real date: enter the day"),
        ("1/0/2025", "month", "enter the month"),
        ("1/13/2025", "month", "enter the month"),
        ("1/9/25", "year", "enter the year as 4 digits"),
        ("1/9/0000", "year", "enter the year"),
        ("x/9/2025", "day", "enter the day"),
        ("0/9/2025", "day", "enter the day"),
        ("32/9/2025", "day", "enter the day"),
        ("1.5/9/2025", "day", "enter the day"),
        ("001/9/2025", "day", "enter the day"),
        ("١/9/2025", "day", "enter the day"),
        ("1/Septem/2025", "month", "enter the month"),
        ("1/9/+2025", "year", "enter the year"),
        ("1/9/0001", "year", "must be in a year from 1900 to 2099: check the year"),
        ("31/12/1899", "year", "check the year"),
        ("1/1/2100", "year", "check the year"),
        ("31/12/9999", "year", "check the year"),
        ("x/9/25", "day year", "enter the day as a number from 1 to 31, and enter the year"),
    ],
)
def test_a_wrong_date_names_and_marks_only_its_wrong_parts(typed: str, wrong: str, words: str) -> None:
    with pytest.raises(Invalid) as invalid:
        parse_date(date_form(typed), "start_date", what="start date")
    assert list(invalid.value.errors) == [f"start_date_{part}" for part in wrong.split()]
    first, *others = invalid.value.errors.values()
    assert words in first
    assert not any(others)


@pytest.mark.rule("VAL-02")
@given(days, st.sampled_from(["number", "padded", "name", "short"]))
def test_every_date_is_read_back_as_it_was_written(day: date, style: str) -> None:
    name = MONTH_NAMES[day.month - 1]
    month = {"number": str(day.month), "padded": f"{day.month:02}", "name": name, "short": name[:3].upper()}[style]
    assert parse_date(date_form(f"{day.day}/{month}/{day.year:04}"), "start_date", what="start date") == day


@pytest.mark.rule("VAL-02")
@given(st.integers(0, 99), st.integers(0, 99), st.integers(1850, 2150))
def test_an_impossible_date_is_refused_and_never_rolled_over(day: int, month: int, year: int) -> None:
    form = date_form(f"{day}/{month}/{year:04}")
    try:
        real = date(year, month, day) if 1900 <= year <= 2099 else None
    except ValueError:
        real = None
    if real is None:
        with pytest.raises(Invalid):
            parse_date(form, "start_date", what="start date")
    else:
        assert parse_date(form, "start_date", what="start date") == real


@pytest.mark.rule("GDS-5")
def test_a_date_out_of_bounds_is_marked_whole_with_one_message() -> None:
    errors = out_of_bounds("start_date", "Too early").errors
    assert errors == {"start_date_day": "Too early", "start_date_month": "", "start_date_year": ""}


@pytest.mark.rule("VAL-03")
@pytest.mark.parametrize("day", [date(2008, 3, 10), date(1926, 3, 10), date(1990, 12, 31)])
def test_a_date_of_birth_within_both_ages_is_accepted(day: date) -> None:
    assert parse_date_of_birth(born(day), TODAY, POLICY).reveal() == day


@pytest.mark.rule("VAL-03")
@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2008, 3, 11), "at least 18 years ago"),
        (date(2026, 3, 10), "at least 18 years ago"),
        (date(2026, 3, 11), "in the past"),
        (date(1926, 3, 9), "no more than 100 years ago"),
    ],
)
def test_a_date_of_birth_outside_the_ages_is_refused(day: date, words: str) -> None:
    with pytest.raises(Invalid) as invalid:
        parse_date_of_birth(born(day), TODAY, POLICY)
    assert words in invalid.value.errors["date_of_birth_day"]
    assert len(invalid.value.errors) == 3


@pytest.mark.rule("VAL-03")
def test_somebody_born_on_29_february_is_old_enough_from_1_march() -> None:
    form = born(date(2008, 2, 29))
    with pytest.raises(Invalid):
        parse_date_of_birth(form, date(2026, 2, 28), POLICY)
    assert parse_date_of_birth(form, date(2026, 3, 1), POLICY).reveal() == date(2008, 2, 29)


@pytest.mark.rule("VAL-03")
def test_the_ages_are_settings() -> None:
    form = born(TODAY - timedelta(days=366 * 17))
    assert parse_date_of_birth(form, TODAY, Policy(min_age_years=16)).reveal() < TODAY


@pytest.mark.rule("VAL-04")
@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("CE123456B", "CE123456B"),
        (" ce 12 34 56 b", "CE123456B"),
        ("JM-12-34-56-D", "JM123456D"),
        ("JM\u201312\u201134\u00a056 d\u200b", "JM123456D"),
    ],
)
def test_a_national_insurance_number_is_cleaned(typed: str, number: str) -> None:
    assert parse_national_insurance_number({"national_insurance_number": typed}).reveal() == number


@pytest.mark.rule("VAL-04")
@pytest.mark.parametrize(
    "typed",
    [
        *("DE123456A", "CO123456A", "GB123456A", "BG123456A", "NK123456A", "KN123456A", "NT123456A", "TN123456A"),
        *(
            "ZZ123456A",
            "CE12345A",
            "CE123456",
            "CE123456E",
            "CE1234567A",
            "CQ123456A",
            "QC123456A",
            "CE\u0661\u0662\u0663456A",
        ),
        "\u017fE123456A",
    ],
)
def test_other_shapes_are_no_national_insurance_number(typed: str) -> None:
    with pytest.raises(Invalid) as invalid:
        parse_national_insurance_number({"national_insurance_number": typed})
    assert "2 letters, then 6 digits" in invalid.value.errors["national_insurance_number"]


@pytest.mark.rule("VAL-04")
@pytest.mark.parametrize("typed", ["", " - "])
def test_an_empty_national_insurance_number_is_asked_for(typed: str) -> None:
    with pytest.raises(Invalid) as invalid:
        parse_national_insurance_number({"national_insurance_number": typed})
    assert invalid.value.errors == {"national_insurance_number": "Enter the National Insurance number"}


@pytest.mark.rule("VAL-04", "GDS-2")
@given(st.lists(st.sampled_from([" ", "-", "\t", ""]), min_size=9, max_size=9), st.booleans())
def test_spaces_hyphens_and_case_never_matter_in_a_national_insurance_number(gaps: list[str], lower: bool) -> None:
    typed = "".join(gap + character for gap, character in zip(gaps, "JM123456D", strict=True))
    form = {"national_insurance_number": typed.lower() if lower else typed}
    assert parse_national_insurance_number(form).reveal() == "JM123456D"


@pytest.mark.rule("EXT-1.12", "IDN-03")
@pytest.mark.parametrize("fact", [NationalInsuranceNumber("CE123456B"), DateOfBirth(date(1998, 2, 14))])
def test_a_personal_fact_is_never_shown_or_carried_away(fact: Masked[object]) -> None:
    assert str(fact.reveal()) not in f"{fact} {fact!r}"
    page = jinja2.Environment(autoescape=True).from_string("{{ fact }}")
    for leave in (pickle.dumps, copy.copy, json.dumps, msgspec.json.encode, lambda x: page.render(fact=x), hash):
        with pytest.raises(TypeError):
            leave(fact)


@pytest.mark.rule("EXT-1.12")
def test_personal_facts_can_be_compared() -> None:
    assert NationalInsuranceNumber("ce 12 34 56 b") == NationalInsuranceNumber("CE123456B")
    assert NationalInsuranceNumber("CE123456B") != NationalInsuranceNumber("JM123456D")
    assert Masked("CE123456B") != NationalInsuranceNumber("CE123456B")


@pytest.mark.rule("RE-04")
def test_errors_of_both_facts_are_told_at_once() -> None:
    form = {"trn": "12"} | date_form("x/9/1990", "date_of_birth")
    with pytest.raises(Invalid) as invalid:
        parse_both(lambda: parse_trn(form), lambda: parse_date_of_birth(form, TODAY, POLICY))
    assert list(invalid.value.errors) == ["trn", "date_of_birth_day"]


def test_two_good_facts_are_both_returned() -> None:
    assert parse_both(lambda: 1, lambda: "two") == (1, "two")


@pytest.mark.rule("GEN-04")
@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2025, 10, 31), 4, date(2026, 2, 28)),
        (date(2027, 10, 31), 4, date(2028, 2, 29)),
        (date(2026, 1, 5), 4, date(2026, 5, 5)),
        (date(2025, 8, 31), 1, date(2025, 9, 30)),
        (date(2025, 12, 1), 12, date(2026, 12, 1)),
        (date(9999, 12, 1), 1, date.max),
    ],
)
def test_months_ahead_are_clamped_to_the_last_day(day: date, months: int, later: date) -> None:
    assert add_months(day, months) == later


@pytest.mark.rule("GEN-04")
@pytest.mark.parametrize(
    ("day", "years", "earlier"),
    [
        (date(2028, 2, 29), 18, date(2010, 2, 28)),
        (date(2026, 3, 10), 18, date(2008, 3, 10)),
        (date(50, 1, 1), 100, date.min),
    ],
)
def test_years_ago_are_clamped_too(day: date, years: int, earlier: date) -> None:
    assert years_before(day, years) == earlier


@pytest.mark.rule("GEN-04")
@given(st.dates(date(1900, 1, 1), date(2900, 1, 1)), st.integers(0, 500))
def test_months_later_lie_that_many_months_later_on_the_same_or_the_last_day(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@pytest.mark.rule("VAL-01", "VAL-02", "VAL-03", "VAL-04")
@given(st.dictionaries(st.sampled_from(["trn", "national_insurance_number"]), st.text(max_size=60)), st.data())
def test_nothing_typed_breaks_a_parser(form: dict[str, str], data: st.DataObject) -> None:
    anything = st.text(st.characters(), max_size=12) | st.text(string.digits, max_size=4)
    parts = {f"date_of_birth_{part}": data.draw(anything) for part in ("day", "month", "year")}
    for parse in (
        lambda: parse_trn(form),
        lambda: parse_national_insurance_number(form),
        lambda: parse_date_of_birth(parts, TODAY, POLICY),
    ):
        try:
            parse()
        except Invalid as invalid:
            assert any(invalid.errors.values())  # noqa: PT017 - a refusal always has words
