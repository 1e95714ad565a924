"""Giving a mentor one ECT or several, from the mentor's side; all of them or none (journeys, section 6.2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from app.journeys import kinds
from app.journeys.engine import Ask, Option, Question, Row, Walk
from app.registration.mentorships.assign_mentor import AssignMentor, assign_mentor, lock_assignment
from app.registration.mentorships.mentorship_rules import MentorFrom, has_load_note, why_not_mentor
from app.registration.permissions import Action
from app.values import Form, Invalid
from app.web.journey import Journey, Refusal
from app.web.schools.assign import shown
from app.web.schools.assign.assign_mentor import NOT_ANY_MORE
from app.web.schools.assign.facts import SchoolMentoring, load_mentoring, why_not_words
from app.web.schools.lists import names_apart
from app.web.schools.mentor_training import ask_for_training, training_rows
from app.web.schools.subject_journeys import SubjectJourney, about

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from app.drafts.store import Draft
    from app.registration.mentorships.mentorship_queries import ECTHere, MentorHere
    from app.registration.subjects import Subject
    from app.web.journey_pages import ConfirmationPage
    from app.web.session import Here

SLUG, FIELD = "assign-ects", "ect_ids"


@dataclass(frozen=True)
class AssignECTsFacts:
    """The mentor whom the journey is about, and everybody at the school."""

    mentoring: SchoolMentoring
    mentor: MentorHere

    @property
    def ects(self) -> tuple[ECTHere, ...]:
        """Whom the mentor can be given, those without a mentor first."""
        return self.mentoring.people.ects_for(self.mentor, self.mentoring.today)

    def chosen(self, ids: Iterable[str]) -> tuple[ECTHere, ...]:
        """Return the ECTs that were ticked, in the order of the page."""
        ticked = set(ids)
        return tuple(ect for ect in self.ects if str(ect.public_id) in ticked)


def choose_ects(ask: Ask, facts: AssignECTsFacts) -> AssignMentor:
    """Ask which ECTs, and about the mentor's first training if one of them brings it (AM-06, MFT-07)."""
    ticked = ask(which_ects(facts))
    ects = facts.chosen(ticked)
    training = ask_for_training(ask, facts.mentoring.training_of(facts.mentor, ects))
    ids = tuple(ect.public_id for ect in ects)
    return AssignMentor(facts.mentoring.school_id, facts.mentor.public_id, ids, training=training)


def which_ects(facts: AssignECTsFacts) -> Question[tuple[str, ...]]:
    """Ask for at least one ECT; what is chosen stands for the mentor whom each had then (AM-06, AM-07)."""
    name = facts.mentor.displayed
    question = kinds.checkboxes(
        SLUG,
        f"Which ECTs will {name} mentor?",
        FIELD,
        [
            Option(str(ect.public_id), shown_name, present_hint(ect, facts))
            for ect, shown_name in zip(facts.ects, names_apart(facts.ects), strict=True)
        ],
        "Select at least one ECT",
        template="journeys/assign-ects/assign-ects.html",
        why="If somebody else mentors them now, that ends the day before.",
        details={"mentor": name},
    )

    def parse(form: Form) -> tuple[str, ...]:
        say_why_not(form, facts)
        ticked = question.parse(form)
        if form.get("shown", mentors_of(facts.chosen(ticked), facts)) != mentors_of(facts.chosen(ticked), facts):
            raise Invalid({FIELD: "The mentor of one of these ECTs has changed since you chose. Check your choice"})
        return ticked

    return replace(question, parse=parse, keep=lambda ticked: {"shown": mentors_of(facts.chosen(ticked), facts)})


def present_hint(ect: ECTHere, facts: AssignECTsFacts) -> str:
    """Say who mentors an ECT now or next."""
    present = ect.mentored.present(facts.mentoring.today)
    if present is None:
        return "No mentor yet"
    word = "will have" if present.period.is_future(facts.mentoring.today) else "has"
    return f"{word.capitalize()} {ect.mentor_of(present)}" + ("" if word == "will have" else " now")


