"""What becomes of the training of a stay when its programme or lead provider changes (PER-21, PER-31 to PER-33)."""

from datetime import date

import pytest

from app.terms import CancellationReason, Period, SchoolPartnershipId, TrainingProgramme
from app.training.changes import Face, face_of, plan_change
from tests.training.builders import at_noon, school_led, training

TODAY, YESTERDAY, TOMORROW = date(2025, 10, 6), date(2025, 10, 5), date(2025, 10, 7)
STARTED, LATER, EARLIER = date(2025, 9, 1), date(2025, 12, 1), date(2025, 9, 20)
STAY = Period(date(2025, 9, 1))
ATTACHED = {"partnership_id": SchoolPartnershipId(1), "confirmed_at": at_noon(STARTED)}
PROVIDER_LED, SCHOOL_LED = TrainingProgramme.PROVIDER_LED, TrainingProgramme.SCHOOL_LED
IN_PLACE, FINISHED, CANCELLED, UNTOUCHED = "in place", "finished", "cancelled", "untouched"
BEFORE_CONFIRMATION = CancellationReason.REPLACED_BEFORE_CONFIRMATION
BEFORE_START = CancellationReason.REPLACED_BEFORE_START

CONFIRMED = training(**ATTACHED)
REQUESTED = training(requested_at=at_noon(STARTED))
DISPUTED = training(**ATTACHED, disputed=True)
FUTURE = training(started_on=LATER, **ATTACHED)
STARTS_TODAY = training(started_on=TODAY)
WITHDRAWN_TODAY = training(finished_on=TODAY, withdrawn_at=at_noon(TODAY), **ATTACHED)
WITHDRAWN_EARLIER = training(finished_on=EARLIER, withdrawn_at=at_noon(EARLIER), **ATTACHED)
DEFERRED_TODAY = training(finished_on=TODAY, deferred_at=at_noon(TODAY), **ATTACHED)
DEFERRED_EARLIER = training(finished_on=EARLIER, deferred_at=at_noon(EARLIER), **ATTACHED)
FINISHED_TODAY = training(finished_on=TODAY, **ATTACHED)
FINISHED_EARLIER = training(finished_on=EARLIER, **ATTACHED)


def outcome(plan) -> str:
    """Say in one word what becomes of the decisive row."""
    if plan.in_place:
        return IN_PLACE
    if plan.finish is not None:
        assert plan.finish is plan.decisive
        return FINISHED
    return CANCELLED if plan.decisive in plan.cancel else UNTOUCHED


@pytest.mark.rule("PER-31", "CH-10")
@pytest.mark.parametrize(
    ("decisive", "face", "becomes", "starts_on"),
    [
        (CONFIRMED, Face.CONFIRMED, FINISHED, TODAY),
        (DISPUTED, Face.DISPUTED, FINISHED, TODAY),
        (REQUESTED, Face.REQUESTED, CANCELLED, TODAY),
        (FUTURE, Face.FUTURE, IN_PLACE, LATER),
        (STARTS_TODAY, Face.FUTURE, IN_PLACE, TODAY),
        (WITHDRAWN_TODAY, Face.WITHDRAWN, UNTOUCHED, TOMORROW),
        (WITHDRAWN_EARLIER, Face.WITHDRAWN, UNTOUCHED, TODAY),
        (DEFERRED_TODAY, Face.DEFERRED, UNTOUCHED, TOMORROW),
        (DEFERRED_EARLIER, Face.DEFERRED, UNTOUCHED, TODAY),
        (FINISHED_TODAY, Face.ENDED, UNTOUCHED, TOMORROW),
        (FINISHED_EARLIER, Face.ENDED, UNTOUCHED, TODAY),
    ],
)
def test_another_lead_provider(decisive, face, becomes, starts_on):
    plan = plan_change(STAY, [decisive], PROVIDER_LED, TODAY)
    assert (plan.face, outcome(plan), plan.starts_on, plan.ends_on) == (face, becomes, starts_on, None)
    assert plan.last_day == YESTERDAY


