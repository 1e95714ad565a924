"""Giving an ECT a mentor, or another one, from the ECT's side (journeys, section 6.1)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from app.journeys.engine import Ask, Option, Question, Row, Walk
from app.registration.mentorships.assign_mentor import AssignMentor, assign_mentor, lock_assignment
from app.registration.mentorships.mentorship_rules import MentorFrom, after_present, has_load_note, why_not_mentor
from app.registration.permissions import Action
from app.registration.registering.start_dates import day_in_words
from app.values import Form, Invalid, parse_choice
from app.web.journey import Asked, Journey, Refusal
from app.web.page import redirect
from app.web.schools.assign import shown
from app.web.schools.assign.facts import SchoolMentoring, load_mentoring, present_words, why_not_words
from app.web.schools.lists import names_apart
from app.web.schools.mentor_training import ask_for_training, training_rows
from app.web.schools.subject_journeys import Instead, SubjectJourney, about, last_change

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from litestar import Response

    from app.drafts.store import Draft
    from app.registration.mentorships.mentorship_queries import ECTHere, MentorHere
    from app.registration.subjects import Subject
    from app.web.journey_pages import ConfirmationPage
    from app.web.session import Here

NEW = "new"
SLUG = "assign-mentor"
TEMPLATES = "journeys/assign-mentor"
EVENTS = ("teacher_starts_being_mentored", "teacher_finishes_being_mentored", "mentorship_cancelled")
"""The kinds of event that say who changed an ECT's mentor (CON-01)."""
NOT_ANY_MORE = "This cannot be done any more, because something has changed since you started. Choose again."


@dataclass(frozen=True)
class AssignMentorFacts:
    """The ECT whom the journey is about, and everybody at the school."""

    mentoring: SchoolMentoring
    ect: ECTHere

    @property
    def mentors(self) -> tuple[MentorHere, ...]:
        """Who can become their mentor."""
        return self.mentoring.people.mentors_for(self.ect, self.mentoring.today)


@dataclass(frozen=True)
class Chosen:
    """Which mentor, by public id or `new`, and from when."""

    mentor: str
    mentor_from: MentorFrom = MentorFrom.NOW


def choose_mentor(ask: Ask, facts: AssignMentorFacts) -> AssignMentor:
    """Ask who mentors the ECT, and about that mentor's first training (AM-01 to AM-03)."""
    chosen = ask(who_will_mentor(facts))
    mentor = next(mentor for mentor in facts.mentors if str(mentor.public_id) == chosen.mentor)
    training = ask_for_training(ask, facts.mentoring.training_of(mentor, [facts.ect]))
    school_id = facts.mentoring.school_id
    return AssignMentor(school_id, mentor.public_id, (facts.ect.public_id,), chosen.mentor_from, training)


def who_will_mentor(facts: AssignMentorFacts) -> Question[Chosen]:
    """Ask for the mentor among those who can be, or lead to registering another (AM-01)."""
    ect, today = facts.ect, facts.mentoring.today
    after = after_present(ect.mentored, today)
    names = {str(mentor.public_id): mentor.displayed for mentor in facts.mentors}
    return Question(
        SLUG,
        f"Who will mentor {ect.displayed}?",
        partial(parse_choice_of_mentor, facts=facts),
        ("mentor_id", "mentor_from") if after else ("mentor_id",),
        show=lambda chosen: names.get(chosen.mentor, ""),
        template=f"{TEMPLATES}/assign-mentor.html",
        why="Every ECT needs a mentor at your school.",
        options=tuple(
            option_for(*named, facts) for named in zip(facts.mentors, names_apart(facts.mentors), strict=True)
        ),
        initial={"mentor_from": MentorFrom.AFTER_PRESENT.value} if after else {},
        keep=lambda chosen: {"words": names.get(chosen.mentor, "")},
        details=present_details(facts),
    )


def present_details(facts: AssignMentorFacts) -> dict[str, Any]:
    """Return what the page says of the present mentor, and the days to choose from where there is a choice."""
    ect, today = facts.ect, facts.mentoring.today
    present, after = ect.mentored.present(today), after_present(ect.mentored, today)
    last_day = present.finished_on if present is not None else None
    return {
        "present": ect.mentor_of(present) if present is not None else "",
        "last_day": day_in_words(last_day) if last_day else "",
        "future": present is not None and present.period.is_future(today),
        "after": day_in_words(after) if after else "",
        "now": day_in_words(max(today, ect.mentored.stay.started_on)),
        "new": NEW,
    }


def option_for(mentor: MentorHere, name: str, facts: AssignMentorFacts) -> Option:
    """Return a mentor with how many ECTs they have, and a note when that is many (PER-60)."""
    ects = len(facts.mentoring.people.mentored_by(mentor, facts.mentoring.today))
    hint = {0: "Mentors no ECTs", 1: "Mentors 1 ECT"}.get(ects, f"Mentors {ects} ECTs")
    if has_load_note(ects, facts.mentoring.policy.mentor_load_note_from):
        hint += ". Check that they have enough time for another"
    if mentor.mentor.stay.started_on > facts.mentoring.today:
        hint += f". Starts at your school on {day_in_words(mentor.mentor.stay.started_on)}"
    return Option(str(mentor.public_id), name, hint)


