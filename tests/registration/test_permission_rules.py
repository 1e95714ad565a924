"""What a school may do with its people, by their standing: the table of the rules, cell by cell."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.policy import Policy
from app.registration.permissions import Action, ect_may, mentor_may, stay_may, why_not
from app.registration.rules import ECTStay, MentorStay, Standing
from app.terms import ECTAtSchoolId, MentorAtSchoolId, SchoolId, StayEndReason

COLUMNS = (
    Standing.STARTING,
    Standing.IN_PROGRESS,
    Standing.LEAVING,
    Standing.EXEMPT,
    Standing.COMPLETED,
    Standing.LEFT,
    Standing.REMOVED,
)
ECTS = {
    Action.CHANGE_NAME: "yyy----",
    Action.CHANGE_EMAIL: "yyy----",
    Action.CHANGE_WORKING_PATTERN: "yyy----",
    Action.ASSIGN_MENTOR: "yyy----",
    Action.CHANGE_TRAINING_PROGRAMME: "yyy----",
    Action.CHANGE_LEAD_PROVIDER: "yyy----",
    Action.CHANGE_APPROPRIATE_BODY: "yyy----",
    Action.REPORT_LEAVING: "yy-y---",
    Action.CHANGE_LEAVING: "--y----",
    Action.REGISTERED_BY_MISTAKE: "yyyy-y-",
    Action.ASSIGN_ECTS: "-------",
}
MENTORS = {
    Action.CHANGE_NAME: "yyy----",
    Action.CHANGE_EMAIL: "yyy----",
    Action.CHANGE_LEAD_PROVIDER: "yyy----",
    Action.ASSIGN_ECTS: "yy-----",
    Action.REPORT_LEAVING: "yy-----",
    Action.CHANGE_LEAVING: "--y----",
    Action.REGISTERED_BY_MISTAKE: "yyy--y-",
    Action.CHANGE_WORKING_PATTERN: "-------",
    Action.CHANGE_TRAINING_PROGRAMME: "-------",
    Action.CHANGE_APPROPRIATE_BODY: "-------",
    Action.ASSIGN_MENTOR: "-------",
}


def row(cells: list[bool]) -> str:
    return "".join("y" if cell else "-" for cell in cells)


@pytest.mark.rule("PRM-01")
@pytest.mark.parametrize("action", Action)
def test_what_may_be_done_with_an_ect(action: Action) -> None:
    cells = [ect_may(action, standing, leaving=standing is Standing.LEAVING) for standing in COLUMNS]
    assert row(cells) == ECTS[action]


@pytest.mark.rule("PRM-01")
def test_an_exempt_ect_who_is_leaving_can_have_that_changed_but_not_reported_again() -> None:
    assert ect_may(Action.CHANGE_LEAVING, Standing.EXEMPT, leaving=True)
    assert not ect_may(Action.REPORT_LEAVING, Standing.EXEMPT, leaving=True)


@pytest.mark.rule("PRM-02")
@pytest.mark.parametrize("action", Action)
def test_what_may_be_done_with_a_mentor(action: Action) -> None:
    assert row([mentor_may(action, standing) for standing in COLUMNS]) == MENTORS[action]


TODAY = date(2025, 10, 6)


def stays(days_ago: int | None, why: StayEndReason | None) -> tuple[ECTStay, MentorStay]:
    ended_on = None if days_ago is None else TODAY - timedelta(days=days_ago)
    days = {"started_on": date(2025, 9, 1), "finished_on": ended_on, "end_reason": why}
    return ECTStay(ECTAtSchoolId(1), SchoolId(1), **days), MentorStay(MentorAtSchoolId(1), SchoolId(1), **days)


@pytest.mark.rule("PER-45")
@pytest.mark.parametrize("why", [None, *StayEndReason])
def test_only_the_own_report_of_a_leaving_is_changed(why: StayEndReason | None) -> None:
    for stay in stays(-1, why):
        assert stay_may(Action.CHANGE_LEAVING, stay, TODAY, Policy()) is (why is StayEndReason.LEFT)


@pytest.mark.rule("PER-50")
@pytest.mark.parametrize(("days_ago", "may"), [(None, True), (-1, True), (0, True), (13, True), (14, False)])
def test_what_ended_long_ago_is_no_mistake_any_more(days_ago: int | None, may: bool) -> None:
    for stay in stays(days_ago, None):
        assert stay_may(Action.REGISTERED_BY_MISTAKE, stay, TODAY, Policy()) is may
        assert stay_may(Action.CHANGE_NAME, stay, TODAY, Policy())


@pytest.mark.rule("PRM-01")
@pytest.mark.parametrize("standing", COLUMNS)
@pytest.mark.parametrize("action", Action)
def test_every_refusal_names_the_person_in_a_sentence(action: Action, standing: Standing) -> None:
    assert "Priya Patel" in why_not(action, standing, "Priya Patel")
