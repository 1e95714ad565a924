"""What check answers and confirmations of assigning say, and what a submitted draft keeps (AM-04, AM-05)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.registration.mentorships.mentorship_queries import mentoring_at, new_mentorship
from app.registration.mentorships.mentorship_rules import mentorship_start
from app.registration.registering.start_dates import day_in_words
from app.web.journey_pages import ConfirmationPage
from app.web.schools.mentor_training import no_training_words, training_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.registration.mentorships.assign_mentor import AssignMentor
    from app.registration.mentorships.mentorship_queries import ECTHere, MentorHere
    from app.registration.mentorships.mentorship_rules import MentorFrom, MentorshipPlan
    from app.web.schools.assign.facts import SchoolMentoring
    from app.web.session import Here


def plan_of(ect: ECTHere, mentor: MentorHere, mentor_from: MentorFrom, facts: SchoolMentoring) -> MentorshipPlan:
    """Return the mentorship that would be made now, and what gives way to it (PER-62, PER-63)."""
    start = mentorship_start(ect.mentored, mentor.mentor.stay, facts.today, mentor_from=mentor_from)
    return new_mentorship(ect, mentor, start).plan


def days_words(plan: MentorshipPlan) -> str:
    """Return from when, and until when if that is known."""
    until = f" to {day_in_words(plan.finished_on)}" if plan.finished_on else ""
    return f"{day_in_words(plan.started_on)}{until}"


def replaced_words(ect: ECTHere, plan: MentorshipPlan) -> tuple[str, ...]:
    """Say whom the new mentor replaces, a line each: who stops on which day, and who never begins."""
    finished = [f"{ect.mentor_of(m)}, until {day_in_words(plan.former_ends_on)}" for m in plan.finish]
    cancelled = [
        f"{ect.mentor_of(m)}, whose mentoring from {day_in_words(m.started_on)} is cancelled" for m in plan.cancel
    ]
    return tuple(finished + cancelled)


def outcome_of(command: AssignMentor, facts: SchoolMentoring) -> dict[str, Any]:
    """Return what the confirmation shows of an assignment; taken before it is written."""
    mentor = facts.people.mentor(command.mentor)
    ects = [ect for ect in map(facts.people.ect, command.ects) if ect is not None]
    if mentor is None:
        raise LookupError("the mentor of a walk that was complete")
    return {
        "mentor": mentor.displayed,
        "mentor_stay": str(mentor.public_id),
        "ects": [_assigned(ect, plan_of(ect, mentor, command.mentor_from, facts)) for ect in ects],
        "training": list(training_words(command.training)) if command.training else [],
        "no_training": "" if command.training else no_training_words(facts.training_of(mentor, ects)),
        "load": len(facts.people.mentored_by(mentor, facts.today)) + len(ects),
    }


def _assigned(ect: ECTHere, plan: MentorshipPlan) -> dict[str, Any]:
    return {
        "name": ect.displayed,
        "stay": str(ect.public_id),
        "from": days_words(plan),
        "replaces": list(replaced_words(ect, plan)),
    }


async def confirmation_of(headline: str, panel: str, outcome: Mapping[str, Any], here: Here) -> ConfirmationPage:
    """Return the confirmation with the next ECT who has no mentor yet (AM-05)."""
    people = await mentoring_at(here.school.id, here.today)
    waiting = [(ect.displayed, str(ect.public_id)) for ect in people.without_mentor(here.today)]
    details = {"panel": panel, "next": waiting[0] if waiting else None, "waiting": len(waiting)}
    return ConfirmationPage(headline, outcome, told(outcome), details)


def told(outcome: Mapping[str, Any]) -> tuple[str, ...]:
    """Say who will know: nobody is emailed about a mentor who is registered already (MSG-02)."""
    lines = ["We have not emailed anybody about this. Tell your ECT and their mentor yourself."]
    if outcome["training"]:
        lines.append(f"The lead provider will be able to see {outcome['mentor']}’s details.")
    return tuple(lines)


def load_note(ects: int, mentor: str) -> str:
    """Say that somebody mentors many; nothing is blocked (PER-60)."""
    return f"{mentor} will mentor {ects} ECTs. Check that they have enough time for each of them."


def names(people: Sequence[str]) -> str:
    """Join names as in a sentence."""
    return " and ".join(filter(None, [", ".join(people[:-1]), people[-1]])) if people else ""
