"""What a school may do, by kind, status, place and what staff decided."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.policy import Policy
from app.schools.rules import (
    FUNDED_TYPES,
    KNOWN_TYPES,
    RefusalReason,
    SchoolAccess,
    SchoolFacts,
    SchoolLevel,
    is_closed,
    is_in_england,
    is_not_yet_open,
    is_self_funded,
    may_register_ects,
    may_register_mentors,
    may_use_service,
    offers_mentor_training,
    programmes_for_new_ects,
    school_access,
    school_kind,
)
from app.terms import Period, SchoolKind, TrainingProgramme

TODAY = date(2026, 3, 10)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
POLICY = Policy()
ADMITTING = Policy(admitted_unfunded_types=frozenset({10, 11, 37}))

ACADEMY = SchoolFacts(type_code=34, status_code=1, opened_on=date(2012, 9, 1), district_code="E09000007")
INDEPENDENT = replace(ACADEMY, type_code=11)
OVERSEAS = replace(ACADEMY, type_code=37, district_code="")

NONE, FULL = SchoolLevel.NONE, SchoolLevel.FULL
SCHOOL_LED_ONLY, NO_NEW = SchoolLevel.SCHOOL_LED_ONLY, SchoolLevel.FULL_NO_NEW_ECTS


def level_of(school: SchoolFacts, policy: Policy = POLICY, today: date = TODAY) -> SchoolAccess:
    return school_access(school, today, policy)


@pytest.mark.rule("ACC-13.2")
def test_there_are_41_known_types_of_which_31_are_funded() -> None:
    assert len(KNOWN_TYPES) == 41
    assert len(FUNDED_TYPES) == 31


@pytest.mark.rule("SCH-01", "ACC-13.2")
@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        (SchoolKind.STATE_FUNDED, (1, 2, 3, 5, 6, 7, 8, 12, 14, 15, 18, 24, 28, 31, 32, 33, 34, 35, 36)),
        (SchoolKind.STATE_FUNDED, (38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 57)),
        (SchoolKind.INDEPENDENT, (10, 11)),
        (SchoolKind.BRITISH_SCHOOL_OVERSEAS, (37,)),
        (SchoolKind.OTHER, (25, 26, 27, 29, 30, 49, 56)),
        (SchoolKind.OTHER, (0, 4, 9, 13, 50, 58, 999, None)),
    ],
)
def test_the_type_gives_the_kind(kind: SchoolKind, codes: tuple[int | None, ...]) -> None:
    assert {school_kind(code) for code in codes} == {kind}


@pytest.mark.rule("ACC-13.3")
@pytest.mark.parametrize(
    ("status", "closed_on", "closed"),
    [
        (2, None, True),
        (2, YESTERDAY, True),
        (2, TODAY, False),
        (2, TOMORROW, False),
        (1, YESTERDAY, False),
        (3, TODAY, False),
    ],
)
def test_a_school_is_closed_from_the_day_after_its_close_date(
    status: int, closed_on: date | None, closed: bool
) -> None:
    assert is_closed(replace(ACADEMY, status_code=status, closed_on=closed_on), TODAY) is closed


@pytest.mark.rule("ACC-13.3")
@pytest.mark.parametrize(
    ("status", "opened_on", "not_yet"),
    [
        (4, None, True),
        (4, YESTERDAY, True),
        (1, TOMORROW, True),
        (1, TODAY, False),
        (1, None, False),
        (3, TODAY, False),
    ],
)
def test_a_school_is_open_from_its_opening_date(status: int, opened_on: date | None, not_yet: bool) -> None:
    assert is_not_yet_open(replace(ACADEMY, status_code=status, opened_on=opened_on), TODAY) is not_yet


@pytest.mark.rule("ACC-13.4")
@pytest.mark.parametrize(
    ("type_code", "district", "inside"),
    [
        (34, "E09000007", True),
        (34, "", True),
        (34, "9999", True),
        (34, "W06000015", False),
        (34, "M99999999", False),
        (999, "E09000007", True),
        *((code, "E09000007", False) for code in (25, 26, 30, 37)),
    ],
)
def test_england_is_told_by_type_and_district(type_code: int, district: str, inside: bool) -> None:
    assert is_in_england(replace(ACADEMY, type_code=type_code, district_code=district)) is inside


@pytest.mark.rule("ACC-13.5", "SCH-02", "ACC-13.1")
@pytest.mark.parametrize(
    ("school", "policy", "access"),
    [
        pytest.param(replace(ACADEMY, known=False), POLICY, (NONE, 1, "not_set_up"), id="row 1: not in the register"),
        pytest.param(replace(ACADEMY, status_code=2), POLICY, (NONE, 2, "closed"), id="row 2: closed"),
        pytest.param(replace(ACADEMY, status_code=4), POLICY, (NONE, 3, "not_open_yet"), id="row 3: not open yet"),
        pytest.param(
            replace(ACADEMY, override=NONE), POLICY, (NONE, 4, "decided_by_support"), id="row 4: staff said none"
        ),
        pytest.param(replace(INDEPENDENT, override=FULL), POLICY, (FULL, 4, None), id="row 4: marked as eligible"),
        pytest.param(
            replace(ACADEMY, override=SCHOOL_LED_ONLY), POLICY, (SCHOOL_LED_ONLY, 4, None), id="row 4: school-led only"
        ),
        pytest.param(ACADEMY, POLICY, (FULL, 5, None), id="row 5: funded in England"),
        pytest.param(
            replace(INDEPENDENT, section_41_approved=True), ADMITTING, (FULL, 6, None), id="row 6: section 41"
        ),
        pytest.param(INDEPENDENT, ADMITTING, (SCHOOL_LED_ONLY, 7, None), id="row 7: admitted type"),
        pytest.param(OVERSEAS, ADMITTING, (SCHOOL_LED_ONLY, 7, None), id="row 7: admitted overseas"),
        pytest.param(
            replace(INDEPENDENT, has_open_training=True), POLICY, (NO_NEW, 8, None), id="row 8: open training"
        ),
        pytest.param(
            replace(INDEPENDENT, has_open_training=True),
            ADMITTING,
            (SCHOOL_LED_ONLY, 7, None),
            id="W17: row 7 before 8",
        ),
        pytest.param(replace(ACADEMY, type_code=99), POLICY, (NONE, 9, "type_unknown"), id="row 9: unknown type"),
        pytest.param(
            replace(ACADEMY, type_code=99, district_code="W06000015"),
            POLICY,
            (NONE, 9, "type_unknown"),
            id="row 9 before 11",
        ),
        pytest.param(INDEPENDENT, POLICY, (NONE, 10, "not_funded"), id="row 10: independent, not funded"),
        pytest.param(OVERSEAS, POLICY, (NONE, 11, "not_in_england"), id="row 11: overseas"),
        pytest.param(
            replace(ACADEMY, district_code="W06000015"),
            POLICY,
            (NONE, 11, "not_in_england"),
            id="row 11: funded in Wales",
        ),
        pytest.param(
            replace(INDEPENDENT, district_code="W06000015", section_41_approved=True, has_open_training=True),
            POLICY,
            (NONE, 11, "not_in_england"),
            id="row 11: independent in Wales",
        ),
        pytest.param(
            replace(ACADEMY, type_code=29), POLICY, (NONE, 12, "type_not_eligible"), id="row 12: anything else"
        ),
        pytest.param(
            replace(ACADEMY, type_code=56, section_41_approved=True, has_open_training=True),
            POLICY,
            (NONE, 12, "type_not_eligible"),
            id="row 12: section 41 counts for independent schools only",
        ),
    ],
)
def test_the_first_row_that_fits_decides(
    school: SchoolFacts, policy: Policy, access: tuple[SchoolLevel, int, str | None]
) -> None:
    decided = level_of(school, policy)
    assert (decided.level, decided.row, decided.reason) == access


FUNDED = [1, 2, 3, 5, 6, 7, 8, 12, 14, 15, 18, 24, 28, *range(31, 37), *range(38, 49), 57]
IN_WALES = {"district_code": "W06000015"}
WAYS: dict[str, tuple[dict[str, object], Policy]] = {
    "in England": ({}, POLICY),
    "in Wales": (IN_WALES, POLICY),
    "section 41": ({"section_41_approved": True}, POLICY),
    "open training": ({"has_open_training": True}, POLICY),
    "admitted": ({}, ADMITTING),
    "admitted, in Wales": (IN_WALES, ADMITTING),
}
ABROAD, UNKNOWN, OTHERWISE = "not_in_england", "type_unknown", "type_not_eligible"
FUNDED_WAYS = ("full", ABROAD, "full", "full", "full", ABROAD)
INDEPENDENT_WAYS = ("not_funded", ABROAD, "full", "full_no_new_ects", "school_led_only", "school_led_only")
OVERSEAS_WAYS = (ABROAD, ABROAD, ABROAD, ABROAD, "school_led_only", "school_led_only")
EVERY_TYPE = {
    **dict.fromkeys(FUNDED, FUNDED_WAYS),
    **dict.fromkeys((10, 11), INDEPENDENT_WAYS),
    37: OVERSEAS_WAYS,
    **dict.fromkeys((25, 26, 30), (ABROAD,) * 6),
    **dict.fromkeys((27, 29, 49, 56), (OTHERWISE, ABROAD, OTHERWISE, OTHERWISE, OTHERWISE, ABROAD)),
    **dict.fromkeys((4, 9, 13, 50, 99), (UNKNOWN,) * 6),
}
"""Type code -> the level, or the reason for none, in each of the ways above (ACC-13.2, ACC-13.5)."""


@pytest.mark.rule("ACC-13.2", "ACC-13.4", "ACC-13.5")
@pytest.mark.parametrize("code", EVERY_TYPE)
@pytest.mark.parametrize("way", WAYS)
def test_every_type_has_its_level_wherever_it_is(code: int, way: str) -> None:
    changes, policy = WAYS[way]
    decided = level_of(replace(ACADEMY, type_code=code, **changes), policy)  # type: ignore[arg-type]
    expected = EVERY_TYPE[code][list(WAYS).index(way)]
    assert (decided.reason or decided.level) == expected


@pytest.mark.rule("ACC-13.2")
def test_the_table_has_every_known_type() -> None:
    assert set(EVERY_TYPE) >= KNOWN_TYPES
    assert set(FUNDED) == FUNDED_TYPES


@pytest.mark.rule("ACC-13.5")
@pytest.mark.parametrize(
    ("school", "reason"),
    [
        (replace(ACADEMY, status_code=2), RefusalReason.CLOSED),
        (replace(ACADEMY, status_code=4), RefusalReason.NOT_OPEN_YET),
        (replace(ACADEMY, known=False, status_code=2), RefusalReason.NOT_SET_UP),
    ],
)
def test_staff_cannot_open_a_school_that_does_not_exist_today(school: SchoolFacts, reason: RefusalReason) -> None:
    assert level_of(replace(school, override=FULL)).reason is reason


@pytest.mark.rule("ACC-13.5")
def test_a_decision_of_staff_holds_through_its_last_day() -> None:
    school = replace(INDEPENDENT, override=FULL, override_until=TODAY)
    assert level_of(school).level is FULL
    assert level_of(school, today=TOMORROW).reason is RefusalReason.NOT_FUNDED


@pytest.mark.rule("ACC-13.10")
def test_the_last_open_training_counts_through_its_last_day() -> None:
    training = Period(date(2025, 9, 1), TODAY)
    levels = [
        level_of(replace(INDEPENDENT, has_open_training=training.is_open(day)), today=day) for day in (TODAY, TOMORROW)
    ]
    assert [levels[0].level, levels[1].reason] == [NO_NEW, RefusalReason.NOT_FUNDED]


@pytest.mark.rule("ACC-13.9")
def test_gaining_section_41_back_restores_full() -> None:
    assert level_of(replace(INDEPENDENT, section_41_approved=True, has_open_training=True)).level is FULL


@pytest.mark.rule("ACC-13.6", "SCH-02", "SCH-03")
@pytest.mark.parametrize(
    ("level", "uses", "new_ects", "mentors", "mentor_training"),
    [
        (FULL, True, True, True, True),
        (SCHOOL_LED_ONLY, True, True, True, False),
        (NO_NEW, True, False, True, True),
        (NONE, False, False, False, False),
    ],
)
def test_what_a_level_allows(
    level: SchoolLevel,
    uses: bool,
    new_ects: bool,
    mentors: bool,
    mentor_training: bool,
) -> None:
    assert may_use_service(level) is uses
    assert may_register_ects(level) is new_ects
    assert may_register_mentors(level) is mentors
    assert offers_mentor_training(level) is mentor_training


@pytest.mark.rule("ACC-13.7", "SCH-04")
@pytest.mark.parametrize(
    ("level", "provider_led_allowed", "programmes"),
    [
        (FULL, False, ["provider_led", "school_led"]),
        (SCHOOL_LED_ONLY, False, ["school_led"]),
        (SCHOOL_LED_ONLY, True, ["provider_led", "school_led"]),
        (NO_NEW, True, []),
        (NONE, True, []),
    ],
)
def test_the_programmes_offered_to_new_ects(
    level: SchoolLevel,
    provider_led_allowed: bool,
    programmes: list[str],
) -> None:
    policy = Policy(unfunded_may_use_provider_led=provider_led_allowed)
    assert list(programmes_for_new_ects(level, policy)) == programmes


@pytest.mark.rule("ACC-13.7", "SCH-04")
def test_only_provider_led_training_of_a_school_led_only_school_is_self_funded() -> None:
    marked = [
        (level, programme)
        for level in SchoolLevel
        for programme in TrainingProgramme
        if is_self_funded(level, programme)
    ]
    assert marked == [(SCHOOL_LED_ONLY, TrainingProgramme.PROVIDER_LED)]


near = st.none() | st.dates(TODAY - timedelta(days=3), TODAY + timedelta(days=3))
facts = st.builds(
    SchoolFacts,
    known=st.booleans(),
    type_code=st.none() | st.integers(0, 60),
    status_code=st.none() | st.integers(0, 5),
    opened_on=near,
    closed_on=near,
    district_code=st.sampled_from(["", "9999", "E09000007", "W06000015"]),
    section_41_approved=st.booleans(),
    override=st.none() | st.sampled_from([FULL, SCHOOL_LED_ONLY, NONE]),
    override_until=near,
    has_open_training=st.booleans(),
)


@pytest.mark.rule("ACC-13.1")
@given(facts, st.sampled_from([POLICY, ADMITTING]))
def test_a_reason_is_given_exactly_when_nothing_is_allowed(school: SchoolFacts, policy: Policy) -> None:
    access = level_of(school, policy)
    assert (access.reason is not None) is (access.level is NONE)
    assert 1 <= access.row <= 12
