"""The state of an ECT at a school, and who can be registered."""

from datetime import date, timedelta

import pytest

from app.registration.rules import (
    DeadEnd,
    ECTState,
    PersonFound,
    Standing,
    asks_about_transfer,
    ect_dead_end,
    ect_standing,
    ect_state,
    induction_tutor_gate,
    induction_tutor_target,
    latest_stay,
    stay_in_the_way,
)
from app.terms import InductionOutcome, StayEndReason
from app.training.periods import Calendar
from tests.registration.builders import ASH, BIRCH, induction, mentor_stay, record, stay
from tests.training.builders import GAP_CALENDAR, WORKED_EXAMPLES

TODAY = date(2025, 10, 6)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
JULY = date(2025, 7, 18)
LAST_YEAR = date(2024, 9, 1)
COMPLETED = StayEndReason.INDUCTION_COMPLETED


@pytest.mark.rule("STA-01")
@pytest.mark.parametrize(
    ("where", "induction_record", "state", "standing"),
    [
        pytest.param(stay(), record("InProgress"), ECTState.IN_PROGRESS, Standing.IN_PROGRESS, id="in progress"),
        pytest.param(stay(), record(), ECTState.IN_PROGRESS, Standing.IN_PROGRESS, id="no status known"),
        pytest.param(stay(TOMORROW), record(), ECTState.IN_PROGRESS, Standing.STARTING, id="starting"),
        pytest.param(stay(TODAY), record(), ECTState.IN_PROGRESS, Standing.IN_PROGRESS, id="starts today"),
        pytest.param(stay(finished_on=TODAY), record(), ECTState.IN_PROGRESS, Standing.LEAVING, id="PER-42 last day"),
        pytest.param(
            stay(TOMORROW, date(2025, 12, 1)), record(), ECTState.IN_PROGRESS, Standing.LEAVING, id="leaves after start"
        ),
        pytest.param(stay(finished_on=YESTERDAY), record(), ECTState.LEFT, Standing.LEFT, id="PER-42 the day after"),
        pytest.param(
            stay(finished_on=YESTERDAY), record("Passed"), ECTState.LEFT, Standing.LEFT, id="left before passing"
        ),
        pytest.param(
            stay(finished_on=YESTERDAY, end_reason=COMPLETED),
            record(),
            ECTState.COMPLETED,
            Standing.COMPLETED,
            id="ended",
        ),
        pytest.param(stay(), record("Passed"), ECTState.COMPLETED, Standing.COMPLETED, id="passed"),
        pytest.param(stay(), record("Failed"), ECTState.COMPLETED, Standing.COMPLETED, id="failed"),
        pytest.param(stay(), record("FailedInWales"), ECTState.COMPLETED, Standing.COMPLETED, id="failed in Wales"),
        pytest.param(
            stay(),
            record("InProgress", induction(outcome=InductionOutcome.FAIL)),
            ECTState.COMPLETED,
            Standing.COMPLETED,
            id="a local outcome",
        ),
        pytest.param(stay(), record("Exempt"), ECTState.EXEMPT, Standing.EXEMPT, id="exempt"),
        pytest.param(
            stay(removed=True), record("Passed"), ECTState.REMOVED, Standing.REMOVED, id="removed before all else"
        ),
    ],
)
def test_state_of_an_ect(where, induction_record, state, standing):
    assert ect_state(where, induction_record, TODAY) is state
    assert ect_standing(where, induction_record, TODAY) is standing


