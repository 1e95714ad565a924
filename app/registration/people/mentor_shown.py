"""What a school reads about a mentor, row by row: their training and their ECTs (STA-04, LS-07, RC-03)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.registration.people.ect_shown import Line, mentorship_days, provider_lines
from app.registration.people.mentor_statuses import MentorTraining, mentor_training
from app.registration.registering.start_dates import day_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from app.registration.people.mentor_facts import MentorAtSchool, MentoredRow

MOST_NAMES = 5
"""So many ECTs stand on a card by name (LS-07)."""

TRAINING = {
    MentorTraining.NO_MORE_FUNDING: "Cannot have more funded training",
    MentorTraining.WITHDRAWN: "Stopped by the lead provider",
    MentorTraining.PAUSED: "Paused by the lead provider",
    MentorTraining.DISPUTED: "You told us that the lead provider is wrong",
    MentorTraining.AWAITING: "Waiting for the lead provider to confirm",
    MentorTraining.CONFIRMED: "Confirmed with a lead provider and a delivery partner",
    MentorTraining.POSSIBLE: "Can have training once assigned to an ECT on a provider-led programme",
    MentorTraining.NONE: "No mentor training recorded",
}
NO_PROVIDERS = frozenset({MentorTraining.COMPLETED, MentorTraining.NO_MORE_FUNDING, MentorTraining.WITHDRAWN})


def training_line(mentor: MentorAtSchool, today: date, *, offered: bool) -> Line:
    """Return how a mentor's training stands (STA-04, MFT-08)."""
    state = mentor_training(mentor.facts(today), today, offered=offered)
    words = TRAINING.get(state, "")
    if state is MentorTraining.COMPLETED:
        words = f"Completed on {day_in_words(mentor.ineligible_on)}" if mentor.ineligible_on else "Completed"
    return Line("mentor-training", "Mentor training", words)


def training_lines(mentor: MentorAtSchool, today: date, *, offered: bool) -> tuple[Line, ...]:
    """Return how the training stands, with lead provider and delivery partner where they matter (RC-03, WDR-03)."""
    line = training_line(mentor, today, offered=offered)
    row = mentor.decisive(today)
    if row is None or mentor_training(mentor.facts(today), today) in NO_PROVIDERS:
        return (line,)
    return line, *provider_lines(row)


def ects_line(mentor: MentorAtSchool, today: date) -> Line:
    """Return the ECTs in progress whom a mentor has or will have: by name up to five, else how many (LS-07)."""
    names = list(dict.fromkeys(row.ect.displayed for row in mentor.mentored_now(today)))
    return Line("ects", "ECTs", _named(names) or "None at the moment")


def former_ects_line(mentor: MentorAtSchool) -> Line:
    """Return whom somebody who left mentored here (LS-07)."""
    names = list(dict.fromkeys(row.ect.displayed for row in mentor.mentorships))
    return Line("ects", "ECTs they mentored", _named(names) or "None")


def _named(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= MOST_NAMES else f"{len(names)} ECTs"


def ect_lines(rows: Iterable[MentoredRow]) -> tuple[Line, ...]:
    """Return ECTs with the days on which they are mentored (RC-03)."""
    return tuple(
        Line("ect", row.ect.displayed, mentorship_days(row.mentored.mentorship), about=row.ect_public_id)
        for row in rows
    )
