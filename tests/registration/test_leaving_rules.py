"""Which last days a school may report, how they read, and what regains its dates."""

from datetime import date, timedelta

import pytest

from app.policy import Policy
from app.registration.leaving.last_days import (
    Lost,
    Reopening,
    RowBefore,
    RowKind,
    RowNow,
    leaving_bounds,
    plan_restore,
    tense,
)
from app.terms import Period
from tests.training.builders import training

TODAY = date(2025, 10, 6)
SEPTEMBER, CHANGED = date(2025, 9, 1), date(2025, 9, 22)
TRAININGS = [training(1, SEPTEMBER, CHANGED - timedelta(days=1)), training(2, CHANGED)]


@pytest.mark.rule("LV-07")
@pytest.mark.rule("LV-05")
@pytest.mark.rule("PER-41")
@pytest.mark.rule("PER-42")
@pytest.mark.parametrize(
    ("last_day", "outcome"),
    [
        (date(2025, 9, 23), "Last day must be on or after 24 September 2025"),
        (date(2025, 9, 24), "has left"),
        (date(2025, 10, 5), "has left"),
        (TODAY, "is leaving today"),
        (date(2025, 10, 7), "is leaving"),
        (date(2026, 2, 6), "is leaving"),
        (date(2026, 2, 7), "Last day must be on or before 6 February 2026"),
    ],
)
def test_last_days(last_day, outcome):
    bounds = leaving_bounds(SEPTEMBER, TRAININGS, TODAY, Policy())
    said = bounds.fault(last_day) or tense(last_day, TODAY).words
    assert said.startswith(outcome)


@pytest.mark.rule("PER-41")
@pytest.mark.parametrize(
    ("trainings", "earliest"),
    [
        ([], date(2025, 9, 3)),
        ([training(1, TODAY)], date(2025, 10, 8)),
        ([training(1, TODAY + timedelta(days=1))], date(2025, 9, 3)),
        ([training(1, CHANGED, cancelled=True)], date(2025, 9, 3)),
    ],
    ids=["no training", "training from today", "future training is ignored", "cancelled training is ignored"],
)
def test_the_earliest_last_day_depends_on_training_that_has_started(trainings, earliest):
    assert leaving_bounds(SEPTEMBER, trainings, TODAY, Policy()).earliest == earliest


@pytest.mark.rule("PER-43")
def test_a_last_day_cannot_reach_into_a_registration_elsewhere():
    bounds = leaving_bounds(SEPTEMBER, [], TODAY, Policy(), elsewhere_from=date(2025, 12, 1))
    assert bounds.fault(date(2025, 12, 1))
    assert not bounds.fault(date(2025, 11, 30))


LAST, LATER = date(2026, 1, 30), date(2026, 3, 1)
T, M = RowKind.TRAINING, RowKind.MENTORSHIP


def row(kind, finished_on=LAST, **facts):
    return RowNow(kind, 1, facts.pop("started_on", SEPTEMBER), finished_on, **facts)


def before(kind, finished_on=None, *, cancelled=False, started_on=SEPTEMBER, stopped=False):
    return RowBefore(kind, 1, started_on, finished_on, cancelled, stopped)


@pytest.mark.rule("PER-43")
@pytest.mark.parametrize(
    ("now", "was", "busy", "result"),
    [
        pytest.param(row(T), before(T), (), None, id="training goes on"),
        pytest.param(row(T), before(T, LATER), (), LATER, id="an end of its own comes back"),
        pytest.param(row(T, stopped=True), before(T), (), Lost.CHANGED_SINCE, id="withdrawn since"),
        pytest.param(row(T, stopped=True), before(T, LATER, stopped=True), (), LATER, id="withdrawn all along"),
        pytest.param(row(T, TODAY), before(T), (), Lost.CHANGED_SINCE, id="ended earlier since"),
        pytest.param(row(T, cancelled=True), before(T), (), Lost.CHANGED_SINCE, id="cancelled since"),
        pytest.param(
            row(T, None, started_on=LATER, cancelled=True),
            before(T, cancelled=True, started_on=LATER),
            (),
            None,
            id="what was cancelled takes effect after all",
        ),
        pytest.param(row(M), before(M), (), None, id="mentorship goes on"),
        pytest.param(row(M), before(M), (Period(LATER),), Lost.TAKEN, id="another mentor from later on"),
        pytest.param(row(M, other_until=LAST), before(M), (), Lost.OTHER_GONE, id="the other leaves too"),
        pytest.param(row(M, other_until=LATER), before(M), (), LATER, id="the other leaves later"),
        pytest.param(row(M, other_gone=True), before(M), (), Lost.OTHER_GONE, id="the other was removed"),
        pytest.param(row(T), None, (), None, id="made since, ended only with the stay"),
        pytest.param(row(M), None, (Period(LATER),), LATER - timedelta(days=1), id="made since, until the next"),
        pytest.param(row(T, stopped=True), None, (), "untouched", id="made since and withdrawn"),
        pytest.param(row(T, TODAY), None, (), "untouched", id="ended before"),
    ],
)
def test_what_regains_its_former_dates(now, was, busy, result):
    plan = plan_restore([now], {was.key: was} if was else {}, Reopening(LAST, None), {(now.kind, 0): busy})
    outcomes = [until for _, until in plan.restored] + [why for _, why in plan.lost]
    assert outcomes == ([] if result == "untouched" else [result])


@pytest.mark.rule("PER-43")
def test_an_earlier_end_bounds_what_is_restored():
    future = row(T, None, started_on=LATER, cancelled=True)
    plan = plan_restore(
        [future], {(T, 1): before(T, cancelled=True, started_on=LATER)}, Reopening(LAST, LATER - timedelta(days=1)), {}
    )
    assert plan.restored == plan.lost == ()