@pytest.mark.rule("IDN-07")
@pytest.mark.rule("RE-04")
@pytest.mark.parametrize(
    ("person", "expected"),
    [
        pytest.param(PersonFound(), None, id="never registered"),
        pytest.param(PersonFound((stay(),)), DeadEnd.ALREADY_REGISTERED, id="in progress here"),
        pytest.param(PersonFound((stay(TOMORROW),)), DeadEnd.ALREADY_REGISTERED, id="starting here"),
        pytest.param(PersonFound((stay(finished_on=TODAY),)), DeadEnd.ALREADY_REGISTERED, id="leaving here"),
        pytest.param(
            PersonFound((stay(),), induction=record("Passed")), DeadEnd.ALREADY_REGISTERED, id="completed here"
        ),
        pytest.param(PersonFound((stay(),), induction=record("Exempt")), DeadEnd.ALREADY_REGISTERED, id="exempt here"),
        pytest.param(PersonFound((stay(finished_on=JULY),)), None, id="left here"),
        pytest.param(PersonFound((stay(at=BIRCH),)), None, id="in progress at another school"),
        pytest.param(PersonFound((stay(removed=True),)), None, id="only a removed registration"),
        pytest.param(PersonFound((), (mentor_stay(),)), DeadEnd.REGISTERED_AS_MENTOR, id="IDN-10 mentor here"),
        pytest.param(
            PersonFound((stay(at=BIRCH),), (mentor_stay(at=BIRCH),)),
            DeadEnd.REGISTERED_AS_MENTOR,
            id="mentor elsewhere, and an ECT there",
        ),
        pytest.param(PersonFound((), (mentor_stay(finished_on=JULY),)), None, id="IDN-10 mentor stays all ended"),
        pytest.param(PersonFound((), (mentor_stay(removed=True),)), None, id="a removed mentor registration"),
        pytest.param(PersonFound(induction=record("Passed")), DeadEnd.INDUCTION_COMPLETED, id="passed"),
        pytest.param(
            PersonFound(induction=record(None, induction(outcome=InductionOutcome.PASS))),
            DeadEnd.INDUCTION_COMPLETED,
            id="a local pass",
        ),
        pytest.param(PersonFound(induction=record("Exempt")), DeadEnd.INDUCTION_EXEMPT, id="exempt"),
        pytest.param(PersonFound(induction=record("Failed")), DeadEnd.INDUCTION_FAILED, id="failed"),
        pytest.param(PersonFound(induction=record("FailedInWales")), DeadEnd.INDUCTION_FAILED, id="failed in Wales"),
        pytest.param(PersonFound(prohibited=True), DeadEnd.CANNOT_REGISTER, id="restricted"),
        pytest.param(
            PersonFound(induction=record("Passed"), prohibited=True),
            DeadEnd.INDUCTION_COMPLETED,
            id="order: passed first",
        ),
    ],
)
def test_who_gets_through(person, expected):
    assert ect_dead_end(person, ASH, TODAY) is expected


@pytest.mark.rule("RE-19")
def test_the_record_in_the_way_is_named():
    former, present = stay(LAST_YEAR, JULY, number=1), stay(number=2)
    assert stay_in_the_way(PersonFound((former, present)), ASH, TODAY) is present
    assert stay_in_the_way(PersonFound((former,)), ASH, TODAY) is None


@pytest.mark.rule("RE-09")
@pytest.mark.parametrize(
    ("stays", "asked"),
    [
        pytest.param([stay(at=BIRCH)], True, id="in progress at another school"),
        pytest.param([stay(at=BIRCH, finished_on=TODAY)], True, id="leaving it"),
        pytest.param([stay(TOMORROW, at=BIRCH)], True, id="starting there later"),
        pytest.param([stay(at=BIRCH, finished_on=YESTERDAY)], False, id="left another school"),
        pytest.param([stay(finished_on=JULY)], False, id="left here"),
        pytest.param([stay(LAST_YEAR, JULY), stay(at=BIRCH, number=2)], True, id="the latest-starting counts"),
    ],
)
def test_transfer_question(stays, asked):
    assert asks_about_transfer(latest_stay(stays), ASH, TODAY) is asked


@pytest.mark.rule("RE-09")
def test_without_an_earlier_stay_nothing_is_shown():
    assert latest_stay([]) is None
    assert latest_stay([stay(removed=True)]) is None


GATE = [
    pytest.param(WORKED_EXAMPLES, date(2025, 10, 6), None, 2025, id="nothing confirmed, or no tutor"),
    pytest.param(WORKED_EXAMPLES, date(2025, 10, 6), 2024, 2025, id="confirmed for an earlier year"),
    pytest.param(WORKED_EXAMPLES, date(2025, 10, 6), 2025, None, id="confirmed for this year"),
    pytest.param(WORKED_EXAMPLES, date(2025, 10, 6), 2026, None, id="confirmed for a later year"),
    pytest.param(WORKED_EXAMPLES, date(2026, 5, 31), 2025, None, id="last day of the period"),
    pytest.param(WORKED_EXAMPLES, date(2026, 6, 1), 2025, 2026, id="first day of the next"),
    pytest.param(GAP_CALENDAR, date(2026, 6, 5), 2025, 2026, id="gap, confirmed for the ended period"),
    pytest.param(GAP_CALENDAR, date(2026, 6, 5), 2026, None, id="gap, confirmed for the upcoming one"),
    pytest.param(WORKED_EXAMPLES, date(2030, 1, 1), None, None, id="no current and no later period"),
    pytest.param(Calendar(), date(2030, 1, 1), None, None, id="no period at all"),
]


@pytest.mark.rule("IT-01")
@pytest.mark.rule("IT-01a")
@pytest.mark.parametrize(("calendar", "today", "confirmed_for", "gate"), GATE)
def test_induction_tutor_gate(calendar, today, confirmed_for, gate):
    assert induction_tutor_gate(calendar, today, confirmed_for) == gate


@pytest.mark.rule("IT-01")
def test_target_year_is_there_without_a_gate_too():
    assert induction_tutor_target(WORKED_EXAMPLES, date(2025, 10, 6)) == 2025
    assert induction_tutor_target(GAP_CALENDAR, date(2026, 6, 5)) == 2026
    assert induction_tutor_target(WORKED_EXAMPLES, date(2030, 1, 1)) is None
