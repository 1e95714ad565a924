"""The tracker of an ECT: each step's state, who acts, since when."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.policy import Policy
from app.registration.people.statuses import ECTFacts
from app.registration.people.tracker import Party, Step, TrackerState, ect_tracker
from app.terms import InductionOutcome
from tests.registration.builders import induction, mentorship, record, stay
from tests.training.builders import at_noon, school_led, training

TODAY = date(2025, 10, 6)
SEPTEMBER, YESTERDAY, TOMORROW = date(2025, 9, 1), TODAY - timedelta(days=1), TODAY + timedelta(days=1)
POLICY = Policy()
DONE, NOW, WAITING, LATER, NOT_NEEDED = TrackerState
MARKED = at_noon(YESTERDAY)
REQUESTED = training(requested_at=at_noon(SEPTEMBER))
CONFIRMED = training(requested_at=at_noon(SEPTEMBER), partnership_id=1, confirmed_at=at_noon(date(2025, 9, 9)))


def lines(*rows, where=None, mentors=(), known=None, qts=None, today=TODAY):
    """The tracker by step."""
    ect = ECTFacts(
        where or stay(), rows, tuple(mentors), known or record(), registered_on=SEPTEMBER, qts_awarded_on=qts
    )
    return {line.step: line for line in ect_tracker(ect, today, POLICY)}


def states(*rows, **facts):
    """Lead provider asked, lead provider confirmed, training under way."""
    found = lines(*rows, **facts)
    steps = (Step.LEAD_PROVIDER_ASKED, Step.LEAD_PROVIDER_CONFIRMED, Step.TRAINING_UNDER_WAY)
    return tuple(found[step].state for step in steps)


@pytest.mark.rule("TR-01")
def test_steps_are_listed_in_order_and_registration_is_done():
    found = lines()
    assert list(found) == list(Step)
    assert (found[Step.REGISTERED].state, found[Step.REGISTERED].since) == (DONE, SEPTEMBER)


@pytest.mark.rule("TR-01")
@pytest.mark.parametrize(
    ("facts", "state", "since", "actions"),
    [
        pytest.param({}, NOW, None, ("assign-mentor",), id="none: you assign one"),
        pytest.param({"mentors": [mentorship()]}, DONE, SEPTEMBER, (), id="open mentorship"),
        pytest.param({"mentors": [mentorship(TOMORROW)]}, DONE, TOMORROW, (), id="one to come"),
        pytest.param({"mentors": [mentorship(finished_on=YESTERDAY)]}, NOW, None, ("assign-mentor",), id="ended"),
        pytest.param({"mentors": [mentorship(cancelled=True)]}, NOW, None, ("assign-mentor",), id="cancelled"),
        pytest.param(
            {"where": stay(finished_on=YESTERDAY), "mentors": [mentorship(finished_on=YESTERDAY)]},
            DONE,
            SEPTEMBER,
            (),
            id="left, had one",
        ),
        pytest.param({"where": stay(finished_on=YESTERDAY)}, NOT_NEEDED, None, (), id="left, had none"),
    ],
)
def test_mentor_step(facts, state, since, actions):
    line = lines(**facts)[Step.MENTOR_ASSIGNED]
    assert (line.state, line.since, line.actions) == (state, since, actions)


@pytest.mark.rule("TR-01")
def test_qualified_teacher_status_step():
    assert lines(qts=SEPTEMBER)[Step.QUALIFIED_TEACHER_STATUS].since == SEPTEMBER
    missing = lines()[Step.QUALIFIED_TEACHER_STATUS]
    assert (missing.state, missing.who) == (WAITING, Party.TEACHER)


@pytest.mark.rule("TR-01")
@pytest.mark.rule("TR-02")
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([], (NOW, LATER, LATER), id="no training: you choose"),
        pytest.param([school_led()], (NOT_NEEDED, NOT_NEEDED, NOT_NEEDED), id="school-led: delivered by your school"),
        pytest.param([REQUESTED], (DONE, WAITING, LATER), id="requested"),
        pytest.param([CONFIRMED], (DONE, DONE, DONE), id="confirmed and started"),
        pytest.param([training(started_on=TOMORROW, partnership_id=1)], (DONE, DONE, LATER), id="confirmed, to start"),
        pytest.param([training(partnership_id=1, disputed=True)], (DONE, NOW, LATER), id="disputed: you choose"),
        pytest.param(
            [training(partnership_id=1, finished_on=YESTERDAY, withdrawn_at=MARKED)],
            (DONE, DONE, NOW),
            id="withdrawn: you choose",
        ),
        pytest.param(
            [training(partnership_id=1, finished_on=YESTERDAY, deferred_at=MARKED)],
            (DONE, DONE, WAITING),
            id="deferred",
        ),
        pytest.param(
            [training(requested_at=at_noon(SEPTEMBER), finished_on=YESTERDAY, withdrawn_at=MARKED)],
            (DONE, NOT_NEEDED, NOW),
            id="withdrawn before it was confirmed",
        ),
    ],
)
def test_training_steps(rows, expected):
    assert states(*rows) == expected


@pytest.mark.rule("TR-01")
def test_training_steps_say_since_when():
    found = lines(CONFIRMED)
    assert found[Step.LEAD_PROVIDER_ASKED].since == SEPTEMBER
    assert found[Step.LEAD_PROVIDER_CONFIRMED].since == date(2025, 9, 9)


@pytest.mark.rule("TR-01")
@pytest.mark.parametrize(("today", "late"), [(date(2025, 9, 15), False), (date(2025, 9, 16), True)])
def test_contact_the_lead_provider_after_some_days(today, late):
    advice = lines(REQUESTED, today=today)[Step.LEAD_PROVIDER_CONFIRMED].advice
    assert advice.startswith("Contact") is late


@pytest.mark.rule("TR-01")
def test_a_withdrawn_person_who_completed_asks_for_nothing():
    withdrawn = training(partnership_id=1, finished_on=YESTERDAY, withdrawn_at=MARKED)
    assert states(withdrawn, known=record("Passed"))[2] is NOT_NEEDED


@pytest.mark.rule("TR-01")
@pytest.mark.parametrize(
    ("facts", "recorded", "completed"),
    [
        pytest.param({}, WAITING, LATER, id="not recorded yet"),
        pytest.param({"where": stay(TOMORROW)}, LATER, LATER, id="not started yet"),
        pytest.param({"known": record(None, induction())}, DONE, LATER, id="recorded in this stay"),
        pytest.param({"known": record(None, induction(date(2025, 8, 1)))}, WAITING, LATER, id="recorded before it"),
        pytest.param(
            {"known": record(None, induction(SEPTEMBER, YESTERDAY, InductionOutcome.PASS))},
            DONE,
            DONE,
            id="passed here",
        ),
        pytest.param({"known": record("FailedInWales")}, NOT_NEEDED, DONE, id="failed, by the teaching record"),
        pytest.param({"known": record("Exempt")}, NOT_NEEDED, NOT_NEEDED, id="exempt"),
    ],
)
def test_induction_steps(facts, recorded, completed):
    found = lines(**facts)
    assert (found[Step.INDUCTION_RECORDED].state, found[Step.INDUCTION_COMPLETED].state) == (recorded, completed)


@pytest.mark.rule("TR-01")
@pytest.mark.parametrize(("today", "late"), [(date(2025, 9, 29), False), (date(2025, 9, 30), True)])
def test_contact_the_appropriate_body_after_some_days(today, late):
    line = lines(today=today)[Step.INDUCTION_RECORDED]
    assert line.advice.startswith("Contact") is late
    assert line.actions == ("change-appropriate-body",)


@pytest.mark.rule("TR-02")
@given(
    st.lists(st.sampled_from([CONFIRMED, REQUESTED, school_led()]), max_size=1),
    st.booleans(),
    st.dates(date(2025, 9, 2), date(2029, 9, 1)),
)
def test_only_starting_follows_from_the_calendar(rows, has_mentor, later):
    facts = {"mentors": [mentorship()] if has_mentor else []}
    now, then = (lines(*rows, today=day, **facts) for day in (TODAY, later))
    assert {step: line.state for step, line in now.items()} == {step: line.state for step, line in then.items()}