@pytest.mark.rule("PER-32", "CH-10")
@pytest.mark.parametrize(
    ("decisive", "becomes", "why", "starts_on"),
    [
        (CONFIRMED, FINISHED, None, TODAY),
        (DISPUTED, FINISHED, None, TODAY),
        (REQUESTED, CANCELLED, BEFORE_CONFIRMATION, TODAY),
        (FUTURE, CANCELLED, BEFORE_START, TODAY),
        (STARTS_TODAY, CANCELLED, BEFORE_START, TODAY),
        (WITHDRAWN_TODAY, UNTOUCHED, None, TOMORROW),
        (WITHDRAWN_EARLIER, UNTOUCHED, None, TODAY),
        (DEFERRED_TODAY, UNTOUCHED, None, TOMORROW),
        (FINISHED_TODAY, UNTOUCHED, None, TOMORROW),
        (FINISHED_EARLIER, UNTOUCHED, None, TODAY),
    ],
)
def test_to_school_led(decisive, becomes, why, starts_on):
    plan = plan_change(STAY, [decisive], SCHOOL_LED, TODAY)
    assert (outcome(plan), plan.starts_on) == (becomes, starts_on)
    assert [plan.why(row) for row in plan.cancel] == ([why] if why else [])


@pytest.mark.rule("PER-33")
@pytest.mark.parametrize(
    ("decisive", "becomes", "starts_on"),
    [
        (school_led(), FINISHED, TODAY),
        (school_led(started_on=TODAY), CANCELLED, TODAY),
        (school_led(started_on=LATER), CANCELLED, TODAY),
        (school_led(finished_on=EARLIER), UNTOUCHED, TODAY),
    ],
)
def test_to_provider_led(decisive, becomes, starts_on):
    plan = plan_change(STAY, [decisive], PROVIDER_LED, TODAY)
    assert (outcome(plan), plan.starts_on) == (becomes, starts_on)


@pytest.mark.rule("PER-21", "PER-20")
@pytest.mark.parametrize("programme", list(TrainingProgramme))
def test_without_any_training(programme):
    plan = plan_change(STAY, [training(cancelled=True)], programme, TODAY)
    assert (plan.face, plan.decisive, plan.starts_on) == (Face.NONE, None, TODAY)


@pytest.mark.rule("PER-21")
def test_training_of_a_stay_to_come_starts_with_the_stay():
    plan = plan_change(Period(LATER), [school_led(started_on=LATER)], PROVIDER_LED, TODAY)
    assert (outcome(plan), plan.starts_on) == (CANCELLED, LATER)


@pytest.mark.rule("PER-21")
def test_training_of_somebody_leaving_ends_with_the_stay():
    """W9."""
    leaving = Period(STARTED, date(2026, 4, 30))
    plan = plan_change(leaving, [training(finished_on=leaving.finished_on, **ATTACHED)], PROVIDER_LED, TODAY)
    assert (outcome(plan), plan.starts_on, plan.ends_on, plan.fits) == (FINISHED, TODAY, leaving.finished_on, True)


@pytest.mark.rule("PER-21")
def test_on_the_last_day_of_a_stay_one_day_is_left():
    plan = plan_change(Period(STARTED, TODAY), [training(finished_on=TODAY, **ATTACHED)], PROVIDER_LED, TODAY)
    assert (outcome(plan), plan.starts_on, plan.ends_on, plan.fits) == (FINISHED, TODAY, TODAY, True)
    assert plan_change(Period(STARTED, TODAY), [WITHDRAWN_TODAY], PROVIDER_LED, TODAY).fits is False


@pytest.mark.rule("PER-21", "PER-32")
def test_what_would_begin_later_never_takes_effect():
    later = training(2, started_on=LATER)
    now = training(finished_on=date(2025, 11, 30), **ATTACHED)
    plan = plan_change(STAY, [now, later], SCHOOL_LED, TODAY)
    assert (plan.finish, plan.cancel, plan.why(later)) == (now, (later,), BEFORE_START)


@pytest.mark.rule("STA-05")
def test_of_two_marks_the_later_one_counts():
    both = training(finished_on=EARLIER, withdrawn_at=at_noon(STARTED), deferred_at=at_noon(EARLIER))
    assert face_of(both, STAY, TODAY) is Face.DEFERRED
