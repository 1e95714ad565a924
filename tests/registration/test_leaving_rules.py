"""Which last days a school may report, how they read, and what regains its dates."""

from dataclasses import dataclass
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
    left_without_mentor,
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


@pytest.mark.rule("PER-43")
@pytest.mark.parametrize(
    ("elsewhere_from", "latest"),
    [
        pytest.param(date(2026, 2, 6), date(2026, 2, 5), id="from the very day that would be the latest"),
        pytest.param(date(2026, 2, 8), date(2026, 2, 6), id="from after it: the months ahead bind"),
    ],
)
def test_the_nearer_of_a_registration_elsewhere_and_the_months_ahead_binds(elsewhere_from, latest):
    bounds = leaving_bounds(SEPTEMBER, [], TODAY, Policy(), elsewhere_from=elsewhere_from)
    assert bounds.latest == latest


LAST, NEXT, LATER, MAY = date(2026, 1, 30), date(2026, 1, 31), date(2026, 3, 1), date(2026, 5, 1)
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
        pytest.param(
            row(M, other_until=LATER, other_gone=True), None, (), "untouched", id="made since, the other removed"
        ),
        pytest.param(row(M, other_until=LATER), None, (), LATER, id="made since, the other leaves later"),
        pytest.param(row(M, other_until=LAST), None, (), "untouched", id="made since, the other leaves that day too"),
        pytest.param(row(M, cancelled=True), None, (), "untouched", id="made since and cancelled"),
        pytest.param(
            row(M),
            None,
            (
                Period(date(2025, 1, 1), SEPTEMBER - timedelta(days=1)),
                Period(MAY),
                Period(LATER, MAY - timedelta(days=1)),
            ),
            LATER - timedelta(days=1),
            id="made since, until the first of those after",
        ),
        pytest.param(
            row(T), before(T, cancelled=True), (), "untouched", id="what was cancelled has been taken up since"
        ),
        pytest.param(row(T), before(T, NEXT), (), NEXT, id="an end of its own one day later comes back"),
        pytest.param(row(T, LATER), before(T, LATER), (), "untouched", id="its own end has come back already"),
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


@pytest.mark.rule("PER-43")
@pytest.mark.parametrize("was", [before(T), None], ids=["ended by the report", "made since"])
def test_a_later_last_day_bounds_what_goes_on(was):
    plan = plan_restore([row(T)], {(T, 1): was} if was else {}, Reopening(LAST, LATER), {})
    assert [until for _, until in plan.restored] == [LATER]


def later_row(**facts):
    return RowNow(T, 2, LATER, None, cancelled=True, **facts)


CANCELLED_LATER = RowBefore(T, 2, LATER, None, cancelled=True)


@pytest.mark.rule("PER-43")
@pytest.mark.parametrize(
    ("rows", "was", "restored", "lost"),
    [
        pytest.param([later_row(), row(T)], [before(T), CANCELLED_LATER], [1], [2], id="the one that began first"),
        pytest.param([later_row(), row(T)], [CANCELLED_LATER], [1], [2], id="also where it was made since"),
        pytest.param([later_row(group=7), row(T)], [before(T), CANCELLED_LATER], [1, 2], [], id="of two people, both"),
        pytest.param([later_row(), row(T, LATER)], [CANCELLED_LATER], [], [2], id="what stays keeps its days"),
        pytest.param(
            [later_row(), row(T, None, cancelled=True)], [CANCELLED_LATER], [2], [], id="what is cancelled has no days"
        ),
    ],
)
def test_of_several_rows_for_the_same_days_one_goes_on(rows, was, restored, lost):
    plan = plan_restore(rows, {row.key: row for row in was}, Reopening(LAST, None), {})
    assert sorted(row.id for row, _ in plan.restored) == restored
    assert [(row.id, why) for row, why in plan.lost] == [(number, Lost.TAKEN) for number in lost]


@dataclass(frozen=True)
class OfAnECT:
    """One mentorship of a mentor, as far as leaving depends on it."""

    period: Period
    ect_finished_on: date | None = None
    cancelled: bool = False
    succeeded: bool = False


@pytest.mark.rule("LV-02", "M-07")
@pytest.mark.parametrize(
    ("mentorship", "since"),
    [
        pytest.param(OfAnECT(Period(SEPTEMBER)), NEXT, id="goes on"),
        pytest.param(OfAnECT(Period(SEPTEMBER, NEXT)), NEXT, id="ends the day after"),
        pytest.param(OfAnECT(Period(SEPTEMBER, LAST)), None, id="was to end that day"),
        pytest.param(OfAnECT(Period(LATER)), LATER, id="was to begin later"),
        pytest.param(OfAnECT(Period(SEPTEMBER), cancelled=True), None, id="cancelled"),
        pytest.param(OfAnECT(Period(SEPTEMBER), NEXT), NEXT, id="the ECT leaves the day after"),
        pytest.param(OfAnECT(Period(SEPTEMBER), LAST), None, id="the ECT leaves that day too"),
        pytest.param(OfAnECT(Period(SEPTEMBER, TODAY)), NEXT, id="ends with the last day recorded so far"),
        pytest.param(OfAnECT(Period(SEPTEMBER, TODAY), succeeded=True), None, id="and somebody goes on with the ECT"),
        pytest.param(OfAnECT(Period(SEPTEMBER, TODAY - timedelta(days=1))), None, id="ended before that"),
    ],
)
def test_whom_a_mentor_leaves_without_one(mentorship, since):
    found = left_without_mentor([mentorship], LAST, present_last_day=TODAY)
    assert [day for _, day in found] == ([since] if since else [])
