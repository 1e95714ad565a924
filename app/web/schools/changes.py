"""Which rows of a record can be changed, by which journey, and how the page leads there (PRM-01, PRM-02, RC-02)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.registration.people.ect_shown import NOT_REPORTED
from app.registration.permissions import Action, ect_may, mentor_may, stay_may
from app.registration.registering.appropriate_bodies import body_shown
from app.registration.rules import is_leaving

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.registration.people.ect_facts import ECTAtSchool
    from app.registration.people.ect_shown import Line, Stopped
    from app.registration.people.mentor_facts import MentorAtSchool
    from app.web.session import Here

WORDS: Mapping[str, str] = {
    Action.CHANGE_EMAIL: "Change the email address",
    Action.ASSIGN_MENTOR: "Assign a mentor",
    Action.ASSIGN_ECTS: "Assign ECTs",
    Action.CHANGE_TRAINING_PROGRAMME: "Choose a training programme",
    Action.CHANGE_LEAD_PROVIDER: "Choose another lead provider",
    Action.CHANGE_APPROPRIATE_BODY: "Change the appropriate body",
    Action.REPORT_LEAVING: "Report that they have left or are leaving",
    Action.CHANGE_LEAVING: "Change or cancel their leaving",
    Action.REGISTERED_BY_MISTAKE: "Tell us that they were registered by mistake",
}
"""What the link to a journey says."""

STOPPED_WORDS: Mapping[str, str] = {
    Action.CHANGE_LEAD_PROVIDER: "Continue with another lead provider",
    Action.CHANGE_TRAINING_PROGRAMME: "Change to school-led training",
    Action.REPORT_LEAVING: "Report that they have left",
}
"""What the buttons say after training was stopped (WD-01)."""

ROWS: Mapping[str, Action] = {
    "name": Action.CHANGE_NAME,
    "email": Action.CHANGE_EMAIL,
    "working-pattern": Action.CHANGE_WORKING_PATTERN,
    "mentor": Action.ASSIGN_MENTOR,
    "appropriate-body": Action.CHANGE_APPROPRIATE_BODY,
    "training-programme": Action.CHANGE_TRAINING_PROGRAMME,
    "lead-provider": Action.CHANGE_LEAD_PROVIDER,
    "last-day": Action.CHANGE_LEAVING,
}
"""The journey that changes a row, by the row's key (RC-02)."""

May = Callable[[Action], bool]
"""Asks whether an action is open for the person of a record."""


@dataclass(frozen=True)
class Way:
    """A way to a journey: its words and address."""

    text: str
    href: str


def ways(actions: Iterable[str], base: str, may: May) -> tuple[Way, ...]:
    """Return the ways to those journeys that are open for the person of a record."""
    return tuple(Way(WORDS[Action(action)], f"{base}/{action}") for action in actions if may(Action(action)))


def ways_after(stopped: Stopped | None, base: str, may: May, *, mentor: bool = False) -> tuple[Way, ...]:
    """Return the ways on after training was stopped; school-led is chosen already (WD-01 to WD-03)."""
    choices = stopped.choices(mentor=mentor) if stopped else ()
    chosen = {Action.CHANGE_TRAINING_PROGRAMME: "?training_programme=school_led"}
    return tuple(
        Way(STOPPED_WORDS[choice], f"{base}/{choice}{chosen.get(Action(choice), '')}")
        for choice in choices
        if may(Action(choice))
    )


def with_changes(lines: Iterable[Line], base: str, may: May) -> tuple[Line, ...]:
    """Return rows with the address of the journey that changes each, where it is open (RC-02)."""
    return tuple(_with_change(line, base, may) for line in lines)


def _with_change(line: Line, base: str, may: May) -> Line:
    action = ROWS.get(line.key)
    if action is Action.CHANGE_LEAD_PROVIDER and not may(action):
        action = Action.CHANGE_TRAINING_PROGRAMME if line.value == NOT_REPORTED else None
    if action is None or not may(action):
        return line
    missing = action is Action.ASSIGN_MENTOR and line.about is None
    return replace(line, change=f"{base}/{action.value}", action=WORDS[action] if missing else "Change")


def linked(lines: Iterable[Line], path: str) -> tuple[Line, ...]:
    """Return rows with the address of the record that each one's value names."""
    return tuple(replace(line, href=f"{path}/{line.about}") if line.about else line for line in lines)


def ect_may_do(ect: ECTAtSchool, here: Here) -> May:
    """Return what asks whether an action is open for an ECT, with what is asked beside the standing (PRM-01)."""
    leaving = is_leaving(ect.stay, here.today)
    row = ect.decisive(here.today)
    beside = {
        Action.CHANGE_APPROPRIATE_BODY: body_shown(ect.stay, ect.reported_body_id, ect.induction.periods).can_change,
        Action.CHANGE_LEAD_PROVIDER: row is not None and row.training.provider_led,
    }
    standing = ect.standing(here.today)
    return lambda action: (
        ect_may(action, standing, leaving=leaving)
        and stay_may(action, ect.stay, here.today, here.policy)
        and beside.get(action, True)
    )


def mentor_may_do(mentor: MentorAtSchool, here: Here) -> May:
    """Return what asks whether an action is open for a mentor, with what is asked beside the standing (PRM-02)."""
    beside = {Action.CHANGE_LEAD_PROVIDER: mentor.decisive(here.today) is not None}
    standing = mentor.standing(here.today)
    return lambda action: (
        mentor_may(action, standing)
        and stay_may(action, mentor.stay, here.today, here.policy)
        and beside.get(action, True)
    )


def way_to_leave(record: str, may: May) -> str:
    """Return where it is reported that somebody has left, by the address of their record; "" if it may not be."""
    return f"{record}/{Action.REPORT_LEAVING.value}" if may(Action.REPORT_LEAVING) else ""
