"""Contract periods: which academic year something is filed in, and when registration is open."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.policy import Policy
from app.terms import Period, Role, ScheduleIdentifier, Year
from app.training.periods import (
    Calendar,
    CannotFile,
    ContractPeriod,
    EarlierMentorship,
    NotOpen,
    RegistrationPeriod,
    academic_year,
    computed_schedule,
    is_replacement,
    schedule_for,
    training_start,
)
from tests.training.builders import FROZEN_ON, GAP_CALENDAR, WORKED_EXAMPLES, filed_in, moved_to, period, school_led
from tests.training.builders import training as row

TODAY = date(2025, 10, 6)
EMPTY = Calendar()
UNOPENED = Calendar((period(2025), period(2026, opens=date(2026, 5, 1))))
days = st.dates(date(2018, 1, 1), date(2032, 12, 31))


@st.composite
def calendars(draw):
    """Periods without overlap, in any order, with gaps, freezes and successors that may form loops."""
    years = draw(st.lists(st.integers(2020, 2028), unique=True, max_size=7))
    return Calendar(
        tuple(
            ContractPeriod(
                Year(year),
                date(year, 6, 1) + timedelta(days=draw(st.integers(0, 20))),
                date(year + 1, 5, 31) - timedelta(days=draw(st.integers(0, 20))),
                draw(st.none() | st.dates(date(year, 1, 1), date(year, 12, 31))),
                draw(st.none() | st.dates(date(year + 1, 1, 1), date(year + 3, 1, 1))),
                draw(st.none() | st.sampled_from(years)),
                ScheduleIdentifier.EXTENDED_SEPTEMBER,
            )
            for year in draw(st.permutations(years))
        )
    )


@pytest.mark.rule("GEN-09")
def test_schools_read_academic_years():
    assert academic_year(Year(2025)) == "2025 to 2026"


@pytest.mark.rule("CP-01")
def test_a_period_is_enabled_from_its_opening_and_for_ever():
    opening = period(2026, opens=date(2026, 5, 10))
    assert not opening.is_enabled(date(2026, 5, 9))
    assert opening.is_enabled(date(2026, 5, 10))
    assert opening.is_enabled(date(2040, 1, 1))
    assert not ContractPeriod(Year(2026), date(2026, 6, 1), date(2027, 5, 31)).is_enabled(date(2026, 9, 1))


@pytest.mark.rule("CP-01", "CP-02")
def test_periods_count_in_the_order_of_their_first_days_however_they_are_given():
    given = Calendar((period(2027), period(2025), period(2026), period(2024)))
    assert given.upcoming(date(2025, 6, 5)).year == 2026
    assert given.ended_last(date(2029, 1, 1)).year == 2027
    assert given.earliest_start_date(date(2027, 6, 5), 2) == date(2025, 6, 1)


@pytest.mark.rule("CP-05")
def test_somebody_can_be_registered_for_the_last_day_of_the_last_period_that_is_open():
    open_until = Calendar((period(2024), period(2025), period(2026, opens=date(2026, 5, 1))))
    assert open_until.registration_open_until(date(2026, 4, 30)) == date(2026, 5, 31)
    assert open_until.registration_open_until(date(2026, 5, 1)) == date(2027, 5, 31)
    assert open_until.registration_open_until(date(2027, 5, 31)) is None


@pytest.mark.rule("SCH-06")
def test_a_school_answers_for_years_that_are_open_and_have_not_ended():
    assert [found.year for found in UNOPENED.asked_about(date(2026, 5, 31))] == [2025, 2026]
    assert [found.year for found in UNOPENED.asked_about(date(2026, 6, 1))] == [2026]
    assert [found.year for found in UNOPENED.asked_about(date(2026, 4, 30))] == [2025]


@pytest.mark.rule("CP-01")
def test_current_and_upcoming_period():
    assert GAP_CALENDAR.current(date(2026, 5, 31)).year == 2025
    assert GAP_CALENDAR.current(date(2026, 6, 5)) is None
    assert GAP_CALENDAR.upcoming(date(2026, 6, 9)).year == 2026
    assert GAP_CALENDAR.upcoming(date(2026, 6, 10)) is None


@pytest.mark.rule("CP-02")
@pytest.mark.parametrize(
    ("calendar", "day", "today", "year"),
    [
        pytest.param(WORKED_EXAMPLES, date(2026, 6, 1), TODAY, 2026, id="a period that starts after today"),
        pytest.param(WORKED_EXAMPLES, date(2026, 5, 31), TODAY, 2025, id="later in the current period"),
        pytest.param(WORKED_EXAMPLES, date(2023, 9, 1), TODAY, 2025, id="a past date is filed in the current period"),
        pytest.param(WORKED_EXAMPLES, date(2035, 9, 1), TODAY, 2025, id="a date in no period"),
        pytest.param(GAP_CALENDAR, date(2026, 6, 5), date(2026, 6, 5), 2026, id="W14 gap, the next one is enabled"),
        pytest.param(UNOPENED, date(2025, 9, 1), date(2025, 9, 1), 2025, id="no gap"),
        pytest.param(EMPTY, TODAY, TODAY, None, id="no period at all"),
        pytest.param(Calendar((period(2030),)), TODAY, TODAY, None, id="only one to come, not enabled"),
        pytest.param(Calendar((period(2020),)), TODAY, TODAY, 2020, id="only ended ones: the last"),
    ],
)
def test_base_period(calendar, day, today, year):
    found = calendar.base_period(day, today)
    assert (found.year if found else None) == year


@pytest.mark.rule("CP-02")
def test_in_a_gap_before_a_period_that_is_not_enabled_the_ended_one_counts():
    calendar = Calendar(
        (
            ContractPeriod(Year(2025), date(2025, 6, 1), date(2026, 5, 31), date(2025, 6, 1)),
            ContractPeriod(Year(2026), date(2026, 6, 10), date(2027, 5, 31), date(2026, 6, 10)),
        )
    )
    assert calendar.base_period(date(2026, 6, 5), date(2026, 6, 5)).year == 2025
    assert calendar.base_period(date(2026, 6, 15), date(2026, 6, 5)).year == 2026


@pytest.mark.rule("CP-03")
def test_successor_follows_frozen_periods():
    chain = Calendar(
        (
            period(2021, frozen=FROZEN_ON, successor=2022),
            period(2022, frozen=FROZEN_ON, successor=2024),
            period(2024),
        )
    )
    assert chain.successor(chain.of_year(Year(2021)), TODAY).year == 2024
    assert chain.successor(chain.of_year(Year(2021)), FROZEN_ON - timedelta(days=1)).year == 2022
    assert chain.of_year(Year(2021)).is_frozen(FROZEN_ON)
    assert not chain.of_year(Year(2021)).is_frozen(FROZEN_ON - timedelta(days=1))


@pytest.mark.rule("CP-03")
@pytest.mark.parametrize(
    "calendar",
    [
        pytest.param(
            Calendar((period(2021, frozen=FROZEN_ON, successor=2022), period(2022, frozen=FROZEN_ON, successor=2021))),
            id="a loop",
        ),
        pytest.param(Calendar((period(2021, frozen=FROZEN_ON, successor=2024),)), id="a year that does not exist"),
    ],
)
def test_successor_that_leads_nowhere(calendar):
    assert calendar.successor(calendar.of_year(Year(2021)), TODAY) is None
    latest = row(year=Year(2021))
    assert calendar.registration_period_for_ect(latest, TODAY, TODAY) is CannotFile.NO_SUCCESSOR


@pytest.mark.rule("CP-03")
@given(calendars(), days)
def test_a_successor_is_never_frozen(calendar, today):
    for frozen in calendar.periods:
        found = calendar.successor(frozen, today)
        assert found is None or (not found.is_frozen(today) and found != frozen)


@pytest.mark.rule("CP-04")
@pytest.mark.parametrize(
    ("calendar", "today", "back", "expected"),
    [
        pytest.param(WORKED_EXAMPLES, TODAY, 2, date(2023, 6, 1), id="two periods back"),
        pytest.param(WORKED_EXAMPLES, TODAY, 0, date(2025, 6, 1), id="none back"),
        pytest.param(WORKED_EXAMPLES, date(2022, 9, 1), 2, None, id="fewer earlier periods"),
        pytest.param(GAP_CALENDAR, date(2026, 6, 5), 1, date(2025, 6, 1), id="in a gap, before the base period"),
        pytest.param(EMPTY, TODAY, 2, None, id="no period"),
    ],
)
def test_earliest_start_date(calendar, today, back, expected):
    assert calendar.earliest_start_date(today, back) == expected


@pytest.mark.rule("CP-05")
@pytest.mark.parametrize(
    ("calendar", "day", "today", "role", "expected"),
    [
        pytest.param(UNOPENED, date(2026, 5, 31), TODAY, Role.ECT, None, id="later in an enabled period"),
        pytest.param(
            UNOPENED, date(2026, 6, 1), TODAY, Role.ECT, NotOpen(Year(2026), date(2026, 5, 1)), id="not enabled"
        ),
        pytest.param(UNOPENED, date(2026, 6, 1), date(2026, 5, 1), Role.ECT, None, id="on the day it opens"),
        pytest.param(UNOPENED, date(2030, 6, 1), TODAY, Role.MENTOR, NotOpen(), id="a date in no period"),
        pytest.param(UNOPENED, date(2001, 6, 1), TODAY, Role.ECT, None, id="the past: never"),
        pytest.param(UNOPENED, date(2001, 6, 1), TODAY, Role.MENTOR, None, id="the past, mentors: never"),
        pytest.param(GAP_CALENDAR, date(2026, 6, 5), date(2026, 6, 5), Role.ECT, None, id="an ECT from today: never"),
        pytest.param(
            Calendar((period(2025, opens=date(2025, 12, 1)),)),
            TODAY,
            TODAY,
            Role.ECT,
            None,
            id="an ECT from today, the current period is not enabled: never",
        ),
        pytest.param(GAP_CALENDAR, date(2026, 6, 5), date(2026, 6, 5), Role.MENTOR, None, id="mentor today in a gap"),
        pytest.param(GAP_CALENDAR, date(2026, 6, 7), date(2026, 6, 5), Role.ECT, NotOpen(), id="tomorrow, in the gap"),
        pytest.param(
            Calendar((period(2025, opens=date(2025, 12, 1)),)),
            TODAY,
            TODAY,
            Role.MENTOR,
            NotOpen(Year(2025), date(2025, 12, 1)),
            id="mentor today, the current period is not enabled",
        ),
        pytest.param(
            Calendar((period(2030),)),
            TODAY,
            TODAY,
            Role.MENTOR,
            NotOpen(Year(2030), date(2030, 6, 1)),
            id="mentor today, no base period",
        ),
        pytest.param(EMPTY, date(2001, 6, 1), TODAY, Role.ECT, NotOpen(), id="no period at all: always, no year named"),
    ],
)
def test_registration_not_open(calendar, day, today, role, expected):
    assert calendar.registration_not_open(day, today, role) == expected


@pytest.mark.rule("CP-05")
@given(calendars(), days, days)
def test_what_is_open_until_is_open(calendar, today, day):
    until = calendar.registration_open_until(today)
    if until is not None:
        assert calendar.registration_not_open(until, today, Role.ECT) is None
    if day > (until or today):
        assert calendar.registration_not_open(day, today, Role.ECT) is not None


@pytest.mark.rule("CP-06")
@pytest.mark.parametrize(
    ("latest", "start", "year", "frozen_from"),
    [
        pytest.param(row(year=Year(2024)), date(2025, 9, 1), 2024, None, id="W4 provider-led in a period not frozen"),
        pytest.param(school_led(), date(2025, 9, 1), 2025, None, id="W5 school-led"),
        pytest.param(row(year=Year(2022)), date(2024, 1, 15), 2024, 2022, id="W6 frozen: the successor"),
        pytest.param(None, date(2025, 9, 1), 2025, None, id="no training ever"),
        pytest.param(None, date(2026, 9, 1), 2026, None, id="no training, starting in a later year"),
    ],
)
def test_registration_period_of_an_ect(latest, start, year, frozen_from):
    found = WORKED_EXAMPLES.registration_period_for_ect(latest, start, TODAY)
    assert isinstance(found, RegistrationPeriod)
    assert found.year == year
    assert (found.frozen_from.year if found.frozen_from else None) == frozen_from
    assert found.frozen_move is (frozen_from is not None)


@pytest.mark.rule("CP-06")
@pytest.mark.parametrize(
    ("calendar", "latest", "start", "today", "year"),
    [
        pytest.param(GAP_CALENDAR, None, date(2026, 6, 5), date(2026, 6, 5), 2026, id="W14 gap: the next period"),
    ],
)
def test_registration_period_in_a_gap(calendar, latest, start, today, year):
    assert calendar.registration_period_for_ect(latest, start, today).year == year


@pytest.mark.rule("CP-07")
@pytest.mark.parametrize(
    ("latest", "year"),
    [
        pytest.param(row(role=Role.MENTOR, year=Year(2024)), 2024, id="own period, not frozen"),
        pytest.param(row(role=Role.MENTOR, year=Year(2022)), 2025, id="frozen: base period, never a successor"),
        pytest.param(None, 2025, id="W11 never trained"),
    ],
)
def test_registration_period_of_a_mentor(latest, year):
    found = WORKED_EXAMPLES.registration_period_for_mentor(latest, TODAY, TODAY)
    assert (found.year, found.frozen_move) == (year, False)


@pytest.mark.rule("CP-07", "CP-08")
def test_the_first_day_of_the_training_decides_where_no_earlier_training_does():
    september = date(2026, 9, 1)
    assert WORKED_EXAMPLES.registration_period_for_mentor(None, september, TODAY).year == 2026
    assert WORKED_EXAMPLES.registration_period_for_provider_led(None, september, TODAY).year == 2026


@pytest.mark.rule("CP-08")
def test_registration_period_of_a_change():
    frozen, open_one = row(year=Year(2022)), row(year=Year(2024))
    calendar = WORKED_EXAMPLES
    assert calendar.period_or_successor(open_one, TODAY).year == 2024
    moved = calendar.period_or_successor(frozen, TODAY)
    assert (moved.year, moved.frozen_move) == (2024, True)
    assert calendar.registration_period_for_provider_led(frozen, TODAY, TODAY).year == 2024
    assert calendar.registration_period_for_provider_led(None, TODAY, TODAY).year == 2025
    of_mentor = calendar.registration_period_for_mentor_change(row(role=Role.MENTOR, year=Year(2022)))
    assert (of_mentor.year, of_mentor.frozen_move) == (2022, False)


@pytest.mark.rule("CP-11")
def test_nothing_can_be_filed_without_a_period():
    assert EMPTY.registration_period_for_ect(None, TODAY, TODAY) is CannotFile.NO_PERIOD
    assert EMPTY.registration_period_for_ect(row(), TODAY, TODAY) is CannotFile.NO_PERIOD
    assert EMPTY.registration_period_for_mentor(None, TODAY, TODAY) is CannotFile.NO_PERIOD
    assert EMPTY.registration_period_for_mentor_change(row()) is CannotFile.NO_PERIOD


@pytest.mark.rule("CP-06")
@pytest.mark.rule("CP-11")
@given(calendars(), st.none() | st.builds(row, year=st.integers(2020, 2028)), days, days)
def test_an_ect_is_never_filed_in_a_frozen_period_by_their_training(calendar, latest, start, today):
    found = calendar.registration_period_for_ect(latest, start, today)
    if isinstance(found, CannotFile):
        assert latest is not None or not calendar.base_period(start, today)
    elif latest is not None:
        assert not found.period.is_frozen(today)
        assert found.frozen_move == (found.year != latest.year)


@pytest.mark.rule("PER-04")
@pytest.mark.parametrize(
    ("stay_start", "registration", "expected"),
    [
        pytest.param(date(2025, 10, 3), filed_in(2025), TODAY, id="WT-01 backdated: from today"),
        pytest.param(date(2025, 11, 3), filed_in(2025), date(2025, 11, 3), id="later: from the stay's start"),
        pytest.param(date(2025, 10, 3), None, TODAY, id="school-led"),
        pytest.param(date(2024, 1, 15), moved_to(2024), date(2024, 6, 1), id="W6 frozen move: first day of R"),
        pytest.param(date(2024, 9, 2), moved_to(2024), date(2024, 9, 2), id="frozen move, start inside R"),
    ],
)
def test_training_starts(stay_start, registration, expected):
    assert training_start(stay_start, registration, TODAY) == expected


MONTHS = Policy().schedule_months
ALL = frozenset(ScheduleIdentifier)


@pytest.mark.rule("SCD-02")
@pytest.mark.parametrize(
    ("month", "word"),
    [
        *((month, "september") for month in (6, 7, 8, 9, 10)),
        *((month, "january") for month in (11, 12, 1, 2)),
        *((month, "april") for month in (3, 4, 5)),
    ],
)
def test_schedule_by_month(month, word):
    found = computed_schedule(date(2026, month, 15), date(2025, 9, 1), MONTHS)
    assert found == f"ecf-standard-{word}"


@pytest.mark.rule("SCD-02")
def test_schedule_month_is_that_of_the_later_of_start_and_today():
    assert computed_schedule(date(2025, 9, 1), date(2026, 3, 2), MONTHS) is ScheduleIdentifier.STANDARD_APRIL
    assert computed_schedule(date(2026, 1, 5), TODAY, MONTHS) is ScheduleIdentifier.STANDARD_JANUARY


@pytest.mark.rule("SCD-03")
@pytest.mark.parametrize(
    ("earlier", "expected"),
    [
        pytest.param([EarlierMentorship(7, Period(date(2025, 9, 1)), (date(2025, 9, 1),))], True, id="declared inside"),
        pytest.param([EarlierMentorship(7, Period(date(2025, 9, 1)), (date(2025, 8, 31),))], False, id="before it"),
        pytest.param([EarlierMentorship(7, Period(date(2025, 9, 1)))], False, id="nothing declared"),
        pytest.param([EarlierMentorship(8, Period(date(2025, 9, 1)), (date(2025, 9, 1),))], False, id="same mentor"),
        pytest.param([], False, id="first mentor"),
    ],
)
def test_replacement_schedule(earlier, expected):
    assert is_replacement(8, earlier) is expected
    found = computed_schedule(TODAY, TODAY, MONTHS, replacement=expected)
    assert found == ("ecf-replacement-september" if expected else "ecf-standard-september")


OWN = row(schedule=ScheduleIdentifier.REDUCED_APRIL, year=Year(2024))
COMPUTED = ScheduleIdentifier.STANDARD_SEPTEMBER


@pytest.mark.rule("SCD-01")
@pytest.mark.parametrize(
    ("registration", "latest_provider_led", "available", "expected"),
    [
        pytest.param(
            RegistrationPeriod(period(2024), OWN), OWN, ALL, ScheduleIdentifier.REDUCED_APRIL, id="W4 (1) unchanged"
        ),
        pytest.param(
            RegistrationPeriod(period(2024), OWN),
            row(2, schedule=ScheduleIdentifier.STANDARD_JANUARY, year=Year(2024)),
            ALL,
            ScheduleIdentifier.REDUCED_APRIL,
            id="(1) unchanged, whatever comes later",
        ),
        pytest.param(moved_to(2024), OWN, ALL, ScheduleIdentifier.EXTENDED_SEPTEMBER, id="W6 (2) successor's"),
        pytest.param(filed_in(2024), OWN, frozenset(), ScheduleIdentifier.REDUCED_APRIL, id="(3) belongs to R"),
        pytest.param(filed_in(2025), OWN, ALL, ScheduleIdentifier.REDUCED_APRIL, id="(3) same identifier in R"),
        pytest.param(filed_in(2025), OWN, frozenset({COMPUTED}), COMPUTED, id="(4) identifier not in R"),
        pytest.param(filed_in(2025), None, ALL, COMPUTED, id="W5 (4) computed"),
    ],
)
def test_schedule(registration, latest_provider_led, available, expected):
    assert schedule_for(registration, latest_provider_led, available, COMPUTED) is expected


@pytest.mark.rule("SCD-04")
def test_a_missing_schedule_is_a_fault_of_the_data():
    assert schedule_for(filed_in(2025), None, frozenset(), COMPUTED) is None
    assert schedule_for(moved_to(2024), OWN, frozenset({COMPUTED}), COMPUTED) is None
