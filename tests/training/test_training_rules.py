"""What a training row means, and which one speaks for a stay."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.terms import Role, Year
from app.training.rules import (
    TrainingStatus,
    attached_by_report,
    decisive_training,
    latest_provider_led_training,
    latest_training,
    new_training_start,
    training_status,
)
from tests.training.builders import ELM, OAK, at_noon, school_led, training

TODAY = date(2026, 3, 1)
EARLY, LATE = at_noon(date(2026, 1, 5)), at_noon(date(2026, 2, 5))

days = st.dates(date(2023, 1, 1), date(2028, 12, 31))


@st.composite
def rows(draw):
    """Training rows of one stay, in no order, some stopped, some cancelled, some unfinished."""
    made = []
    for number in range(draw(st.integers(0, 6))):
        start = draw(days)
        finish = draw(st.none() | st.dates(start, date(2029, 12, 31)))
        withdrawn = EARLY if finish and draw(st.booleans()) else None
        made.append(training(number + 1, start, finish, withdrawn_at=withdrawn, cancelled=draw(st.booleans())))
    return made


@pytest.mark.rule("STA-05")
@pytest.mark.parametrize(
    ("row", "status"),
    [
        pytest.param(training(), TrainingStatus.ACTIVE, id="no mark: active"),
        pytest.param(training(withdrawn_at=EARLY), TrainingStatus.WITHDRAWN, id="withdrawn"),
        pytest.param(training(deferred_at=EARLY), TrainingStatus.DEFERRED, id="deferred"),
        pytest.param(training(withdrawn_at=LATE, deferred_at=EARLY), TrainingStatus.WITHDRAWN, id="withdrawn later"),
        pytest.param(training(withdrawn_at=EARLY, deferred_at=LATE), TrainingStatus.DEFERRED, id="deferred later"),
        pytest.param(training(withdrawn_at=EARLY, deferred_at=EARLY), TrainingStatus.DEFERRED, id="tie: deferred"),
        pytest.param(school_led(), TrainingStatus.ACTIVE, id="school-led: active"),
    ],
)
def test_status_of_training(row, status):
    assert training_status(row) is status


@pytest.mark.rule("PER-20")
@pytest.mark.parametrize(
    ("trainings", "expected"),
    [
        pytest.param([], None, id="none"),
        pytest.param([training(1, cancelled=True)], None, id="only cancelled"),
        pytest.param([training(1, date(2025, 9, 1))], 1, id="the open one"),
        pytest.param(
            [training(2, date(2026, 4, 1)), training(1, date(2025, 9, 1), date(2026, 3, 31))], 1, id="earliest open"
        ),
        pytest.param(
            [training(1, date(2025, 9, 1), TODAY, withdrawn_at=LATE), training(2, date(2026, 3, 2))],
            2,
            id="withdrawn today, another from tomorrow",
        ),
        pytest.param(
            [training(1, date(2024, 9, 1), date(2025, 7, 1)), training(2, date(2025, 9, 1), TODAY, deferred_at=LATE)],
            2,
            id="nothing goes on: the latest-starting",
        ),
        pytest.param(
            [training(1, date(2024, 9, 1), date(2025, 7, 1)), training(2, date(2025, 9, 1), cancelled=True)],
            1,
            id="ended, and the later one cancelled",
        ),
        pytest.param([training(1, date(2025, 9, 1), TODAY)], 1, id="open on its last day"),
    ],
)
def test_decisive_training(trainings, expected):
    found = decisive_training(trainings, TODAY)
    assert (found.id if found else None) == expected


@pytest.mark.rule("PER-20")
@given(rows(), days)
def test_decisive_training_is_the_first_that_goes_on_or_else_the_last(trainings, today):
    found = decisive_training(trainings, today)
    kept = [row for row in trainings if not row.cancelled]
    going_on = [row for row in kept if not row.stopped and row.period.is_open(today)]
    assert (found is None) == (not kept)
    if going_on:
        assert found in going_on
        assert found.started_on == min(row.started_on for row in going_on)
    elif kept:
        assert found.started_on == max(row.started_on for row in kept)


@pytest.mark.rule("CP-06")
@pytest.mark.rule("CP-07")
def test_latest_training_is_per_role_and_never_cancelled():
    rows = [
        training(1, date(2024, 9, 1)),
        school_led(2, date(2025, 1, 1)),
        training(3, date(2025, 9, 1), role=Role.MENTOR),
        training(4, date(2025, 12, 1), cancelled=True),
    ]
    assert latest_training(rows, Role.ECT).id == 2
    assert latest_provider_led_training(rows, Role.ECT).id == 1
    assert latest_training(rows, Role.MENTOR).id == 3
    assert latest_training([], Role.ECT) is None


@pytest.mark.rule("PER-21")
@pytest.mark.parametrize(
    ("stay_start", "staying", "expected"),
    [
        pytest.param(date(2025, 9, 1), [], TODAY, id="W9 today"),
        pytest.param(date(2026, 4, 1), [], date(2026, 4, 1), id="the stay's start"),
        pytest.param(
            date(2025, 9, 1),
            [training(1, date(2025, 9, 1), TODAY, withdrawn_at=LATE)],
            date(2026, 3, 2),
            id="W10 withdrawn today: from tomorrow",
        ),
        pytest.param(
            date(2025, 9, 1), [training(1, finished_on=date(2026, 6, 1), cancelled=True)], TODAY, id="cancelled rows"
        ),
        pytest.param(date(2025, 9, 1), [training(1, finished_on=date(2025, 12, 1))], TODAY, id="ended long ago"),
    ],
)
def test_new_training_starts(stay_start, staying, expected):
    assert new_training_start(stay_start, staying, TODAY) == expected


@pytest.mark.rule("PER-21")
@given(days, rows(), days)
def test_new_training_never_overlaps_what_stays(stay_start, trainings, today):
    start = new_training_start(stay_start, trainings, today)
    assert start >= max(stay_start, today)
    assert all(start > row.finished_on for row in trainings if row.finished_on and not row.cancelled)


@pytest.mark.rule("ARR-10")
@pytest.mark.parametrize(
    ("row", "attached"),
    [
        pytest.param(training(), True, id="requested"),
        pytest.param(training(partnership_id=5, disputed=True), True, id="disputed"),
        pytest.param(training(partnership_id=5), False, id="confirmed: a second pair moves nobody"),
        pytest.param(training(finished_on=TODAY - timedelta(days=1)), False, id="ended"),
        pytest.param(training(finished_on=TODAY), True, id="on its last day"),
        pytest.param(training(finished_on=TODAY, withdrawn_at=LATE), False, id="withdrawn"),
        pytest.param(training(finished_on=TODAY, deferred_at=LATE), False, id="deferred"),
        pytest.param(training(cancelled=True), False, id="cancelled"),
        pytest.param(training(lead_provider_id=ELM), False, id="another lead provider"),
        pytest.param(training(year=Year(2024)), False, id="another year"),
    ],
)
def test_what_a_report_attaches(row, attached):
    assert attached_by_report(row, OAK, Year(2025), TODAY) is attached
