"""What check answers says about a change of training: every row of the table of CH-12."""

from dataclasses import replace
from datetime import date

import pytest

from app.policy import Policy
from app.registration.changes.mentor_follows import MentorOfECT, mentor_too
from app.registration.changes.training_change_words import what_happens, what_it_means
from app.registration.people.ect_facts import PersonName
from app.terms import (
    TRN,
    MentorAtSchoolId,
    MentorIneligibleReason,
    Period,
    Role,
    ScheduleIdentifier,
    TeacherId,
    TrainingProgramme,
    Year,
)
from app.training.arrangements import arrangements
from app.training.change_decisions import ChangeDecided, TrainingChangeFacts
from app.training.changes import plan_change
from app.training.mentor_training import MentorHistory
from tests.training.builders import (
    ELM,
    MOSS,
    WORKED_EXAMPLES,
    filed_in,
    moved_to,
    partnership,
    provider_facts,
    school_led,
    training,
)
from tests.training.test_change_rules import (
    CONFIRMED,
    DEFERRED_EARLIER,
    DISPUTED,
    FINISHED_EARLIER,
    FUTURE,
    LATER,
    REQUESTED,
    STAY,
    TODAY,
    WITHDRAWN_EARLIER,
    WITHDRAWN_TODAY,
)

PROVIDER_LED, SCHOOL_LED = TrainingProgramme.PROVIDER_LED, TrainingProgramme.SCHOOL_LED
WITH_MOSS = partnership(1, ELM, MOSS, 2025)
ELM_ONCE = "From 6 October 2025 they are trained by Elm, once Elm confirms."
SCHOOL = "From 6 October 2025 they follow school-led training."


def with_elm(*partnerships):
    """What the school may choose with Elm in 2025 to 2026."""
    found = arrangements(provider_facts(partnerships), filed_in(2025))
    return next(arrangement for arrangement in found if arrangement.lead_provider.id == ELM)


def decided(before, programme, *partnerships, stay=STAY):
    """A change to a programme, of somebody whose only training is the one given."""
    plan = plan_change(stay, [before] if before else [], programme, TODAY)
    if programme is SCHOOL_LED:
        return ChangeDecided(plan, programme)
    return ChangeDecided(plan, programme, with_elm(*partnerships), filed_in(2025))


@pytest.mark.rule("CH-12")
@pytest.mark.parametrize(
    ("before", "words"),
    [
        (CONFIRMED, f"Training with Oak ends on 5 October 2025. {ELM_ONCE}"),
        (DISPUTED, f"Training with Oak ends on 5 October 2025. {ELM_ONCE}"),
        (REQUESTED, f"Oak had not confirmed that it would train them. {ELM_ONCE}"),
        (
            FUTURE,
            "From the start date, 1 December 2025, they are trained by Elm instead of Oak, once Elm confirms.",
        ),
        (WITHDRAWN_EARLIER, f"Oak stopped training them on 20 September 2025. {ELM_ONCE}"),
        (
            WITHDRAWN_TODAY,
            (
                "Oak stopped training them on 6 October 2025. "
                "From 7 October 2025 they are trained by Elm, once Elm confirms."
            ),
        ),
        (DEFERRED_EARLIER, f"Oak paused their training on 20 September 2025. {ELM_ONCE}"),
        (FINISHED_EARLIER, f"Training with Oak ended on 20 September 2025. {ELM_ONCE}"),
    ],
)
def test_to_another_lead_provider(before, words):
    assert what_happens(decided(before, PROVIDER_LED), "Oak") == words


@pytest.mark.rule("CH-12")
@pytest.mark.parametrize(
    ("before", "words"),
    [
        (CONFIRMED, f"Training with Oak ends on 5 October 2025. {SCHOOL}"),
        (DISPUTED, f"Training with Oak ends on 5 October 2025. {SCHOOL}"),
        (REQUESTED, f"Oak had not confirmed that it would train them. {SCHOOL}"),
        (FUTURE, "From 6 October 2025, they follow school-led training instead of training with Oak."),
        (WITHDRAWN_EARLIER, f"Oak stopped training them on 20 September 2025. {SCHOOL}"),
        (DEFERRED_EARLIER, f"Oak paused their training on 20 September 2025. {SCHOOL}"),
        (FINISHED_EARLIER, f"Training with Oak ended on 20 September 2025. {SCHOOL}"),
        (None, SCHOOL),
    ],
)
def test_to_school_led(before, words):
    assert what_happens(decided(before, SCHOOL_LED), "Oak" if before else "") == words


