"""Who can mentor whom, from when, and what gives way (rules §13.7, journeys table 6.3)."""

from datetime import date

import pytest

from app.registration.mentorships.mentorship_rules import (
    MentoredECT,
    MentorFrom,
    PossibleMentor,
    WhyNotMentor,
    after_present,
    has_load_note,
    mentorship_finish,
    mentorship_start,
    plan_mentorship,
    why_not_mentor,
)
from app.terms import MentorAtSchoolId, Period, StayEndReason, TeacherId
from tests.registration.builders import BIRCH, mentor_stay, mentorship, record, stay

TODAY = date(2025, 10, 6)
SEPTEMBER, NOVEMBER, DECEMBER = date(2025, 9, 1), date(2025, 11, 3), date(2025, 12, 12)
MAX, MIA = MentorAtSchoolId(1), MentorAtSchoolId(2)


def ect(*mentorships, induction=None, teacher=1, **facts):
    """An ECT at Ash since 1 September 2025."""
    return MentoredECT(stay(**facts), TeacherId(teacher), induction or record(), mentorships)


def mentor(teacher=2, **facts):
    """A mentor at Ash since 1 September 2024."""
    return PossibleMentor(mentor_stay(**facts), TeacherId(teacher))


def by_mia(started_on=SEPTEMBER, finished_on=None, **facts):
    """A mentorship by somebody else than the mentor asked about."""
    return mentorship(started_on, finished_on, mentor_stay_id=MIA, **facts)


def ids(rows):
    """Return which mentorships these are."""
    return [row.id for row in rows]


TABLE = {
    "a new mentor from today": (ect(by_mia()), mentor(), False, TODAY, None, [1], []),
    "an ECT who has not started, with one planned": (
        ect(by_mia(NOVEMBER), started_on=NOVEMBER),
        mentor(),
        False,
        NOVEMBER,
        None,
        [],
        [1],
    ),
    "a leaving ECT": (ect(by_mia(), finished_on=DECEMBER), mentor(), False, TODAY, DECEMBER, [1], []),
    "moving only here, no mentor ever": (
        ect(),
        mentor(started_on=date(2025, 9, 15)),
        True,
        date(2025, 9, 15),
        None,
        [],
        [],
    ),
    "moving only here, had a mentor": (
        ect(by_mia(SEPTEMBER, None)),
        mentor(started_on=date(2025, 9, 15)),
        True,
        TODAY,
        None,
        [1],
        [],
    ),
    "moving only here, one that never took effect": (
        ect(by_mia(cancelled=True)),
        mentor(started_on=date(2025, 9, 15)),
        True,
        date(2025, 9, 15),
        None,
        [],
        [],
    ),
    "changed twice on one day": (
        ect(by_mia(SEPTEMBER, date(2025, 10, 5)), by_mia(TODAY, number=2)),
        mentor(),
        False,
        TODAY,
        None,
        [],
        [2],
    ),
}


@pytest.mark.rule("PER-60", "PER-62", "PER-63")
@pytest.mark.parametrize("case", TABLE.values(), ids=TABLE)
def test_dates_of_a_mentorship(case):
    whom, who, moving, starts, ends, finished, cancelled = case
    start = mentorship_start(whom, who.stay, TODAY, moving_only_here=moving)
    plan = plan_mentorship(whom.mentorships, Period(start, mentorship_finish(whom.stay, who.stay)))
    assert (plan.started_on, plan.finished_on) == (starts, ends)
    assert (ids(plan.finish), ids(plan.cancel)) == (finished, cancelled)
    assert all(row.started_on <= plan.former_ends_on for row in plan.finish)


@pytest.mark.rule("PER-62")
def test_a_mentor_who_starts_later_starts_then():
    assert mentorship_start(ect(), mentor(started_on=NOVEMBER).stay, TODAY) == NOVEMBER


