"""When a mentor may start, who is asked, and which stays elsewhere end (PER-10 to PER-12)."""

from __future__ import annotations

from datetime import date

import pytest

from app.policy import Policy
from app.registration.registering.mentor_start_dates import (
    MentorStartFacts,
    asks_for_start,
    check_mentor_start,
    closed_elsewhere,
    mentor_start_bounds,
    mentors_elsewhere,
)
from app.registration.registering.start_dates import Bound
from app.registration.rules import MentorStay
from app.terms import MentorAtSchoolId, Role, SchoolId
from app.training.periods import Calendar, NotOpen
from tests.training.builders import WORKED_EXAMPLES, period, training

ASH, BIRCH = SchoolId(1), SchoolId(2)
TODAY = date(2025, 10, 6)
CALENDAR = Calendar((*(period(year) for year in range(2021, 2026)), period(2026, opens=date(2026, 6, 15))))
SINCE = date(2025, 9, 1)


def stay(started_on=SINCE, finished_on=None, school=BIRCH, number=1, **facts):
    """A mentor's stay, at Birch School unless said otherwise."""
    return MentorStay(MentorAtSchoolId(number), school, started_on, finished_on, **facts)


def facts(*stays, only_here=False, trainings=()):
    """What the start at Ash School depends on."""
    return MentorStartFacts(ASH, CALENDAR, stays, tuple(trainings), only_here)


@pytest.mark.rule("RM-09")
@pytest.mark.parametrize(
    ("stays", "asked"),
    [
        ((), False),
        ((stay(),), True),
        ((stay(date(2026, 1, 5)),), True),
        ((stay(finished_on=TODAY),), True),
        ((stay(finished_on=date(2025, 10, 5)),), False),
        ((stay(removed=True),), False),
        ((stay(school=ASH),), False),
    ],
    ids=["never", "elsewhere", "starting elsewhere", "last day today", "left elsewhere", "removed", "here"],
)
def test_whoever_is_open_elsewhere_is_asked_about_it(stays, asked):
    assert mentors_elsewhere(stays, ASH, TODAY) is asked


@pytest.mark.rule("RM-10", "PER-10")
@pytest.mark.parametrize(
    ("given", "asked"),
    [
        (facts(), False),
        (facts(stay()), False),
        (facts(stay(), only_here=True), True),
        (facts(stay(finished_on=date(2025, 10, 5))), True),
        (facts(stay(finished_on=date(2025, 7, 18), school=ASH)), True),
        (facts(stay(removed=True)), False),
    ],
    ids=["new", "also elsewhere", "only here", "left elsewhere", "left here", "removed"],
)
def test_a_date_is_asked_of_whoever_moves_or_returns(given, asked):
    assert asks_for_start(given, TODAY) is asked


@pytest.mark.rule("PER-12")
@pytest.mark.parametrize(
    ("stays", "only_here", "closed"),
    [
        ((stay(),), True, [1]),
        ((stay(),), False, []),
        ((stay(finished_on=date(2025, 10, 20)),), True, [1]),
        ((stay(finished_on=date(2025, 10, 19)),), True, []),
        ((stay(), stay(number=2, school=SchoolId(3))), True, [1, 2]),
        ((stay(), stay(number=2, school=ASH, finished_on=date(2025, 7, 1)), stay(number=3, removed=True)), True, [1]),
    ],
    ids=["unfinished", "also elsewhere", "ends that day", "ended the day before", "several schools", "not here"],
)
def test_moving_only_here_ends_every_stay_that_goes_beyond(stays, only_here, closed):
    ends = closed_elsewhere(facts(*stays, only_here=only_here), date(2025, 10, 20))
    assert [each.id for each in ends] == closed


DECLARED = training(role=Role.MENTOR, stay_id=1, started_on=SINCE, latest_declaration_on=date(2025, 9, 30))
TRAINED = training(role=Role.MENTOR, stay_id=1, started_on=date(2025, 9, 29))


