"""The state, the tag, the training text and the tracker of a mentor."""

from datetime import date, timedelta

import pytest

from app.policy import Policy
from app.registration.people.mentor_statuses import (
    Mentored,
    MentorFacts,
    MentorState,
    mentor_state,
    mentor_tag,
    mentor_training,
)
from app.registration.people.mentor_tracker import MentorStep, mentor_tracker
from app.registration.people.tracker import TrackerState
from app.terms import MentorIneligibleReason, Role, StayEndReason
from tests.registration.builders import mentor_stay, mentorship, record, stay
from tests.training.builders import at_noon, training

TODAY = date(2025, 10, 6)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
COMPLETED = MentorIneligibleReason.COMPLETED_DECLARATION_RECEIVED
EARLY = MentorIneligibleReason.COMPLETED_DURING_EARLY_ROLL_OUT
GIVEN_UP = MentorIneligibleReason.STARTED_NOT_COMPLETED
POLICY = Policy()


def trained(**facts):
    return training(role=Role.MENTOR, **facts)


MARKED = {"finished_on": YESTERDAY, "partnership_id": 1}
REQUESTED = trained(requested_at=at_noon(YESTERDAY))
CONFIRMED = trained(partnership_id=1, confirmed_at=at_noon(YESTERDAY))
DISPUTED = trained(partnership_id=1, disputed=True)
WITHDRAWN = trained(withdrawn_at=at_noon(YESTERDAY), **MARKED)
PAUSED = trained(deferred_at=at_noon(YESTERDAY), **MARKED)


def mentored(number=1, where=None, known=None, **facts):
    return Mentored(mentorship(number=number, **facts), where or stay(number=number), known or record("InProgress"))


def mentor(where=None, ects=(), rows=(), **facts):
    facts.setdefault("trained_before", bool(rows))
    return MentorFacts(where or mentor_stay(), tuple(ects), tuple(rows), "Oak", **facts)


@pytest.mark.rule("STA-03")
@pytest.mark.parametrize(
    ("where", "number", "state"),
    [
        pytest.param(mentor_stay(removed=True, finished_on=YESTERDAY), 1, MentorState.REMOVED, id="removed"),
        pytest.param(mentor_stay(finished_on=YESTERDAY), 1, MentorState.LEFT, id="left"),
        pytest.param(mentor_stay(finished_on=TODAY), 1, MentorState.LEAVING, id="leaving on the last day"),
        pytest.param(mentor_stay(), 1, MentorState.MENTORING, id="mentoring"),
        pytest.param(mentor_stay(TOMORROW), 0, MentorState.NOT_MENTORING, id="not mentoring"),
    ],
)
def test_the_state_of_a_mentor(where, number, state):
    assert mentor_state(where, number, TODAY) is state


@pytest.mark.rule("STA-03")
@pytest.mark.parametrize(
    ("ects", "number"),
    [
        pytest.param([], 0, id="nobody"),
        pytest.param([mentored()], 1, id="an ECT in progress"),
        pytest.param([mentored(started_on=TOMORROW)], 1, id="one to come"),
        pytest.param([mentored(finished_on=YESTERDAY)], 0, id="ended"),
        pytest.param([mentored(cancelled=True)], 0, id="cancelled"),
        pytest.param([mentored(known=record("Passed"))], 0, id="the ECT has completed"),
        pytest.param([mentored(known=record("Exempt"))], 0, id="the ECT is exempt"),
        pytest.param([mentored(where=stay(finished_on=YESTERDAY))], 0, id="the ECT has left"),
        pytest.param([mentored(), mentored(started_on=TOMORROW)], 1, id="the same ECT twice"),
        pytest.param([mentored(1), mentored(2)], 2, id="two"),
    ],
)
def test_only_ects_in_progress_make_somebody_mentoring(ects, number):
    assert mentor(ects=ects).mentoring(TODAY) == number


