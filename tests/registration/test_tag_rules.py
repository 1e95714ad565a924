"""The tag of an ECT: every row of its table, and their order."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.registration.people.statuses import EMAIL_NOT_DELIVERED, ECTFacts, ect_tag, london_day, open_mentorship
from app.registration.rules import ECTState, ect_state
from app.terms import InductionOutcome, StayEndReason, TRSInductionStatus
from tests.registration.builders import induction, mentorship, record, stay
from tests.training.builders import at_noon, school_led, training

TODAY = date(2025, 10, 6)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
CONFIRMED = training(partnership_id=1)
MARKED = at_noon(YESTERDAY)
WITHDRAWN = training(partnership_id=1, finished_on=YESTERDAY, withdrawn_at=MARKED)
DEFERRED = training(partnership_id=1, finished_on=YESTERDAY, deferred_at=MARKED)
DISPUTED = training(partnership_id=1, disputed=True)
PRESENT_MENTOR = (mentorship(),)
STOPPED = ("change-lead-provider", "change-training-programme", "report-leaving")


def facts(where=None, rows=(CONFIRMED,), mentors=PRESENT_MENTOR, known=None):
    return ECTFacts(where or stay(), tuple(rows), tuple(mentors), known or record("InProgress"), "Oak")


@pytest.mark.rule("STA-02")
@pytest.mark.parametrize(
    ("ect", "text", "colour", "actions"),
    [
        pytest.param(facts(stay(finished_on=YESTERDAY)), "Left the school", "grey", (), id="1 left"),
        pytest.param(
            facts(stay(finished_on=YESTERDAY), known=record("Passed")), "Left the school", "grey", (), id="1 before 2"
        ),
        pytest.param(facts(known=record("Passed")), "Completed induction", "blue", (), id="2 passed"),
        pytest.param(
            facts(known=record(None, induction(outcome=InductionOutcome.PASS))),
            "Completed induction",
            "blue",
            (),
            id="2 passed, recorded here",
        ),
        pytest.param(
            facts(stay(finished_on=YESTERDAY, end_reason=StayEndReason.INDUCTION_COMPLETED)),
            "Completed induction",
            "blue",
            (),
            id="2 stay ended by completion",
        ),
        pytest.param(
            facts(rows=[WITHDRAWN], known=record("Passed")), "Completed induction", "blue", (), id="2 before 6 (RC-05)"
        ),
        pytest.param(facts(known=record("Failed")), "Failed induction", "magenta", (), id="3 failed"),
        pytest.param(facts(known=record("FailedInWales")), "Failed induction", "magenta", (), id="3 failed in Wales"),
        pytest.param(
            facts(known=record(None, induction(outcome=InductionOutcome.FAIL))),
            "Failed induction",
            "magenta",
            (),
            id="3 failed, recorded here",
        ),
        pytest.param(
            facts(stay(finished_on=TODAY), rows=[WITHDRAWN]),
            "Leaving school",
            "yellow",
            ("change-leaving",),
            id="4 leaving, before 6",
        ),
        pytest.param(
            facts(stay(finished_on=TOMORROW, end_reason=StayEndReason.JOINED_ANOTHER_SCHOOL)),
            "Leaving school",
            "yellow",
            (),
            id="4 leaving for another school: nothing to change (PER-45)",
        ),
        pytest.param(
            facts(stay(finished_on=TOMORROW), known=record("Exempt")),
            "Leaving school",
            "yellow",
            ("change-leaving",),
            id="4 before 5",
        ),
        pytest.param(
            facts(rows=[WITHDRAWN], known=record("Exempt")),
            "Exempt from induction",
            "grey",
            ("report-leaving", "registered-by-mistake"),
            id="5 exempt, before 6",
        ),
        pytest.param(
            facts(rows=[WITHDRAWN], mentors=[]), "Action required", "red", STOPPED, id="6 withdrawn, before 9"
        ),
        pytest.param(
            facts(rows=[DISPUTED], mentors=[]), "Action required", "red", STOPPED[:2], id="7 disputed, before 9"
        ),
        pytest.param(
            facts(rows=[DEFERRED], mentors=[]), "Training paused", "orange", STOPPED, id="8 deferred, before 9"
        ),
        pytest.param(facts(mentors=[]), "Action required", "red", ("assign-mentor",), id="9 no mentorship"),
        pytest.param(
            facts(mentors=[mentorship(finished_on=YESTERDAY)]),
            "Action required",
            "red",
            ("assign-mentor",),
            id="9 ended",
        ),
        pytest.param(facts(rows=[], mentors=[]), "Action required", "red", ("assign-mentor",), id="9 before 10"),
        pytest.param(facts(rows=[]), "Action required", "red", ("change-training-programme",), id="10 no training"),
        pytest.param(
            facts(rows=[training(partnership_id=1, finished_on=YESTERDAY)]),
            "Action required",
            "red",
            ("change-training-programme",),
            id="10 ended with nothing after it",
        ),
        pytest.param(facts(rows=[training()]), "Awaiting lead provider", "light-blue", (), id="11 requested"),
        pytest.param(
            facts(stay(TOMORROW), rows=[training(started_on=TOMORROW)]),
            "Awaiting lead provider",
            "light-blue",
            (),
            id="11 before 12",
        ),
        pytest.param(
            facts(stay(TOMORROW), [training(started_on=TOMORROW, partnership_id=1)], [mentorship(TOMORROW)]),
            "Starting soon",
            "green",
            (),
            id="12 starting; a mentorship to come satisfies 9",
        ),
        pytest.param(facts(), "Registered", "green", (), id="13 confirmed"),
        pytest.param(facts(rows=[school_led()]), "Registered", "green", (), id="13 school-led"),
    ],
)
def test_tag(ect, text, colour, actions):
    tag = ect_tag(ect, TODAY)
    assert (tag.text, tag.colour, tag.actions) == (text, colour, actions)


@pytest.mark.rule("STA-02")
@pytest.mark.parametrize(
    ("ect", "day", "words"),
    [
        pytest.param(facts(stay(finished_on=YESTERDAY)), YESTERDAY, "5 October 2025", id="left, with date"),
        pytest.param(facts(stay(finished_on=TOMORROW)), TOMORROW, "7 October 2025", id="leaving, with date"),
        pytest.param(
            facts(stay(TOMORROW), [training(started_on=TOMORROW, partnership_id=1)], [mentorship(TOMORROW)]),
            TOMORROW,
            "7 October 2025",
            id="starting, with date",
        ),
        pytest.param(facts(rows=[WITHDRAWN]), None, "Oak told us on 5 October 2025", id="withdrawn: who and when"),
        pytest.param(facts(rows=[training()]), None, "Oak has not confirmed", id="requested: who"),
    ],
)
def test_reason_of_a_tag(ect, day, words):
    tag = ect_tag(ect, TODAY)
    assert tag.day == day
    assert words in tag.reason


@pytest.mark.rule("PER-05")
@pytest.mark.rule("PER-45")
def test_the_old_school_reads_that_another_school_registered_them():
    leaving = stay(finished_on=TOMORROW, end_reason=StayEndReason.JOINED_ANOTHER_SCHOOL)
    assert "Another school has registered them" in ect_tag(facts(leaving), TODAY).reason


@pytest.mark.rule("STA-02")
def test_second_tag_for_a_failing_address():
    assert (EMAIL_NOT_DELIVERED.text, EMAIL_NOT_DELIVERED.actions) == ("Email not delivered", ("change-email",))


@pytest.mark.rule("GEN-03")
def test_an_open_mentorship_is_the_earliest_that_is_not_over():
    rows = [
        mentorship(TOMORROW, number=1),
        mentorship(TODAY, TODAY, number=2),
        mentorship(YESTERDAY, YESTERDAY, number=3),
        mentorship(YESTERDAY, number=4, cancelled=True),
    ]
    assert open_mentorship(rows, TODAY).id == 2


@pytest.mark.rule("GEN-01")
def test_times_are_read_as_london_days():
    assert london_day(datetime(2025, 7, 1, 23, 30, tzinfo=UTC)) == date(2025, 7, 2)


days = st.dates(date(2025, 6, 1), date(2026, 6, 1))


@pytest.mark.rule("STA-01")
@pytest.mark.rule("STA-02")
@given(
    st.sampled_from([None, *TRSInductionStatus]),
    days,
    st.none() | st.integers(0, 300),
    st.sampled_from(StayEndReason),
    st.lists(st.sampled_from([CONFIRMED, WITHDRAWN, DEFERRED, DISPUTED, training(), school_led()]), max_size=2),
    st.lists(st.builds(mentorship, days, st.none(), cancelled=st.booleans()), max_size=2),
    days,
)
def test_every_ect_has_a_tag_that_fits_their_state(status, start, length, end_reason, rows, mentors, today):
    last = start + timedelta(days=length) if length is not None else None
    where = stay(start, last, end_reason=end_reason if last else None)
    ect = facts(where, rows, mentors, record(status))
    tag, state = ect_tag(ect, today), ect_state(where, ect.induction, today)
    assert tag.text
    assert tag.reason.endswith(".")
    assert (tag.text == "Left the school") == (state is ECTState.LEFT)
    assert (tag.text in {"Completed induction", "Failed induction"}) == (state is ECTState.COMPLETED)
    if tag.colour == "red":
        assert tag.actions
