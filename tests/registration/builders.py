"""Stays, mentorships and inductions with readable defaults for the tests of pure rules."""

from datetime import date

from app.registration.rules import ECTStay, Induction, InductionRecord, Mentorship, MentorStay
from app.terms import (
    AppropriateBodyId,
    ECTAtSchoolId,
    MentorAtSchoolId,
    MentorshipPeriodId,
    SchoolId,
    StayEndReason,
    TRSInductionStatus,
)

ASH, BIRCH = SchoolId(1), SchoolId(2)
NORTH_HUB, SOUTH_HUB = AppropriateBodyId(1), AppropriateBodyId(2)


def stay(started_on=date(2025, 9, 1), finished_on=None, *, at=ASH, number=1, **facts):
    """A stay of an ECT; one with a last day was ended by leaving unless said otherwise."""
    facts.setdefault("end_reason", StayEndReason.LEFT if finished_on else None)
    return ECTStay(ECTAtSchoolId(number), at, started_on, finished_on, **facts)


def mentor_stay(started_on=date(2024, 9, 1), finished_on=None, *, at=ASH, **facts):
    """A stay of a mentor."""
    return MentorStay(MentorAtSchoolId(1), at, started_on, finished_on, **facts)


def mentorship(started_on=date(2025, 9, 1), finished_on=None, *, number=1, **facts):
    """A mentorship inside a stay."""
    return Mentorship(MentorshipPeriodId(number), started_on, finished_on, **facts)


def induction(started_on=date(2025, 9, 1), finished_on=None, outcome=None, body=NORTH_HUB):
    """An induction period recorded by an appropriate body."""
    return Induction(body, started_on, finished_on, outcome)


def record(status=None, *periods, trs_started_on=None):
    """What is known of a teacher's induction."""
    return InductionRecord(TRSInductionStatus(status) if status else None, trs_started_on, periods)