@pytest.mark.rule("CH-12")
def test_to_school_led_before_the_first_day_at_the_school():
    change = decided(FUTURE, SCHOOL_LED, stay=Period(LATER))
    assert what_happens(change, "Oak") == (
        "From the start date, 1 December 2025, they follow school-led training instead of training with Oak."
    )


@pytest.mark.rule("CH-12")
@pytest.mark.parametrize(
    ("before", "stay", "words"),
    [
        (school_led(), STAY, f"School-led training ends on 5 October 2025. {ELM_ONCE}"),
        (
            school_led(started_on=LATER),
            Period(LATER),
            (
                "From the start date, 1 December 2025, they are trained by Elm instead of school-led training, "
                "once Elm confirms."
            ),
        ),
        (None, STAY, ELM_ONCE),
    ],
)
def test_to_provider_led(before, stay, words):
    assert what_happens(decided(before, PROVIDER_LED, stay=stay), "") == words


@pytest.mark.rule("CH-12")
@pytest.mark.parametrize("before", [CONFIRMED, FUTURE, WITHDRAWN_EARLIER])
def test_with_a_partnership_the_delivery_partner_is_named_and_nobody_has_to_confirm(before):
    words = what_happens(decided(before, PROVIDER_LED, WITH_MOSS), "Oak")
    assert "Elm and its delivery partner Moss" in words
    assert "confirms" not in words


def mentor_of_ect(**history):
    """Max, a mentor since 1 September 2024."""
    known = MentorHistory(TeacherId(2), **history)
    name = PersonName("Max", "Mentor")
    return MentorOfECT(MentorAtSchoolId(1), TRN("3000001"), name, date(2024, 9, 1), None, known)


@pytest.mark.rule("CH-06", "CH-07", "CH-08")
def test_what_else_must_be_known_before_confirming():
    assert what_it_means(decided(school_led(), PROVIDER_LED)) == [
        "Training only starts once Elm confirms. Elm will also name the delivery partner.",
        "We do not email lead providers about this. Elm will be able to see the change.",
    ]
    assert what_it_means(decided(CONFIRMED, PROVIDER_LED, WITH_MOSS), Role.MENTOR) == [
        "The lead provider of the ECTs they mentor does not change.",
        "We do not email lead providers about this. Elm will be able to see the change.",
    ]
    assert "appropriate body must agree" in what_it_means(decided(CONFIRMED, SCHOOL_LED))[0]


@pytest.mark.rule("CP-10", "CH-06")
def test_a_move_out_of_a_year_whose_payments_have_stopped_is_said():
    change = replace(decided(CONFIRMED, PROVIDER_LED), registration=moved_to(2024))
    assert what_it_means(change)[0] == (
        "Funding for the academic year 2022 to 2023 has ended, so their training moves to 2024 to 2025."
    )


@pytest.mark.rule("PER-34", "MFT-08")
@pytest.mark.parametrize(
    ("history", "words"),
    [
        ({}, "Max Mentor, who mentors them, also gets mentor training with Elm, from 6 October 2025."),
        (
            {
                "ineligible_reason": MentorIneligibleReason.COMPLETED_DECLARATION_RECEIVED,
                "ineligible_on": date(2024, 7, 1),
            },
            (
                "Max Mentor, who mentors them, gets no mentor training with this change: "
                "they completed mentor training on 1 July 2024."
            ),
        ),
        ({"trainings": (training(role=Role.MENTOR, finished_on=date(2025, 9, 2)),)}, None),
    ],
)
def test_what_the_mentor_gets(history, words):
    change, mentor = decided(school_led(), PROVIDER_LED), mentor_of_ect(**history)
    facts = TrainingChangeFacts(
        today=TODAY,
        role=Role.ECT,
        stay_id=1,
        stay=STAY,
        trainings=(school_led(stay_id=1),),
        calendar=WORKED_EXAMPLES,
        providers=provider_facts(),
        schedules=frozenset({(Year(2025), ScheduleIdentifier.STANDARD_SEPTEMBER)}),
        schedule_months=Policy().schedule_months,
    )
    said = what_it_means(change, mentor=mentor, follows=mentor_too(mentor, facts, change, school_trains=True))
    assert [line for line in said if "Max" in line] == ([words] if words else [])
