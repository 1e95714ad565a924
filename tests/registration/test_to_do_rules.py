"""The to-do list: when each task appears, since when, and where it leads."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from app.policy import Policy
from app.registration.home.to_do import Known, MentorAround, ect_tasks, mentor_tasks, year_task
from app.registration.people.ect_facts import Body, ECTAtSchool, MentorshipRow, PersonName, TrainingRow
from app.terms import TRN, ExpectingECTs, TeacherId, WorkingPattern, Year
from app.training.periods import ContractPeriod
from tests.registration.builders import NORTH_HUB, induction, mentorship, record, stay
from tests.training.builders import at_noon, school_led, training

TODAY = date(2025, 10, 6)
DAY = timedelta(days=1)
SINCE = TODAY - 3 * DAY
NUMBER = UUID(int=7)
SIAN, MAX = PersonName("Siân", "Evans"), PersonName("Max", "Mentor")
HUB = Body(NORTH_HUB, "North Hub")


def row(of, **facts):
    return TrainingRow(of, "Oak Training", **facts)


def mentored(finished_on=None, **facts):
    return MentorshipRow(mentorship(finished_on=finished_on), MAX, NUMBER, **facts)


SETTLED = ECTAtSchool(
    stay=stay(),
    teacher_id=TeacherId(1),
    public_id=NUMBER,
    trn=TRN("3001001"),
    name=SIAN,
    email="sian@ash.example",
    registered_at=at_noon(date(2025, 8, 20)),
    induction=record("InProgress", induction()),
    qts_awarded_on=date(2025, 7, 1),
    working_pattern=WorkingPattern.FULL_TIME,
    reported_body_id=NORTH_HUB,
    bodies=(HUB,),
    trainings=(row(training(partnership_id=1)),),
    mentorships=(mentored(),),
)
NOT_RECORDED = record("InProgress")
ENDED_HUB = replace(HUB, active_to=SINCE)


def tasks(known=None, /, **changes):
    found = ect_tasks(replace(SETTLED, **changes), TODAY, Policy(), known)
    return [(task.rule, task.text, task.since, task.page) for task in found]


@pytest.mark.rule("TD-00")
def test_somebody_with_everything_in_place_makes_no_task() -> None:
    assert tasks() == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            {"mentorships": ()},
            ("TD-01", "Assign a mentor to Siân Evans", date(2025, 8, 20), "assign-mentor"),
            marks=pytest.mark.rule("TD-01"),
        ),
        pytest.param(
            {"mentorships": (mentored(TODAY, leaving_reported_at=at_noon(SINCE)),)},
            ("TD-02", "Siân Evans will need a mentor from 7 October 2025", SINCE, "assign-mentor"),
            marks=pytest.mark.rule("TD-02"),
        ),
        pytest.param(
            {"trainings": (row(training(partnership_id=1, finished_on=SINCE, withdrawn_at=at_noon(SINCE))),)},
            ("TD-03", "Oak Training has stopped training Siân Evans", SINCE, "#training"),
            marks=pytest.mark.rule("TD-03"),
        ),
        pytest.param(
            {"trainings": (row(training(partnership_id=1, finished_on=SINCE, deferred_at=at_noon(SINCE))),)},
            ("TD-04", "Siân Evans’s training is paused", SINCE, "#training"),
            marks=pytest.mark.rule("TD-04"),
        ),
        pytest.param(
            {"trainings": (row(training(partnership_id=1, disputed=True), challenged_at=at_noon(SINCE)),)},
            ("TD-05", "Choose a lead provider for Siân Evans", SINCE, "change-lead-provider"),
            marks=pytest.mark.rule("TD-05"),
        ),
        pytest.param(
            {"trainings": (row(school_led(finished_on=SINCE)),)},
            ("TD-07", "Choose a training programme for Siân Evans", SINCE, "change-training-programme"),
            marks=pytest.mark.rule("TD-07"),
        ),
        pytest.param(
            {"induction": NOT_RECORDED, "bodies": (ENDED_HUB,), "stay": stay(TODAY)},
            ("TD-09", "Siân Evans’s appropriate body can no longer be used", SINCE, "change-appropriate-body"),
            marks=pytest.mark.rule("TD-09"),
        ),
        pytest.param(
            {"induction": NOT_RECORDED, "reported_body_id": None, "stay": stay(TODAY)},
            ("TD-10", "Tell us Siân Evans’s appropriate body", date(2025, 8, 20), "change-appropriate-body"),
            marks=pytest.mark.rule("TD-10"),
        ),
        pytest.param(
            {"working_pattern": None},
            ("TD-10", "Tell us Siân Evans’s working pattern", date(2025, 8, 20), "change-working-pattern"),
            marks=pytest.mark.rule("TD-10"),
        ),
        pytest.param(
            {"qts_awarded_on": None},
            ("TD-11", "Siân Evans has no qualified teacher status yet", date(2025, 9, 1), ""),
            marks=pytest.mark.rule("TD-11"),
        ),
        pytest.param(
            {"induction": record("Exempt")},
            ("TD-14", "Siân Evans is exempt from induction", date(2025, 8, 20), ""),
            marks=pytest.mark.rule("TD-14"),
        ),
    ],
)
def test_each_task_appears_alone_with_its_age_and_its_page(changes, expected) -> None:
    assert tasks(**changes) == [expected]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"mentorships": (mentored(TODAY),), "stay": stay(finished_on=TODAY)}, id="leaves with the mentor"),
        pytest.param(
            {
                "mentorships": (
                    mentored(TODAY),
                    MentorshipRow(mentorship(TODAY + DAY, number=2), MAX, NUMBER),
                )
            },
            id="the next mentor is known",
        ),
        pytest.param({"bodies": (replace(HUB, active_to=TODAY),)}, id="the body's last day is today"),
        pytest.param({"bodies": (ENDED_HUB,)}, id="the ended body recorded the induction"),
        pytest.param({"qts_awarded_on": None, "stay": stay(TODAY + DAY)}, id="has not started"),
        pytest.param({"stay": stay(finished_on=TODAY - DAY), "mentorships": ()}, id="has left"),
        pytest.param({"induction": record("Passed"), "mentorships": ()}, id="has completed"),
    ],
)
@pytest.mark.rule("TD-00", "TD-02", "TD-09", "TD-11")
def test_what_makes_no_task(changes) -> None:
    assert tasks(**changes) == []


@pytest.mark.rule("TD-02")
def test_a_task_with_a_date_says_until_when() -> None:
    (task,) = ect_tasks(replace(SETTLED, mentorships=(mentored(TODAY),)), TODAY, Policy())
    assert task.until == TODAY


@pytest.mark.rule("TD-14")
def test_an_exemption_dates_from_when_it_was_known() -> None:
    assert tasks(Known(exempt_since={1: SINCE}), induction=record("Exempt"))[0][2] == SINCE


@pytest.mark.rule("TD-15", "MSG-03")
def test_an_address_that_fails_is_to_be_checked() -> None:
    known = Known(failed={"sian@ash.example": SINCE})
    expected = ("TD-15", "Check the email address for Siân Evans", SINCE, "change-email")
    assert tasks(known, email="Sian@ash.example") == [expected]
    assert tasks(known, email="other@ash.example") == []


@pytest.mark.rule("TD-00", "TD-03", "TD-04", "TD-05", "TD-15")
@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"withdrawn_at": at_noon(SINCE), "finished_on": SINCE}, ["TD-03"]),
        ({"deferred_at": at_noon(SINCE), "finished_on": SINCE}, ["TD-04"]),
        ({"disputed": True}, ["TD-05"]),
        ({}, []),
    ],
)
def test_mentors_are_told_apart_by_their_training_too(changes, rules) -> None:
    mentor = MentorAround(NUMBER, MAX, "max@ash.example", SINCE, (row(training(partnership_id=1, **changes)),))
    assert [task.rule for task in mentor_tasks(mentor, Known(), TODAY)] == rules
    failing = mentor_tasks(mentor, Known(failed={"max@ash.example": SINCE}), TODAY)
    assert [(task.rule, task.leads) for task in failing] == [(rule, "mentor") for rule in [*rules, "TD-15"]]


PERIOD = ContractPeriod(Year(2025), date(2025, 6, 1), date(2026, 5, 31), SINCE)


@pytest.mark.rule("TD-16")
@pytest.mark.parametrize(
    ("answers", "asked"),
    [({}, True), ({2025: None}, True), ({2024: ExpectingECTs.NO}, True), ({2025: ExpectingECTs.NOT_SURE}, False)],
)
def test_the_year_is_asked_about_until_it_is_answered(answers, asked) -> None:
    task = year_task(PERIOD, answers, TODAY)
    assert (task is not None) is asked
    assert task is None or (task.since, task.leads) == (SINCE, "year")
    assert year_task(PERIOD, answers, SINCE - DAY) is None