def parse_choice_of_mentor(form: Form, facts: AssignMentorFacts) -> Chosen:
    """Return the mentor chosen; of a choice that holds no longer the error says why (GEN-06, PER-61)."""
    say_why_not(form.get("mentor_id", ""), facts)
    offered = [*(str(mentor.public_id) for mentor in facts.mentors), NEW]
    mentor = parse_choice(form, "mentor_id", offered, f"Select who will mentor {facts.ect.displayed}")
    after = after_present(facts.ect.mentored, facts.mentoring.today)
    if after is None or not form.get("mentor_from"):
        return Chosen(mentor)
    return Chosen(mentor, MentorFrom(parse_choice(form, "mentor_from", [day.value for day in MentorFrom], "")))


def say_why_not(value: str, facts: AssignMentorFacts) -> None:
    """Raise Invalid when a value names a mentor of the school who can't be chosen."""
    mentor = next((m for m in facts.mentoring.people.mentors if str(m.public_id) == value), None)
    why = why_not_mentor(facts.ect.mentored, mentor.mentor, facts.mentoring.today) if mentor else None
    if mentor is not None and why is not None:
        raise Invalid(mentor_id=f"{why_not_words(why, facts.ect, mentor)}. Select another mentor")


async def register_new(person: Subject, _asked: Asked[AssignMentorFacts], form: Form) -> Response[str] | None:
    """Go on to registering a mentor for this ECT when that was chosen (AM-01)."""
    return redirect(_asked.request, registering_for(person)) if form.get("mentor_id") == NEW else None


def registering_for(person: Subject) -> str:
    """Return where a mentor is registered for an ECT (RM-01)."""
    return f"/school/register-mentor?ect_id={person.public_id}"


async def load_facts(person: Subject, draft: Draft, here: Here) -> AssignMentorFacts:
    """Load the school's people; with nobody to choose, registering a mentor is what remains (AM-01, RM-01)."""
    mentoring = await load_mentoring(here)
    facts = AssignMentorFacts(mentoring, mentoring.ect_of(person))
    if not facts.mentors and not draft.answers:
        raise Instead(registering_for(person))
    return facts


def rows(walked: Walk, facts: AssignMentorFacts) -> list[Row]:
    """Return the mentor, the days, whom they replace and the training (AM-04)."""
    command: AssignMentor = walked.command
    mentor = next(m for m in facts.mentors if m.public_id == command.mentor)
    plan = shown.plan_of(facts.ect, mentor, command.mentor_from, facts.mentoring)
    replaced = shown.replaced_words(facts.ect, plan)
    return [
        Row("mentor", "Mentor", mentor.displayed, SLUG),
        Row("mentor-from", "From", shown.days_words(plan)),
        *([Row("replaces", "Replaces", "", "", replaced)] if replaced else []),
        *training_rows(
            facts.mentoring.training_of(mentor, [facts.ect]), command.training, walked.trail[-1].question.slug
        ),
    ]


def notices(walked: Walk, facts: AssignMentorFacts, _here: Here) -> Sequence[str]:
    """Return the note about somebody who mentors many (PER-60)."""
    mentor = facts.mentoring.people.mentor(walked.command.mentor)
    ects = len(facts.mentoring.people.mentored_by(mentor, facts.mentoring.today)) + 1 if mentor else 0
    many = mentor is not None and has_load_note(ects, facts.mentoring.policy.mentor_load_note_from)
    return [shown.load_note(ects, mentor.displayed)] if mentor is not None and many else []


async def perform(command: AssignMentor, facts: AssignMentorFacts, here: Here) -> Mapping[str, Any]:
    """Assign, and keep what the confirmation shows."""
    outcome = shown.outcome_of(command, facts.mentoring)
    await assign_mentor(command, here.actor, here.today)
    return outcome


async def confirmation(outcome: Mapping[str, Any], here: Here) -> ConfirmationPage:
    """Say who mentors the ECT from when (AM-05)."""
    ect = outcome["ects"][0]
    return await shown.confirmation_of(f"{outcome['mentor']} will mentor {ect['name']}", ect["from"], outcome, here)


async def build(person: Subject, _here: Here) -> Journey[AssignMentorFacts, AssignMentor]:
    """Return the journey of one ECT."""
    return Journey(
        **{
            **about(person, Action.ASSIGN_MENTOR),
            "templates": TEMPLATES,
            "last_change": lambda here: last_change(person, here, *EVENTS),
        },
        path=choose_mentor,
        load=partial(load_facts, person),
        perform=perform,
        rows=rows,
        check_title="Check who will mentor them",
        check_button="Confirm mentor",
        confirmation=confirmation,
        exits={"cannot-file-yet": f"{TEMPLATES}/cannot-file-yet.html"},
        notices=notices,
        lock=lock_assignment,
        hooks={SLUG: partial(register_new, person)},
        refusals={"not_assignable": Refusal(SLUG, NOT_ANY_MORE), "already_trained": Refusal(SLUG, NOT_ANY_MORE)},
        seen=lambda facts: {"Mentor": present_words(facts.ect, facts.mentoring.today)},
    )


ASSIGN_MENTOR = SubjectJourney(Action.ASSIGN_MENTOR, build, closes=True)
