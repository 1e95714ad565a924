"""From which to which day an ECT may start, and the page's sentences about it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.policy import Policy
from app.registration.registering.start_dates import (
    Bound,
    BoundReason,
    StartDateFacts,
    check_start_date,
    day_in_words,
    start_date_bounds,
)
from app.registration.rules import transfer_closing
from app.terms import Year
from app.training.periods import Calendar, NotOpen
from tests.registration.builders import ASH, BIRCH, stay
from tests.training.builders import GAP_CALENDAR, WORKED_EXAMPLES, period, school_led, training

TODAY = date(2025, 10, 6)
POLICY = Policy()
PERIODS = Calendar((*WORKED_EXAMPLES.periods[:5], period(2026, opens=date(2026, 5, 1))))
SEPTEMBER, CHANGED = date(2025, 9, 1), date(2025, 9, 29)
IN_PROGRESS_ELSEWHERE = ((stay(at=BIRCH),), (training(started_on=SEPTEMBER, stay_id=1),))
CHANGED_ELSEWHERE = (
    (stay(at=BIRCH),),
    (
        training(1, SEPTEMBER, date(2025, 9, 28), stay_id=1),
        training(2, CHANGED, stay_id=1),
        training(3, date(2026, 1, 1), stay_id=1),
    ),
)
LEAVING_ELSEWHERE = ((stay(at=BIRCH, finished_on=date(2025, 12, 19)),), (training(started_on=SEPTEMBER, stay_id=1),))
LEFT_HERE = ((stay(date(2024, 9, 1), date(2025, 7, 18)),), (training(started_on=date(2024, 9, 1), stay_id=1),))
STARTS_ELSEWHERE = ((stay(date(2026, 1, 5), at=BIRCH),), (training(started_on=date(2026, 1, 5), stay_id=1),))
DECLARED_ELSEWHERE = (
    (stay(at=BIRCH),),
    (training(started_on=SEPTEMBER, stay_id=1, latest_declaration_on=date(2025, 9, 30)),),
)
NOT_OPEN = NotOpen(Year(2026), date(2026, 5, 1))


def check(day, stays=(), trainings=(), *, today=TODAY, calendar=PERIODS):
    """The reason of a refusal, `NotOpen`, or None, as somebody at Ash types a start date."""
    facts = StartDateFacts(ASH, calendar, tuple(stays), tuple(trainings))
    found = check_start_date(day, start_date_bounds(facts, today, POLICY), calendar, today)
    return found.reason if isinstance(found, Bound) else found


@pytest.mark.rule("PER-01")
@pytest.mark.rule("RE-11")
@pytest.mark.parametrize(
    ("known", "day", "expected"),
    [
        pytest.param(((), ()), date(2023, 5, 31), BoundReason.GENERAL, id="CP-04 first registration: too early"),
        pytest.param(((), ()), date(2023, 6, 1), None, id="CP-04 first registration: earliest"),
        pytest.param(((), ()), date(2026, 5, 31), None, id="CP-05 first registration: last day of what is open"),
        pytest.param(((), ()), date(2026, 6, 1), NOT_OPEN, id="CP-05 first registration: cannot register yet"),
        pytest.param(IN_PROGRESS_ELSEWHERE, date(2025, 9, 2), BoundReason.STAY_ELSEWHERE, id="elsewhere: too early"),
        pytest.param(IN_PROGRESS_ELSEWHERE, date(2025, 9, 3), None, id="elsewhere: two days after its start"),
        pytest.param(IN_PROGRESS_ELSEWHERE, date(2026, 2, 6), None, id="elsewhere: four months ahead"),
        pytest.param(IN_PROGRESS_ELSEWHERE, date(2026, 2, 7), BoundReason.MONTHS_AHEAD, id="elsewhere: a day more"),
        pytest.param(IN_PROGRESS_ELSEWHERE, date(2026, 6, 1), NOT_OPEN, id="elsewhere: not open comes first"),
        pytest.param(CHANGED_ELSEWHERE, date(2025, 9, 30), BoundReason.TRAINING, id="training changed: too early"),
        pytest.param(CHANGED_ELSEWHERE, date(2025, 10, 1), None, id="training changed: two days after"),
        pytest.param(LEAVING_ELSEWHERE, date(2025, 9, 2), BoundReason.STAY_ELSEWHERE, id="last day: too early"),
        pytest.param(LEAVING_ELSEWHERE, date(2025, 9, 3), None, id="last day: from two days after its start"),
        pytest.param(LEAVING_ELSEWHERE, date(2026, 5, 31), None, id="last day: no upper limit of its own"),
        pytest.param(LEAVING_ELSEWHERE, date(2026, 6, 1), NOT_OPEN, id="last day: cannot register yet"),
        pytest.param(LEFT_HERE, date(2025, 7, 18), BoundReason.OWN_EARLIER_STAY, id="WT-11 left here: that day"),
        pytest.param(LEFT_HERE, date(2025, 7, 19), None, id="WT-11 left here: the day after"),
        pytest.param(
            STARTS_ELSEWHERE, date(2025, 12, 1), BoundReason.STARTS_ELSEWHERE, id="to start elsewhere: before"
        ),
        pytest.param(
            STARTS_ELSEWHERE, date(2026, 1, 6), BoundReason.STARTS_ELSEWHERE, id="to start elsewhere: a day in"
        ),
        pytest.param(STARTS_ELSEWHERE, date(2026, 1, 7), None, id="to start elsewhere: two days in"),
        pytest.param(DECLARED_ELSEWHERE, date(2025, 9, 30), BoundReason.DECLARATION, id="declaration: that day"),
        pytest.param(DECLARED_ELSEWHERE, date(2025, 10, 1), None, id="declaration: the day after"),
        pytest.param(((stay(removed=True),), ()), date(2025, 7, 1), None, id="a removed stay does not count"),
        pytest.param(((), ()), date(1, 1, 1), BoundReason.GENERAL, id="the first day there is"),
        pytest.param(((), ()), date(9999, 12, 31), NotOpen(), id="the last day there is"),
    ],
)
def test_start_date(known, day, expected):
    assert check(day, *known) == expected


@pytest.mark.rule("PER-01")
@pytest.mark.parametrize(
    ("known", "today", "day", "expected"),
    [
        pytest.param(
            ((stay(date(2025, 6, 16), at=BIRCH),), (training(started_on=date(2025, 6, 16), stay_id=1),)),
            date(2025, 6, 16),
            date(2025, 6, 18),
            None,
            id="W1",
        ),
        pytest.param(
            ((stay(date(2025, 4, 1), at=BIRCH),), (training(started_on=date(2025, 6, 16), stay_id=1),)),
            date(2025, 6, 16),
            date(2025, 6, 17),
            BoundReason.TRAINING,
            id="W2 training started later than the stay",
        ),
        pytest.param(((stay(at=BIRCH),), ()), date(2026, 1, 5), date(2026, 5, 5), None, id="W3 four months ahead"),
        pytest.param(
            ((stay(at=BIRCH),), ()), date(2026, 1, 5), date(2026, 5, 6), BoundReason.MONTHS_AHEAD, id="W3 a day more"
        ),
        pytest.param(
            ((stay(at=BIRCH, finished_on=date(2026, 3, 20)),), ()), date(2026, 3, 1), date(2026, 3, 12), None, id="W7"
        ),
        pytest.param(
            ((stay(at=BIRCH, finished_on=date(2026, 3, 5)),), ()), date(2026, 3, 10), date(2026, 3, 12), None, id="W8"
        ),
        pytest.param(
            ((stay(date(2025, 10, 31), at=BIRCH),), ()),
            date(2025, 10, 31),
            date(2026, 2, 28),
            None,
            id="GEN-04 clamped",
        ),
        pytest.param(
            ((stay(date(2025, 10, 31), at=BIRCH),), ()),
            date(2025, 10, 31),
            date(2026, 3, 1),
            BoundReason.MONTHS_AHEAD,
            id="GEN-04 clamped, a day more",
        ),
    ],
)
def test_start_date_of_worked_examples(known, today, day, expected):
    assert check(day, *known, today=today, calendar=WORKED_EXAMPLES) == expected


@pytest.mark.rule("CP-05")
def test_an_ect_may_start_today_in_a_gap():
    today = date(2026, 6, 5)
    assert check(today, today=today, calendar=GAP_CALENDAR) is None


@pytest.mark.rule("PER-02")
@pytest.mark.rule("CP-04")
@pytest.mark.parametrize(
    ("known", "said"),
    [
        pytest.param(((), ()), ("1 June 2023", "31 May 2026"), id="first registration"),
        pytest.param(IN_PROGRESS_ELSEWHERE, ("3 September 2025", "6 February 2026"), id="elsewhere"),
        pytest.param(LEAVING_ELSEWHERE, ("3 September 2025", "31 May 2026"), id="leaving elsewhere"),
        pytest.param(DECLARED_ELSEWHERE, ("1 October 2025", "6 February 2026"), id="declared"),
    ],
)
def test_the_page_states_the_bounds_of_this_person(known, said):
    hints = start_date_bounds(StartDateFacts(ASH, PERIODS, *known), TODAY, POLICY).hints
    assert len(hints) == len(said)
    assert all(day in hint for day, hint in zip(said, hints, strict=True))


@pytest.mark.rule("PER-01")
@pytest.mark.parametrize(
    ("known", "words"),
    [
        pytest.param(STARTS_ELSEWHERE, ["start at another school on 5 January 2026", "contact support"], id="conflict"),
        pytest.param(DECLARED_ELSEWHERE, ["1 October 2025", "30 September 2025", "contact support"], id="declaration"),
        pytest.param(LEFT_HERE, ["19 July 2025", "18 July 2025"], id="own earlier stay"),
        pytest.param(((), ()), ["1 June 2023"], id="general"),
    ],
)
def test_a_refusal_says_the_earliest_day_and_why(known, words):
    earliest = start_date_bounds(StartDateFacts(ASH, PERIODS, *known), TODAY, POLICY).earliest
    assert all(word in earliest.message for word in words)


@pytest.mark.rule("G-09")
def test_dates_are_written_out():
    assert day_in_words(date(2025, 9, 1)) == "1 September 2025"


@pytest.mark.rule("PER-05")
@pytest.mark.parametrize(
    ("stays", "new_start", "expected"),
    [
        pytest.param([stay(date(2025, 6, 16), at=BIRCH)], date(2025, 6, 18), (1, date(2025, 6, 17)), id="W1"),
        pytest.param(
            [stay(at=BIRCH, finished_on=date(2026, 3, 20))],
            date(2026, 3, 12),
            (1, date(2026, 3, 11)),
            id="W7 ends later",
        ),
        pytest.param([stay(at=BIRCH, finished_on=date(2026, 3, 5))], date(2026, 3, 12), None, id="W8 a gap"),
        pytest.param(
            [stay(at=BIRCH, finished_on=date(2026, 3, 12))],
            date(2026, 3, 12),
            (1, date(2026, 3, 11)),
            id="ends that day",
        ),
        pytest.param(
            [stay(at=BIRCH, finished_on=date(2026, 3, 11))], date(2026, 3, 12), None, id="ends the day before"
        ),
        pytest.param([], date(2026, 3, 12), None, id="no stay before"),
        pytest.param([stay(at=BIRCH, removed=True)], date(2026, 3, 12), None, id="only a removed one"),
        pytest.param(
            [stay(date(2024, 9, 1), date(2025, 7, 18)), stay(at=BIRCH, number=2)],
            date(2026, 3, 12),
            (2, date(2026, 3, 11)),
            id="the latest-starting",
        ),
    ],
)
def test_what_a_transfer_closes(stays, new_start, expected):
    found = transfer_closing(stays, new_start)
    assert (found and (found.stay.id, found.last_day)) == expected


days = st.dates(date(2022, 1, 1), date(2028, 12, 31))


@st.composite
def histories(draw):
    """One to three stays that follow each other, at either school, each with training."""
    stays, trainings, start = [], [], draw(st.dates(date(2023, 6, 1), date(2025, 1, 1)))
    for number in range(1, draw(st.integers(1, 3)) + 1):
        last = start + timedelta(days=draw(st.integers(0, 200)))
        begun = start + timedelta(days=draw(st.integers(0, (last - start).days)))
        declared = draw(st.none() | st.dates(begun, last))
        stays.append(stay(start, last, number=number, at=draw(st.sampled_from([ASH, BIRCH]))))
        trainings.append(school_led(number, begun, last, stay_id=number, latest_declaration_on=declared))
        start = last + timedelta(days=draw(st.integers(1, 60)))
    if draw(st.booleans()):
        stays[-1] = stay(stays[-1].started_on, number=stays[-1].id, at=BIRCH)
    return tuple(stays), tuple(trainings)


@pytest.mark.rule("PER-01")
@pytest.mark.rule("PER-05")
@given(histories(), days, days)
def test_an_accepted_start_never_overlaps_a_stay_or_started_training(history, day, today):
    stays, trainings = history
    if check(day, stays, trainings, today=today) is not None:
        return
    closing = transfer_closing(stays, day)
    for former in stays:
        last = closing.last_day if closing is not None and closing.stay is former else former.finished_on
        assert last is not None
        assert former.started_on <= last < day
    for row in trainings:
        if closing is not None and row.stay_id == closing.stay.id and row.started_on <= today:
            assert row.started_on < closing.last_day
    assert all(row.latest_declaration_on is None or row.latest_declaration_on < day for row in trainings)
