"""What check answers and the confirmation of a mentor's registration say (RM-21, RM-22, RM-24)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from app.journeys.engine import Row, Walk
from app.registration.mentorships.mentorship_queries import new_mentorship
from app.registration.mentorships.mentorship_rules import mentorship_start
from app.registration.registering.mentor_start_dates import closed_elsewhere, mentors_elsewhere
from app.registration.registering.register_mentor import RegisterMentor, outcome_of
from app.registration.registering.start_dates import day_in_words
from app.registration.rules import ONE_DAY
from app.terms import Role
from app.web.journey_pages import ConfirmationPage
from app.web.schools.assign import shown
from app.web.schools.mentor_training import no_training_words, partner_name
from app.web.schools.person_questions import email_notices
from app.web.schools.register_mentor.facts import MentorStart
from app.web.schools.register_mentor.journey import has_many

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.registration.mentorships.mentorship_queries import ECTHere, MentorHere
    from app.registration.registering.register_mentor import RegisteredMentor
    from app.web.schools.identity.facts import Matched
    from app.web.schools.mentor_training import WhoseTraining
    from app.web.schools.register_mentor.facts import RegisterMentorFacts
    from app.web.session import Here


def rows(walked: Walk, facts: RegisterMentorFacts) -> list[Row]:
    """Return the rows of check answers (RM-21)."""
    command, matched = walked.command, facts.matched
    if matched is None or not isinstance(command, RegisterMentor):
        return []
    own = {step.question.slug: step for step in walked.trail if step.answered}
    asked = [
        Row(step.question.row, step.question.label, step.question.show(step.answer), slug)
        for slug, step in own.items()
        if slug in {"email-address", "mentoring-elsewhere", "start-date"}
    ]
    return [
        Row("name", "Name", command.corrected_name or matched.name, "review-mentor"),
        Row("trn", "Teacher reference number (TRN)", matched.trn),
        Row("identity", "Identity matched by", matched.by.words),
        *asked,
        *([] if "start-date" in own else [Row("start-date", "Start date", f"Today, {day_in_words(facts.today)}")]),
        ects_row(command, matched, facts),
        *training_rows(walked, command, matched, facts),
    ]


def ects_row(command: RegisterMentor, matched: Matched, facts: RegisterMentorFacts) -> Row:
    """Return the row of the ECTs, each with its days and whom the mentor replaces."""
    change = "assign-ects" if facts.for_ect is None else ""
    lines = tuple(line for ect in ects_of(command, facts) for line in ect_lines(ect, command, matched, facts))
    return Row("ects", "ECTs they will mentor", "" if lines else "None for now", change, lines)


def ects_of(command: RegisterMentor, facts: RegisterMentorFacts) -> tuple[ECTHere, ...]:
    """Return the ECTs that were chosen."""
    found = (facts.people.ect(chosen.public_id) for chosen in command.ects)
    return tuple(ect for ect in found if ect is not None)


def mentor_of(command: RegisterMentor, matched: Matched, facts: RegisterMentorFacts) -> MentorHere:
    """Return the mentor they will be."""
    return facts.mentor(matched, command.corrected_name or matched.name, start_of(command, matched, facts))


def start_of(command: RegisterMentor, matched: Matched, facts: RegisterMentorFacts) -> MentorStart:
    """Return from when they mentor here, and whether they go on elsewhere."""
    elsewhere = mentors_elsewhere(matched.known.mentor_stays, facts.school.id, facts.today)
    return MentorStart(command.started_on, command.only_here, elsewhere and not command.only_here)


def ect_lines(ect: ECTHere, command: RegisterMentor, matched: Matched, facts: RegisterMentorFacts) -> tuple[str, ...]:
    """Return an ECT with the days of the mentorship, and whom the mentor replaces (PER-62, PER-63)."""
    mentor = mentor_of(command, matched, facts)
    start = mentorship_start(ect.mentored, mentor.mentor.stay, facts.today, moving_only_here=command.only_here)
    plan = new_mentorship(ect, mentor, start).plan
    replaced = (f"Replaces {line}" for line in shown.replaced_words(ect, plan))
    return (f"{ect.displayed}, from {shown.days_words(plan)}", *replaced)


def whose_training(command: RegisterMentor, matched: Matched, facts: RegisterMentorFacts) -> WhoseTraining:
    """Return what the training of the mentor depends on."""
    start, ects = start_of(command, matched, facts), ects_of(command, facts)
    return facts.training_of(mentor_of(command, matched, facts), ects, start)


def training_rows(walked: Walk, command: RegisterMentor, matched: Matched, facts: RegisterMentorFacts) -> list[Row]:
    """Return the rows about mentor training: with whom, or why none (RM-21, MFT-08)."""
    training = command.training
    if training is None:
        why = no_training_words(whose_training(command, matched, facts))
        return [Row("mentor-training", "Mentor training", f"None: {why}")] if why else []
    asked_on = walked.trail[-1].question.slug
    partner = partner_name(training.arrangement) or "To be confirmed by the lead provider"
    return [
        Row("mentor-training", "Mentor training", f"From {day_in_words(training.starts_on)}"),
        Row("lead-provider", "Lead provider", training.arrangement.lead_provider.name, asked_on),
        Row("delivery-partner", "Delivery partner", partner, asked_on),
    ]


def notices(walked: Walk, facts: RegisterMentorFacts, here: Here) -> list[str]:
    """Return what must be known before confirming (RM-22, EML-05, PER-12, PER-60)."""
    command, matched = walked.command, facts.matched
    if matched is None or not isinstance(command, RegisterMentor):
        return []
    found = []
    if closed_elsewhere(facts.start_facts(matched, only_here=command.only_here), command.started_on):
        last_day = day_in_words(command.started_on - ONE_DAY)
        found.append(f"Their last day as a mentor elsewhere will be {last_day}. We will tell the schools concerned.")
    ect_here = (s for s in matched.known.ect_stays if s.school_id == facts.school.id and not s.removed)
    if any(stay.period.is_open(facts.today) for stay in ect_here):
        found.append("They are also registered as an ECT at your school.")
    if has_many(command, facts):
        found.append(shown.load_note(len(command.ects), mentor_of(command, matched, facts).displayed))
    if command.started_on > facts.today:
        found.append(f"The registration takes effect on {day_in_words(command.started_on)}.")
    return found + email_notices(command.email, Role.MENTOR, here)


def outcome(registered: RegisteredMentor, command: RegisterMentor, facts: RegisterMentorFacts) -> dict[str, Any]:
    """Return what the submitted draft keeps for its confirmation page (DRF-14)."""
    why = ""
    if command.training is None and facts.matched is not None:
        why = no_training_words(whose_training(command, facts.matched, facts))
    return outcome_of(registered, command) | {"no_training": why}


async def confirmation(kept: Mapping[str, Any], here: Here) -> ConfirmationPage:
    """Say what was recorded, who is told, and what comes next (RM-24)."""
    name = kept["name"]
    told = [
        f"{name} gets an email that says they are registered as a mentor at {here.school.name}."
        if kept["emailed"]
        else f"{name} gets no email, because the address is your induction tutor’s."
    ]
    if kept["closed"]:
        told.append("The schools where they mentored before are told their last day there.")
    if kept["lead_provider"]:
        told.append(f"{kept['lead_provider']} will be able to see their details.")
    started_on = date.fromisoformat(kept["started_on"])
    details = {
        "started_on": started_on,
        "future": started_on > here.today,
        "mentored": [(ect["name"], date.fromisoformat(ect["started_on"])) for ect in kept["mentored"]],
    }
    return ConfirmationPage(f"{name} is registered as a mentor", kept, tuple(told), details)