@pytest.mark.rule("PER-62")
def test_a_present_mentorship_with_a_last_day_can_run_to_its_end():
    whom = ect(by_mia(SEPTEMBER, date(2025, 11, 20)))
    assert after_present(whom, TODAY) == date(2025, 11, 21)
    start = mentorship_start(whom, mentor().stay, TODAY, mentor_from=MentorFrom.AFTER_PRESENT)
    assert start == date(2025, 11, 21)
    assert plan_mentorship(whom.mentorships, Period(start)).replaced == ()
    assert mentorship_start(whom, mentor().stay, TODAY) == TODAY


@pytest.mark.rule("PER-62")
@pytest.mark.parametrize(
    "whom",
    [
        ect(),
        ect(by_mia()),
        ect(by_mia(SEPTEMBER, date(2025, 10, 5))),
        ect(by_mia(SEPTEMBER, DECEMBER), finished_on=DECEMBER),
    ],
    ids=["no mentor", "no last day", "ended", "ends with the ECT's own stay"],
)
def test_otherwise_there_is_no_day_after(whom):
    assert after_present(whom, TODAY) is None
    assert mentorship_start(whom, mentor().stay, TODAY, mentor_from=MentorFrom.AFTER_PRESENT) == TODAY


@pytest.mark.rule("PER-61")
@pytest.mark.parametrize(
    ("whom", "who"),
    [
        (ect(), mentor()),
        (ect(), mentor(started_on=NOVEMBER)),
        (ect(started_on=NOVEMBER), mentor()),
        (ect(finished_on=DECEMBER), mentor()),
        (ect(by_mia()), mentor()),
        (ect(mentorship(SEPTEMBER, date(2025, 10, 5), mentor_stay_id=MAX)), mentor()),
        (ect(mentorship(mentor_stay_id=MAX, cancelled=True)), mentor()),
    ],
)
def test_a_mentor_who_stays_can_mentor_an_ect_in_progress(whom, who):
    assert why_not_mentor(whom, who, TODAY) is None


@pytest.mark.rule("PER-61")
@pytest.mark.parametrize(
    ("whom", "who", "why"),
    [
        (ect(mentorship(mentor_stay_id=MAX)), mentor(), WhyNotMentor.PRESENT),
        (ect(mentorship(NOVEMBER, mentor_stay_id=MAX)), mentor(), WhyNotMentor.PRESENT),
        (ect(), mentor(teacher=1), WhyNotMentor.THEMSELF),
        (ect(), mentor(finished_on=DECEMBER), WhyNotMentor.LEAVING),
        (ect(), mentor(finished_on=date(2025, 10, 5)), WhyNotMentor.LEFT),
        (ect(), mentor(removed=True), WhyNotMentor.LEFT),
        (ect(), mentor(at=BIRCH), WhyNotMentor.OTHER_SCHOOL),
        (ect(finished_on=DECEMBER), mentor(started_on=date(2026, 1, 5)), WhyNotMentor.STARTS_TOO_LATE),
        (ect(finished_on=date(2025, 9, 30)), mentor(), WhyNotMentor.ECT_NOT_ASSIGNABLE),
        (ect(removed=True), mentor(), WhyNotMentor.ECT_NOT_ASSIGNABLE),
        (ect(induction=record("Exempt")), mentor(), WhyNotMentor.ECT_NOT_ASSIGNABLE),
        (ect(induction=record("Passed")), mentor(), WhyNotMentor.ECT_NOT_ASSIGNABLE),
        (
            ect(finished_on=DECEMBER, end_reason=StayEndReason.INDUCTION_COMPLETED),
            mentor(),
            WhyNotMentor.ECT_NOT_ASSIGNABLE,
        ),
    ],
)
def test_others_cannot_and_why(whom, who, why):
    assert why_not_mentor(whom, who, TODAY) is why


@pytest.mark.rule("PER-60")
def test_a_note_is_shown_from_so_many_ects_on():
    assert [has_load_note(number, 3) for number in (0, 2, 3, 4)] == [False, False, True, True]