@pytest.mark.rule("STA-03", "WDR-03", "PER-45")
@pytest.mark.parametrize(
    ("facts", "text", "colour", "actions"),
    [
        pytest.param(mentor(mentor_stay(finished_on=YESTERDAY), rows=[WITHDRAWN]), "Left the school", "grey", ()),
        pytest.param(
            mentor(mentor_stay(finished_on=TODAY, end_reason=StayEndReason.LEFT), rows=[WITHDRAWN]),
            "Leaving school", "yellow", ("change-leaving",),
        ),
        pytest.param(
            mentor(mentor_stay(finished_on=TODAY, end_reason=StayEndReason.JOINED_ANOTHER_SCHOOL)),
            "Leaving school", "yellow", (),
        ),
        pytest.param(
            mentor(ects=[mentored()], rows=[WITHDRAWN]),
            "Action required", "red", ("change-lead-provider", "report-leaving"),
        ),
        pytest.param(mentor(rows=[DISPUTED]), "Action required", "red", ("change-lead-provider",)),
        pytest.param(mentor(rows=[PAUSED]), "Training paused", "orange", ("change-lead-provider", "report-leaving")),
        pytest.param(mentor(ects=[mentored()], rows=[REQUESTED]), "Mentoring 1 ECT", "green", ()),
        pytest.param(mentor(ects=[mentored(1), mentored(2)]), "Mentoring 2 ECTs", "green", ()),
        pytest.param(mentor(), "Not mentoring", "light-blue", ("assign-ects",)),
        pytest.param(mentor(rows=[WITHDRAWN], ineligible_reason=COMPLETED), "Not mentoring", "light-blue",
                     ("assign-ects",)),
    ],
)  # fmt: skip
def test_the_tag_of_a_mentor(facts, text, colour, actions):
    tag = mentor_tag(facts, TODAY)

    assert (tag.text, tag.colour, tag.actions) == (text, colour, actions)
    assert tag.reason


@pytest.mark.rule("STA-04", "MFT-03")
@pytest.mark.parametrize(
    ("facts", "offered", "state"),
    [
        pytest.param(mentor(rows=[WITHDRAWN], ineligible_reason=COMPLETED), True, "completed"),
        pytest.param(mentor(ineligible_reason=EARLY), True, "completed"),
        pytest.param(mentor(rows=[CONFIRMED], ineligible_reason=GIVEN_UP), True, "no_more_funding"),
        pytest.param(mentor(rows=[WITHDRAWN]), True, "withdrawn"),
        pytest.param(mentor(rows=[PAUSED]), True, "paused"),
        pytest.param(mentor(rows=[DISPUTED]), True, "disputed"),
        pytest.param(mentor(rows=[REQUESTED]), True, "awaiting"),
        pytest.param(mentor(rows=[CONFIRMED]), True, "confirmed"),
        pytest.param(mentor(), True, "possible"),
        pytest.param(mentor(), False, "none", id="the school's level does not offer it"),
        pytest.param(mentor(trained_before=True), True, "none", id="trained elsewhere before"),
        pytest.param(mentor(mentor_stay(finished_on=TOMORROW)), True, "none", id="leaving"),
    ],
)
def test_how_the_training_of_a_mentor_stands(facts, offered, state):
    assert mentor_training(facts, TODAY, offered=offered).value == state


DONE, NOW, WAITING, LATER, NOT_NEEDED = TrackerState


@pytest.mark.rule("TR-01", "MFT-08")
@pytest.mark.parametrize(
    ("facts", "assigned", "trains", "advice"),
    [
        pytest.param(mentor(), NOW, LATER, "Offered when you assign them"),
        pytest.param(mentor(ects=[mentored()], rows=[REQUESTED]), DONE, WAITING, "You asked the lead provider"),
        pytest.param(
            mentor(rows=[trained(requested_at=at_noon(date(2025, 9, 1)))]), NOW, WAITING, "Contact the lead provider"
        ),
        pytest.param(mentor(rows=[CONFIRMED]), NOW, DONE, "has confirmed it"),
        pytest.param(mentor(rows=[WITHDRAWN]), NOW, NOW, "They can go on mentoring"),
        pytest.param(mentor(rows=[DISPUTED]), NOW, NOW, "Choose another lead provider"),
        pytest.param(mentor(rows=[PAUSED]), NOW, WAITING, "Tell the lead provider"),
        pytest.param(mentor(ineligible_reason=COMPLETED, ineligible_on=YESTERDAY), NOW, DONE, ""),
        pytest.param(mentor(ineligible_reason=GIVEN_UP), NOW, NOT_NEEDED, "cannot have more"),
        pytest.param(mentor(trained_before=True), NOW, NOT_NEEDED, "Not available"),
        pytest.param(mentor(mentor_stay(finished_on=YESTERDAY), rows=[CONFIRMED]), NOT_NEEDED, NOT_NEEDED, ""),
        pytest.param(
            mentor(mentor_stay(finished_on=YESTERDAY), [mentored(finished_on=YESTERDAY)]), DONE, NOT_NEEDED,
            "Not available",
        ),
    ],
)  # fmt: skip
def test_the_tracker_of_a_mentor(facts, assigned, trains, advice):
    lines = {line.step: line for line in mentor_tracker(facts, TODAY, POLICY, offered=True)}

    assert list(lines) == list(MentorStep)
    assert lines[MentorStep.REGISTERED].state is DONE
    assert lines[MentorStep.ASSIGNED].state is assigned
    assert lines[MentorStep.TRAINING].state is trains
    assert advice in lines[MentorStep.TRAINING].advice