def mentors_of(ects: Iterable[ECTHere], facts: AssignECTsFacts) -> str:
    """Return what stands for the present mentors of some ECTs, to notice a change of them (CON-01, AM-07)."""
    present = ((ect, ect.mentored.present(facts.mentoring.today)) for ect in ects)
    return " ".join(f"{ect.public_id}={mentorship.id if mentorship else ''}" for ect, mentorship in present)


def say_why_not(form: Form, facts: AssignECTsFacts) -> None:
    """Raise Invalid when an ECT of the school is ticked who can't be assigned (rules, section 18)."""
    ticked = form.get(FIELD, "").splitlines()
    for ect in facts.mentoring.people.ects:
        why = why_not_mentor(ect.mentored, facts.mentor.mentor, facts.mentoring.today)
        if why is not None and str(ect.public_id) in ticked:
            raise Invalid({FIELD: why_not_words(why, ect, facts.mentor)})


async def load_facts(person: Subject, _draft: Draft, here: Here) -> AssignECTsFacts:
    """Load the school's people."""
    mentoring = await load_mentoring(here)
    return AssignECTsFacts(mentoring, mentoring.mentor_of(person))


def rows(walked: Walk, facts: AssignECTsFacts) -> list[Row]:
    """Return every ECT with the days and whom the mentor replaces, and the training (AM-06)."""
    command: AssignMentor = walked.command
    ects = facts.chosen(str(public_id) for public_id in command.ects)
    whose = facts.mentoring.training_of(facts.mentor, ects)
    return [
        Row("mentor", "Mentor", facts.mentor.displayed),
        *(row_of(ect, facts) for ect in ects),
        *training_rows(whose, command.training, walked.trail[-1].question.slug),
    ]


def row_of(ect: ECTHere, facts: AssignECTsFacts) -> Row:
    """Return the row of one ECT."""
    plan = shown.plan_of(ect, facts.mentor, MentorFrom.NOW, facts.mentoring)
    lines = [f"From {shown.days_words(plan)}", *(f"Replaces {line}" for line in shown.replaced_words(ect, plan))]
    return Row("ect", ect.displayed, "", SLUG, tuple(lines), about=f"whether they mentor {ect.displayed}")


def notices(walked: Walk, facts: AssignECTsFacts, _here: Here) -> Sequence[str]:
    """Return the note about somebody who mentors many (PER-60)."""
    present = facts.mentoring.people.mentored_by(facts.mentor, facts.mentoring.today)
    ects = len(present) + len(walked.command.ects)
    many = has_load_note(ects, facts.mentoring.policy.mentor_load_note_from)
    return [shown.load_note(ects, facts.mentor.displayed)] if many else []


async def perform(command: AssignMentor, facts: AssignECTsFacts, here: Here) -> Mapping[str, Any]:
    """Assign all of them, and keep what the confirmation shows."""
    outcome = shown.outcome_of(command, facts.mentoring)
    await assign_mentor(command, here.actor, here.today)
    return outcome


async def confirmation(outcome: Mapping[str, Any], here: Here) -> ConfirmationPage:
    """Say whom the mentor mentors from when (AM-06)."""
    ects = outcome["ects"]
    headline = f"{outcome['mentor']} will mentor {shown.names([ect['name'] for ect in ects])}"
    return await shown.confirmation_of(headline, ects[0]["from"] if len(ects) == 1 else "", outcome, here)


async def build(person: Subject, _here: Here) -> Journey[AssignECTsFacts, AssignMentor]:
    """Return the journey of one mentor."""
    return Journey(
        **{**about(person, Action.ASSIGN_ECTS), "templates": "journeys/assign-mentor"},
        path=choose_ects,
        load=partial(load_facts, person),
        perform=perform,
        rows=rows,
        check_title="Check the ECTs they will mentor",
        check_button="Confirm ECTs",
        confirmation=confirmation,
        exits={"cannot-file-yet": "journeys/assign-mentor/cannot-file-yet.html"},
        notices=notices,
        lock=lock_assignment,
        refusals={"not_assignable": Refusal(SLUG, NOT_ANY_MORE), "already_trained": Refusal(SLUG, NOT_ANY_MORE)},
    )


ASSIGN_ECTS = SubjectJourney(Action.ASSIGN_ECTS, build, closes=True)
