"""What closing a stay does to its training and mentorships."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.registration.rules import plan_close
from tests.registration.builders import mentorship
from tests.training.builders import at_noon, training

LAST = date(2026, 2, 13)
BEFORE, AFTER = LAST - timedelta(days=1), LAST + timedelta(days=1)
SEPTEMBER = date(2025, 9, 1)

days = st.dates(date(2025, 1, 1), date(2027, 1, 1))


@pytest.mark.rule("PER-40")
@pytest.mark.parametrize(
    ("start", "finish", "cancelled", "fate"),
    [
        pytest.param(SEPTEMBER, None, False, "finish", id="W1 unfinished: finishes on the last day"),
        pytest.param(SEPTEMBER, AFTER, False, "finish", id="ends after: finishes on the last day"),
        pytest.param(LAST, None, False, "finish", id="starts on the last day: a one-day range"),
        pytest.param(AFTER, None, False, "cancel", id="starts after: never took effect"),
        pytest.param(AFTER, date(2026, 9, 1), False, "cancel", id="starts after and has an end"),
        pytest.param(SEPTEMBER, BEFORE, False, "", id="ended before: untouched"),
        pytest.param(SEPTEMBER, LAST, False, "", id="ends that day already: nothing to change"),
        pytest.param(AFTER, None, True, "", id="cancelled already: ignored"),
    ],
)
def test_rows_of_a_closed_stay(start, finish, cancelled, fate):
    rows = [training(1, start, finish, cancelled=cancelled)], [mentorship(start, finish, cancelled=cancelled)]
    plan = plan_close(*rows, LAST)
    for group in (plan.trainings, plan.mentorships):
        assert (len(group.finish), len(group.cancel)) == (fate == "finish", fate == "cancel")


@pytest.mark.rule("PER-40")
def test_marks_are_kept_and_former_dates_are_known():
    withdrawn = training(1, SEPTEMBER, date(2026, 3, 1), withdrawn_at=at_noon(SEPTEMBER))
    plan = plan_close([withdrawn], [], LAST)
    assert plan.trainings.finish == (withdrawn,)
    assert plan.last_day == LAST


@pytest.mark.rule("PER-40")
@given(st.lists(st.tuples(days, st.integers(0, 400), st.booleans())), days)
def test_after_closing_nothing_is_left_beyond_the_last_day(drawn, last_day):
    rows = [
        training(number, start, None if unfinished else start + timedelta(days=length))
        for number, (start, length, unfinished) in enumerate(drawn, 1)
    ]
    plan = plan_close(rows, [], last_day).trainings
    untouched = [row for row in rows if row not in plan.finish and row not in plan.cancel]
    assert all(row.started_on <= last_day for row in plan.finish)
    assert all(row.started_on > last_day for row in plan.cancel)
    assert all(row.finished_on is not None and row.finished_on <= last_day for row in untouched)
    again = [training(row.id, row.started_on, last_day) for row in plan.finish]
    assert plan_close([*again, *untouched], [], last_day).trainings.finish == ()
