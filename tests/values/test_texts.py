"""Parsers of names, emails, free text and choices."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.terms import WorkingPattern
from app.values import (
    NOT_AN_OPTION,
    REPLACEMENT,
    Invalid,
    clean,
    normalised_name,
    parse_choice,
    parse_choices,
    parse_email,
    parse_name,
    parse_text,
)

anything = st.text(st.characters(), max_size=80)
nasty = st.text(st.sampled_from("\x00\ud800\udfff\u202e\u200f\ufeff\u0301\x85\x1fa<@. \r\n"), max_size=30)


def name_of(typed: str) -> str:
    return parse_name({"corrected_name": typed}, "corrected_name", "full name")


def fault_of_name(typed: str) -> str:
    with pytest.raises(Invalid) as invalid:
        name_of(typed)
    return invalid.value.errors["corrected_name"]


def email_of(typed: str) -> str:
    return parse_email({"email": typed})


def fault_of_email(typed: str) -> str:
    with pytest.raises(Invalid) as invalid:
        email_of(typed)
    return invalid.value.errors["email"]


@pytest.mark.rule("VAL-05", "GDS-6")
@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  Niamh   O'Hara ", "Niamh O'Hara"),
        ("Niamh O\u2019Hara", "Niamh O\u2019Hara"),
        ("Sia\u0302n Rhys-Davies", "Siân Rhys-Davies"),
        ("Nguyễn Thị Ánh", "Nguyễn Thị Ánh"),
        ("Priya", "Priya"),
        ("Ann\tMarie\nLee\u00a0Fox", "Ann Marie Lee Fox"),
        ("\u202eAnn\u200b Lee\u200f", "Ann Lee"),
        ("a" * 70, "a" * 70),
        (" " + "e\u0301" * 70, "é" * 70),
    ],
)
def test_a_name_is_kept_as_its_owner_writes_it(typed: str, name: str) -> None:
    assert name_of(typed) == name


@pytest.mark.rule("VAL-05")
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Enter the full name"),
        ("   \u200b", "Enter the full name"),
        ("a" * 71, "70 characters or fewer"),
        ("12 -", "at least one letter"),
        ("<b>Ann", "must not include"),
        ("Ann > Lee", "must not include"),
        ("ann@school.example", "must not include"),
        ("Ann\x00Lee", "must not include"),
        ("Ann\x1cLee", "must not include"),
        ("Ann\ud800Lee", "must not include"),
        (f"Ann{REPLACEMENT}Lee", "must not include"),
    ],
)
def test_a_name_that_cannot_be_kept_says_why(typed: str, words: str) -> None:
    assert words in fault_of_name(typed)


@pytest.mark.rule("VAL-05")
@given(anything | nasty)
def test_an_accepted_name_is_accepted_again_unchanged(typed: str) -> None:
    try:
        name = name_of(typed)
    except Invalid as invalid:
        assert invalid.errors["corrected_name"]  # noqa: PT017
        return
    assert name_of(name) == name
    assert unicodedata.is_normalized("NFC", name)
    assert 1 <= len(name) <= 70
    assert not set(name) & set("<>@\x00\n")
    name.encode()


@given(anything | nasty)
@pytest.mark.rule("VAL-05")
def test_normalising_a_name_twice_changes_nothing_more(typed: str) -> None:
    once = normalised_name(typed)
    assert normalised_name(once) == once


@pytest.mark.rule("VAL-06")
@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("o'hara+ect@school.example", "o'hara+ect@school.example"),
        (" a.b@x-y.example ", "a.b@x-y.example"),
        ("Jo.Bloggs@School.Example", "Jo.Bloggs@School.Example"),
        ("jo\u200b@school.example\ufeff", "jo@school.example"),
        (".!#$%&'*+/=?^_`{|}~-".strip(".") + "@b.example", "!#$%&'*+/=?^_`{|}~-@b.example"),
        ("a@b.xn--p1ai", "a@b.xn--p1ai"),
        ("head@ash.test", "head@ash.test"),
        ("a@1.2.example", "a@1.2.example"),
        (f"a@{'b' * 63}.{'c' * 63}", f"a@{'b' * 63}.{'c' * 63}"),
        ("a" * 245 + "@b.exampl", "a" * 245 + "@b.exampl"),
    ],
)
def test_an_email_address_is_kept_as_typed(typed: str, address: str) -> None:
    assert email_of(typed) == address


@pytest.mark.rule("VAL-06")
@pytest.mark.parametrize(
    "typed",
    [
        *("a.example", "a@b", "a@@b.example", "a@b@c.example", "a..b@c.example", "a b@c.example", "a@-b.example"),
        *(
            ".a@b.example",
            "a.@b.example",
            "a@b-.example",
            "a@b..example",
            "a@b.example.",
            "a@b.c",
            "a@b.c1",
            "@b.example",
        ),
        *("a@b_c.example", "a@1.2.3.4", "\u00e9@b.example", "a@\u00e9.example", "a\x00@b.example", "a\ud800@b.example"),
        *(f"a@{'b' * 64}.example", f"a@b.{'c' * 64}", 'a"b@c.example', "a@b.xn--", "a@b.xn--a-", "Ann <a@b.example>"),
        "a@b.example\nc",
    ],
)
def test_other_shapes_are_no_email_address(typed: str) -> None:
    assert "name@school.example" in fault_of_email(typed)


@pytest.mark.rule("VAL-06")
def test_an_email_address_is_required_and_at_most_254_long() -> None:
    assert fault_of_email(" \u200b ") == "Enter an email address"
    assert "254 characters" in fault_of_email("a" * 245 + "@b.example")


@pytest.mark.rule("VAL-06", "GDS-2")
@given(
    st.from_regex(
        r"[a-z0-9+'_-]{1,20}(\.[a-z0-9]{1,5})?@([a-z][a-z0-9-]{0,8}[a-z0-9]\.){1,3}[a-z]{2,6}", fullmatch=True
    ),
    st.sampled_from(["", " ", "\u200b", "\u00a0\ufeff", "\t"]),
)
def test_surrounding_space_and_zero_width_characters_never_matter_in_an_email(address: str, around: str) -> None:
    assert email_of(around + address + around) == address


@pytest.mark.rule("VAL-06")
@given(anything | nasty | st.from_regex(r"[^@ ]{1,5}@[^@ ]{1,9}"))
def test_an_accepted_email_address_is_plain_ascii_with_one_at_sign(typed: str) -> None:
    try:
        address = email_of(typed)
    except Invalid as invalid:
        assert invalid.errors["email"]  # noqa: PT017
        return
    assert address.isascii()
    assert re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", address)
    assert email_of(address) == address


def message_of(typed: str, *, required: bool = True) -> str:
    return parse_text({"message": typed}, "message", what="message", limit=5000, required=required)


@pytest.mark.rule("VAL-07")
def test_free_text_loses_control_characters_and_keeps_line_breaks() -> None:
    assert message_of(" One\x07\x00\r\ntwo\rthree\x85\t! ") == "One\ntwo\nthree !"
    assert message_of(" ", required=False) == ""


@pytest.mark.rule("VAL-07")
@pytest.mark.parametrize(("typed", "words"), [(" \x00 ", "Enter the message"), ("a" * 5001, "5,000 characters")])
def test_free_text_has_bounds(typed: str, words: str) -> None:
    with pytest.raises(Invalid) as invalid:
        message_of(typed)
    assert words in invalid.value.errors["message"]
    assert message_of("a" * 5000) == "a" * 5000


@pytest.mark.rule("VAL-07")
@given(anything | nasty)
def test_free_text_read_twice_changes_nothing_more(typed: str) -> None:
    once = message_of(typed, required=False)
    once.encode()
    assert message_of(once, required=False) == once
    assert message_of(clean(typed), required=False) == once


@pytest.mark.rule("GEN-06")
def test_a_choice_is_the_option_itself() -> None:
    form = {"working_pattern": "part_time"}
    assert parse_choice(form, "working_pattern", WorkingPattern, "Select one") is WorkingPattern.PART_TIME
    assert parse_choice({"a": "x"}, "a", {"x": "Ex", "y": "Why"}, "Select one") == "x"


@pytest.mark.rule("GEN-06")
@pytest.mark.parametrize("forged", ["FULL_TIME", "full_time ", "full_time\x00", "\ud800", "0", "lead_provider:1"])
def test_a_forged_choice_is_an_ordinary_field_error(forged: str) -> None:
    with pytest.raises(Invalid) as invalid:
        parse_choice({"working_pattern": forged}, "working_pattern", WorkingPattern, "Select a pattern")
    assert invalid.value.errors == {"working_pattern": NOT_AN_OPTION}


@pytest.mark.rule("GEN-06")
@pytest.mark.parametrize("form", [{}, {"working_pattern": ""}])
def test_nothing_chosen_has_its_own_message(form: dict[str, str]) -> None:
    with pytest.raises(Invalid) as invalid:
        parse_choice(form, "working_pattern", WorkingPattern, "Select a pattern")
    assert invalid.value.errors == {"working_pattern": "Select a pattern"}


@pytest.mark.rule("GEN-06")
def test_choices_come_in_the_order_of_the_options_and_each_once() -> None:
    assert parse_choices({"ids": "z\nx\nx"}, "ids", ["x", "y", "z"], "Select one") == ("x", "z")
    assert parse_choices({}, "ids", ["x"]) == ()


@pytest.mark.rule("GEN-06")
@pytest.mark.parametrize(
    ("typed", "message"), [("", "Select one"), ("x\nforged", NOT_AN_OPTION), ("x,y", NOT_AN_OPTION)]
)
def test_choices_that_are_missing_or_forged_are_field_errors(typed: str, message: str) -> None:
    with pytest.raises(Invalid) as invalid:
        parse_choices({"ids": typed}, "ids", ["x", "y"], "Select one")
    assert invalid.value.errors == {"ids": message}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("a\x00b", f"a{REPLACEMENT}b"), ("a\ud800", f"a{REPLACEMENT}"), ("\ud83d\ude00", "😀"), ("\ufeffa", "\ufeffa")],
)
def test_cleaning_replaces_what_a_database_cannot_hold(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@given(anything | nasty)
def test_clean_text_can_be_stored_and_is_clean_already(typed: str) -> None:
    kept = clean(typed)
    assert "\x00" not in kept
    assert kept.encode().decode() == kept
    assert clean(kept) == kept


@given(st.text())
def test_cleaning_leaves_ordinary_text_alone(typed: str) -> None:
    assert clean(typed) == typed.replace("\x00", REPLACEMENT)


def test_errors_are_given_by_mapping_or_by_name() -> None:
    assert Invalid({"a": "one"}, b="two").errors == {"a": "one", "b": "two"}