@pytest.mark.rule("PER-11", "CP-04", "CP-05", "VAL-02")
@pytest.mark.parametrize(
    ("given", "day", "expected"),
    [
        pytest.param(facts(), date(2023, 5, 31), "1 June 2023", id="general bound"),
        pytest.param(facts(), date(2023, 6, 1), None, id="on the general bound"),
        pytest.param(facts(stay(), only_here=True), date(2025, 9, 2), "3 September 2025", id="stay elsewhere"),
        pytest.param(facts(stay(), only_here=True), date(2025, 9, 3), None, id="two days in"),
        pytest.param(
            facts(stay(), only_here=True, trainings=[TRAINED]), date(2025, 9, 30), "1 October 2025", id="training"
        ),
        pytest.param(
            facts(stay(), only_here=True, trainings=[DECLARED]), date(2025, 9, 30), "1 October 2025", id="declaration"
        ),
        pytest.param(facts(stay(), only_here=True), date(2026, 2, 7), "6 February 2026", id="months ahead"),
        pytest.param(facts(stay(), only_here=True), date(2026, 2, 6), None, id="on the last day ahead"),
        pytest.param(
            facts(stay(finished_on=date(2026, 1, 30)), only_here=True), date(2026, 2, 20), None, id="with a last day"
        ),
        pytest.param(
            facts(stay(finished_on=date(2025, 7, 18), school=ASH)), date(2025, 7, 18), "19 July 2025", id="left here"
        ),
        pytest.param(
            facts(stay(), stay(SINCE, date(2025, 9, 19), SchoolId(3), 2), only_here=True),
            date(2025, 9, 19),
            None,
            id="ended elsewhere, well before",
        ),
        pytest.param(
            facts(stay(date(2025, 6, 1)), stay(SINCE, date(2025, 9, 19), SchoolId(3), 2), only_here=True),
            date(2025, 9, 2),
            "3 September 2025",
            id="ended elsewhere, in the way",
        ),
        pytest.param(facts(stay(finished_on=date(2025, 7, 18))), date(2025, 6, 15), None, id="all ended: free"),
    ],
)
def test_the_bounds_of_a_mentors_start(given, day, expected):
    crossed = check_mentor_start(day, given, TODAY, Policy())
    assert (crossed is None) == (expected is None)
    if expected is not None:
        assert isinstance(crossed, Bound)
        assert expected in crossed.message


@pytest.mark.rule("CP-05")
@pytest.mark.parametrize(
    ("given", "calendar", "day", "open_"),
    [
        (facts(), CALENDAR, date(2026, 6, 1), False),
        (facts(stay(), only_here=True), CALENDAR, date(2026, 6, 1), False),
        (facts(), Calendar((period(2025, opens=date(2025, 11, 1)),)), TODAY, False),
        (facts(), CALENDAR, TODAY, True),
        (facts(), Calendar((period(2025, opens=date(2025, 11, 1)),)), date(2025, 10, 5), True),
    ],
    ids=["next year", "next year, months ahead", "today, not open", "today", "the past"],
)
def test_registration_must_be_open_for_a_start_today_or_later(given, calendar, day, open_):
    asked = MentorStartFacts(given.school_id, calendar, given.stays, given.trainings, given.only_here)
    found = check_mentor_start(day, asked, TODAY, Policy())
    assert isinstance(found, NotOpen) is not open_


@pytest.mark.rule("PER-02", "PER-11")
def test_the_page_can_state_the_bounds_before_a_date_is_typed():
    hints = mentor_start_bounds(facts(stay(), only_here=True, trainings=[TRAINED]), None, TODAY, Policy()).hints
    assert any("1 October 2025" in hint for hint in hints)
    assert any("6 February 2026" in hint for hint in hints)
    assert mentor_start_bounds(MentorStartFacts(ASH, WORKED_EXAMPLES), None, TODAY, Policy()).latest is None
