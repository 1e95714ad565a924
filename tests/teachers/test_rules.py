"""Names of people, and corrections of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.policy import Policy
from app.teachers.rules import (
    display_name,
    fold,
    is_flagged,
    looks_shared,
    name_band,
    needs_same_person_question,
    search_text,
    significantly_different,
    similarity,
    stored_correction,
)

anything = st.text(st.characters(), max_size=40)
WORDS = Policy().shared_mailbox_words


@pytest.mark.rule("NAM-01")
@pytest.mark.parametrize(
    ("corrected", "first", "last", "shown"),
    [
        (None, "Priya", "Shah", "Priya Shah"),
        ("Pria Shah", "Priya", "Shah", "Pria Shah"),
        (None, ".", "Shah", "Shah"),
        (None, "Priya", ".", "Priya"),
        (None, " Priya ", "", "Priya"),
        (None, ".", ".", ""),
        ("Priya", ".", ".", "Priya"),
    ],
)
def test_the_name_shown(corrected: str | None, first: str, last: str, shown: str) -> None:
    assert display_name(corrected, first, last) == shown


@pytest.mark.rule("NAM-01", "NAM-06")
@pytest.mark.parametrize(
    ("corrected", "stored"),
    [
        ("Siân Dowd", None),
        ("Sia\u0302n  Dowd ", None),
        (None, None),
        (" ", None),
        ("siân dowd", "siân dowd"),
        ("Siân O'Dowd", "Siân O'Dowd"),
    ],
)
def test_a_correction_equal_to_the_teaching_record_is_not_stored(corrected: str | None, stored: str | None) -> None:
    assert stored_correction(corrected, "Siân", "Dowd") == stored


@pytest.mark.rule("NAM-03", "ADM-9.2")
@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Níamh O'Hara", "niamh ohara"),
        ("NIAMH O\u2019HARA", "niamh ohara"),
        ("Rosalind Bell-Hay", "rosalind bell hay"),
        ("  Anne.Marie,  (Lee) ", "anne marie lee"),
        ("Nguyễn Thị Ánh", "nguyen thi anh"),
        ("STRAẞE", "strasse"),
        ("\ud800\x00", ""),
    ],
)
def test_folding_leaves_letters_and_digits(name: str, folded: str) -> None:
    assert fold(name) == folded


@pytest.mark.rule("NAM-03")
@given(anything)
def test_folding_twice_changes_nothing_more(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@pytest.mark.rule("NAM-03")
@given(st.text(st.characters(max_codepoint=127), max_size=20))
def test_a_plain_name_is_folded_as_beside_an_accent(name: str) -> None:
    assert fold(f"{name} é") == f"{fold(name)} e".lstrip()


@pytest.mark.rule("NAM-03")
@given(st.text(st.sampled_from("abc XYZéñ"), max_size=20))
def test_case_never_matters_after_folding(name: str) -> None:
    assert fold(name.upper()) == fold(name.lower())


@pytest.mark.rule("NAM-03")
@pytest.mark.parametrize(
    ("old", "new", "different"),
    [
        ("Niamh O'Hara", "Níamh OHara", False),
        ("Anna Kowalska", "Ania Kowalska", False),
        ("Anna Kowalska", "Anna Nowak", False),
        ("Ros Bell", "Rosalind Bell-Hay", True),
        ("Priya", "Deepa", True),
        ("Priya Shah", "Priya", False),
    ],
)
def test_a_name_is_significantly_different_when_first_and_last_word_differ(
    old: str,
    new: str,
    different: bool,
) -> None:
    assert significantly_different(old, new) is different
    assert needs_same_person_question(old, new) is different


@pytest.mark.rule("NAM-03")
@given(anything, anything)
def test_difference_works_both_ways_and_not_from_itself(one: str, other: str) -> None:
    assert significantly_different(one, other) is significantly_different(other, one)
    assert not significantly_different(one, one)


@pytest.mark.rule("NAM-04")
@pytest.mark.parametrize(
    ("displayed", "record", "new", "flagged"),
    [
        ("Ann Fox", "Ann Lee", "Ann Fox-Hay", False),
        ("Ann Lee", "Ann Lee", "Jo Fox", True),
        ("Jo Fox", "Ann Lee", "Jo Fox-Hay", True),
        ("Jo Fox", "Ann Lee", "Ann Hay", True),
    ],
)
def test_support_looks_at_names_unlike_the_shown_or_the_recorded_one(
    displayed: str,
    record: str,
    new: str,
    flagged: bool,
) -> None:
    assert is_flagged(displayed, record, new) is flagged


@pytest.mark.rule("ADM-9.2", "ADM-9.3", "ADM-9.4")
@pytest.mark.parametrize(
    ("register", "new", "score"),
    [
        ("Jane Smith", "Jane Brown", 100),
        ("Li Wei", "Wei Li", 100),
        ("Siân Rhys Davies", "Sian Davies", 100),
        ("Jon Smyth", "John Smith", 80),
        ("Mohammed Ali", "Muhammad Aly", 75),
        ("Kate Hall", "Cath Mills", 50),
        ("Elizabeth Smith", "Beth Brown", 44),
        ("Ann Lee", "Amy Fox", 33),
        ("Jane Smith", "Peter Jones-Clark", 29),
        ("Tom Jones", "Sarah Patel", 20),
        ("Dr Jane Smith", "Mrs Jane Brown", 100),
        ("Dr", "Miss Dr", 100),
        ("", "Jane", 0),
        ("Jane", "!", 0),
    ],
)
def test_how_alike_two_names_are(register: str, new: str, score: int) -> None:
    assert similarity(register, new) == score


@pytest.mark.rule("ADM-9.3")
@given(anything, anything)
def test_likeness_is_a_whole_percentage_and_the_same_both_ways(one: str, other: str) -> None:
    assert 0 <= similarity(one, other) <= 100
    assert similarity(one, other) == similarity(other, one)
    assert similarity(one, one) == (100 if fold(one) else 0)


@pytest.mark.rule("LS-03")
def test_the_search_column_holds_the_distinct_words_of_both_names() -> None:
    assert search_text("Siân O'Dowd", "Sian Dowd", None) == "sian odowd dowd"
    assert search_text("Sam Brown-Lee") == "sam brown lee"


@pytest.mark.rule("EML-05")
@pytest.mark.parametrize(
    ("email", "shared"),
    [
        ("office@ash.example", True),
        ("Admin@ash.example", True),
        ("office2@ash.example", True),
        ("info+ect@ash.example", True),
        ("headley@ash.example", False),
        ("a.head@ash.example", False),
        ("jo@office.example", False),
        ("", False),
    ],
)
def test_a_shared_mailbox_is_known_by_its_local_part(email: str, shared: bool) -> None:
    assert looks_shared(email, WORDS) is shared


@pytest.mark.rule("ADM-9.4")
@pytest.mark.parametrize(
    ("score", "band"), [(100, "minor"), (80, "minor"), (79, "partial"), (50, "partial"), (49, "large")]
)
def test_how_much_a_name_differs(score: int, band: str) -> None:
    assert name_band(score, 50) == band
