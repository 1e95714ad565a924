"""What a school may do with one of its ECTs or mentors, by their standing (PRM-01, PRM-02)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.registration.leaving.removal import ended_long_ago
from app.registration.rules import Standing
from app.terms import StayEndReason, Word

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from app.policy import Policy
    from app.registration.rules import ECTStay, MentorStay


class Action(Word):
    """What can be done with a registered person, named by its journey."""

    CHANGE_NAME = "change-name"
    CHANGE_EMAIL = "change-email"
    CHANGE_WORKING_PATTERN = "change-working-pattern"
    ASSIGN_MENTOR = "assign-mentor"
    ASSIGN_ECTS = "assign-ects"
    CHANGE_TRAINING_PROGRAMME = "change-training-programme"
    CHANGE_LEAD_PROVIDER = "change-lead-provider"
    CHANGE_APPROPRIATE_BODY = "change-appropriate-body"
    REPORT_LEAVING = "report-leaving"
    CHANGE_LEAVING = "change-leaving"
    REGISTERED_BY_MISTAKE = "registered-by-mistake"


ACTIVE = frozenset({Standing.STARTING, Standing.IN_PROGRESS, Standing.LEAVING})
STAYING = frozenset({Standing.STARTING, Standing.IN_PROGRESS})
NOT_REMOVED = frozenset(Standing) - {Standing.REMOVED}

ECT: Mapping[Action, frozenset[Standing]] = {
    Action.CHANGE_NAME: ACTIVE,
    Action.CHANGE_EMAIL: ACTIVE,
    Action.CHANGE_WORKING_PATTERN: ACTIVE,
    Action.ASSIGN_MENTOR: ACTIVE,
    Action.CHANGE_TRAINING_PROGRAMME: ACTIVE,
    Action.CHANGE_LEAD_PROVIDER: ACTIVE,
    Action.CHANGE_APPROPRIATE_BODY: ACTIVE,
    Action.REPORT_LEAVING: STAYING | {Standing.EXEMPT},
    Action.CHANGE_LEAVING: frozenset({Standing.LEAVING, Standing.EXEMPT}),
    Action.REGISTERED_BY_MISTAKE: NOT_REMOVED - {Standing.COMPLETED},
}
"""The table of PRM-01. That an appropriate body has recorded the induction, and PER-50, are asked beside it."""

MENTOR: Mapping[Action, frozenset[Standing]] = {
    Action.CHANGE_NAME: ACTIVE,
    Action.CHANGE_EMAIL: ACTIVE,
    Action.CHANGE_LEAD_PROVIDER: ACTIVE,
    Action.ASSIGN_ECTS: STAYING,
    Action.REPORT_LEAVING: STAYING,
    Action.CHANGE_LEAVING: frozenset({Standing.LEAVING}),
    Action.REGISTERED_BY_MISTAKE: ACTIVE | {Standing.LEFT},
}
"""The list of PRM-02, with PER-50 asked beside it."""


def ect_may(action: Action, standing: Standing, *, leaving: bool) -> bool:
    """Tell whether an action is open for an ECT; leaving: a last day is recorded and not past (PRM-01).

    An exempt ECT's leaving is reported once, and changed only when it has been reported.
    """
    if standing not in ECT.get(action, frozenset()):
        return False
    if standing is Standing.EXEMPT and action in {Action.REPORT_LEAVING, Action.CHANGE_LEAVING}:
        return leaving is (action is Action.CHANGE_LEAVING)
    return True


def mentor_may(action: Action, standing: Standing) -> bool:
    """Tell whether an action is open for a mentor (PRM-02)."""
    return standing in MENTOR.get(action, frozenset())


def stay_may(action: Action, stay: ECTStay | MentorStay, today: date, policy: Policy) -> bool:
    """Tell what is asked of a stay beside its standing.

    Only the school's own report of a leaving is changed (PER-45); what ended long ago is no mistake any more (PER-50).
    """
    if action is Action.CHANGE_LEAVING:
        return stay.end_reason is StayEndReason.LEFT
    return action is not Action.REGISTERED_BY_MISTAKE or not ended_long_ago(stay.period, today, policy)


def why_not(action: Action, standing: Standing, name: str) -> str:
    """Say in a sentence why an action is not open for a person of this standing (PRM-01, PRM-02)."""
    if standing is Standing.LEAVING and action is Action.REPORT_LEAVING:
        return f"You have already reported that {name} is leaving. You can change or cancel that on their record."
    if action is Action.CHANGE_LEAVING and standing not in {Standing.LEFT, Standing.REMOVED}:
        return f"Nobody has reported that {name} is leaving."
    return {
        Standing.LEFT: f"{name} has left your school, so their record can be read but not changed here.",
        Standing.COMPLETED: f"{name} has completed their induction, so their record can no longer be changed here.",
        Standing.EXEMPT: f"{name} is exempt from induction, so this cannot be changed.",
        Standing.REMOVED: f"The registration of {name} was removed.",
        Standing.LEAVING: f"{name} is leaving your school.",
    }.get(standing, f"This cannot be changed for {name}.")
