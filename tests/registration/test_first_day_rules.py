"""What moves with a corrected first day, and what is in its way (FIX-05)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from app.registration.changes.start_date_rules import (
    Around,
    Busy,
    Inducted,
    InTheWay,
    OtherStay,
    StartPlan,
    other_year,
    plan_start,
)
from app.registration.people.ect_facts import PersonName
from app.registration.whole_stay import MentorshipInStay, TrainingInStay, WholeStay
from app.terms import Period, Role, TrainingProgramme
from app.training.periods import Calendar, ContractPeriod
from app.training.rules import Training

SEPTEMBER, OCTOBER, AUGUST = date(2025, 9, 1), date(2025, 10, 6), date(2025, 8, 25)
NOBODY = UUID(int=0)
ANN, MO = PersonName("Ann", "Ash"), PersonName("Mo", "Mann")


def training(started_on: date = SEPTEMBER, **facts: Any) -> TrainingInStay:
    return TrainingInStay(id=1, role=Role.ECT, programme=TrainingProgramme.SCHOOL_LED, started_on=started_on, **facts)


def mentorship(started_on: date = SEPTEMBER, **facts: Any) -> MentorshipInStay:
    who = {"ect": ANN, "mentor": MO, "ect_teacher_id": 1, "ect_public_id": NOBODY}
    return MentorshipInStay(**{"id": 7, "started_on": started_on, **who, **facts})


def stay(*trainings: TrainingInStay, mentorships: tuple[MentorshipInStay, ...] = (), **facts: Any) -> WholeStay:
    who = {
        "school_id": 1,
        "school": "Ash School",
        "teacher_id": 1,
        "trn": "4512378",
        "person": ANN,
        "email": "a@a.example",
    }
    base = {"role": Role.ECT, "id": 1, "public_id": NOBODY, "started_on": SEPTEMBER, "trainings": trainings}
    registered = datetime(2025, 9, 1, 12, tzinfo=UTC)
    return WholeStay(**{**base, **who, "registered_at": registered, "mentorships": mentorships, **facts})


@pytest.mark.rule("FIX-05")
@pytest.mark.parametrize(
    ("around", "first_day"),
    [
        (Around(), AUGUST),
        (Around(other_starts={7: date(2025, 8, 28)}), date(2025, 8, 28)),
        (Around(busy=(Busy(7, date(2025, 8, 1), date(2025, 8, 26)),)), date(2025, 8, 27)),
        (Around(busy=(Busy(8, date(2025, 8, 1), date(2025, 8, 26)),)), AUGUST),
    ],
)
def test_a_mentorship_moves_back_as_far_as_both_are_there_and_nobody_else_mentors(
    around: Around, first_day: date
) -> None:
    plan = plan_start(stay(training(), mentorships=(mentorship(),)), AUGUST, around)

    assert not isinstance(plan, InTheWay)
    assert [moved.started_on for moved in plan.trainings] == [AUGUST]
    assert [moved.started_on for moved in plan.mentorships] == [first_day]


@pytest.mark.rule("FIX-05", "ADM-1.5")
@pytest.mark.parametrize(
    ("whose", "day", "around", "words"),
    [
        (stay(finished_on=date(2025, 10, 3)), OCTOBER, Around(), "They left on 3 October 2025"),
        (stay(training(date(2025, 9, 8))), OCTOBER, Around(), "school-led training began on 8 September 2025"),
        (stay(training(finished_on=date(2025, 9, 30))), OCTOBER, Around(), "ended on 30 September 2025"),
        (stay(training()), OCTOBER, Around(declared={1: date(2025, 10, 5)}), "declaration of 5 October 2025"),
        (stay(training()), AUGUST, Around(trainings=(Period(date(2025, 8, 30)),)), "other training from 30 August"),
        (stay(mentorships=(mentorship(date(2025, 9, 8)),)), OCTOBER, Around(), "by Mo Mann began on 8 September"),
        (
            stay(mentorships=(mentorship(finished_on=date(2025, 9, 19)),)),
            OCTOBER,
            Around(),
            "Mentoring by Mo Mann ended on 19 September 2025",
        ),
        (
            stay(),
            AUGUST,
            Around(stays=(OtherStay(UUID(int=2), "Birch School", date(2025, 1, 6), AUGUST),)),
            "registered at Birch School from 6 January 2025 to 25 August 2025",
        ),
        (stay(), AUGUST, Around(qts_on=date(2025, 8, 26)), "qualified teacher status on 26 August 2025, after"),
        (stay(), AUGUST, Around(school_opened_on=SEPTEMBER), "Ash School opened on 1 September 2025, after"),
        (
            stay(),
            OCTOBER,
            Around(inductions=(Inducted("South Hub", SEPTEMBER),)),
            "South Hub recorded their induction from 1 September 2025, before this day",
        ),
    ],
)
def test_what_would_lie_outside_or_overlap_is_named(whose: WholeStay, day: date, around: Around, words: str) -> None:
    found = plan_start(whose, day, around)

    assert isinstance(found, InTheWay)
    assert words in found.message


@pytest.mark.rule("FIX-05")
def test_a_correction_goes_back_no_further_than_the_academic_year_and_is_itself_corrected() -> None:
    provider_led = replace(training(), programme=TrainingProgramme.PROVIDER_LED)
    around = Around(year_starts={1: date(2025, 6, 1)}, other_starts={7: date(2024, 9, 1)})
    whose = stay(provider_led, mentorships=(mentorship(),))
    back = plan_start(whose, date(1990, 9, 1), around)
    assert isinstance(back, StartPlan)
    assert (back.trainings[0].started_on, back.mentorships[0].started_on) == (date(2025, 6, 1), date(2024, 9, 1))

    wrong = replace(
        whose,
        started_on=date(1990, 9, 1),
        trainings=(replace(provider_led, started_on=date(2025, 6, 1)),),
        mentorships=(mentorship(date(2024, 9, 1)),),
    )
    again = plan_start(wrong, SEPTEMBER, replace(around, qts_on=date(2025, 7, 1)))

    assert isinstance(again, StartPlan)
    assert (again.trainings[0].started_on, again.mentorships[0].started_on) == (SEPTEMBER, SEPTEMBER)


@pytest.mark.rule("FIX-05", "CP-02", "CP-06")
@pytest.mark.parametrize(
    ("before", "new", "year"),
    [
        (None, date(2026, 6, 1), 2026),
        (None, date(2026, 5, 31), None),
        (None, date(2023, 9, 1), None),
        (TrainingProgramme.SCHOOL_LED, date(2026, 6, 1), 2026),
        (TrainingProgramme.PROVIDER_LED, date(2026, 6, 1), None),
    ],
)
def test_the_year_is_another_where_registering_with_the_day_would_have_filed_in_it(
    before: TrainingProgramme | None, new: date, year: int | None
) -> None:
    years = Calendar(tuple(ContractPeriod(y, date(y, 6, 1), date(y + 1, 5, 31)) for y in (2023, 2024, 2025, 2026)))  # type: ignore[arg-type]
    earlier = Training(2, Role.ECT, before, date(2024, 9, 2)) if before else None  # type: ignore[arg-type]

    assert other_year(years, earlier, date(2025, 9, 1), new, date(2025, 9, 1)) == year
