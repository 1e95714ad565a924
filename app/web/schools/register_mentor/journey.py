"""Registering a mentor: the journey, from finding the teaching record to the command (journeys, section 5)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.journeys import kinds
from app.journeys.engine import Ask, Exit, Option, Question
from app.registration.mentorships.mentorship_rules import has_load_note, why_not_mentor
from app.registration.registering.mentor_start_dates import (
    asks_for_start,
    check_mentor_start,
    mentor_start_bounds,
    mentors_elsewhere,
)
from app.registration.registering.register_mentor import ECTChosen, RegisterMentor
from app.registration.registering.start_dates import Bound, day_in_words
from app.terms import Role
from app.values import Form, Invalid, out_of_bounds, parse_date
from app.web.schools.identity.questions import (
    already_in_progress,
    ask_for_email,
    ask_for_name,
    identify,
    not_open_details,
)
from app.web.schools.mentor_training import ask_for_training
from app.web.schools.register_mentor.facts import MentorStart

if TYPE_CHECKING:
    from datetime import date

    from app.registration.mentorships.mentorship_queries import ECTHere, MentorHere
    from app.web.schools.identity.facts import Matched
    from app.web.schools.register_mentor.facts import RegisterMentorFacts

ECTS = "ect_ids"


def register_mentor(ask: Ask, facts: RegisterMentorFacts) -> RegisterMentor:
    """Ask what must be asked to register a mentor, in the order of journeys section 5.2."""
    matched = identify(ask, facts)
    stop_at_dead_end(matched, facts)
    already_in_progress(ask, facts)
    corrected_name = ask_for_name(ask, matched, facts.registering)
    email = ask_for_email(ask, facts)
    start = ask_for_start(ask, matched, facts)
    mentor = facts.mentor(matched, corrected_name or matched.name, start)
    ects = ask_for_ects(ask, mentor, facts)
    training = ask_for_training(ask, facts.training_of(mentor, ects, start))
    return RegisterMentor(
        school_id=facts.school.id,
        trn=matched.trn,
        identity_match=matched.by,
        snapshot=matched.snapshot,
        email=email,
        started_on=start.on,
        training_amount=facts.policy.mentor_training_text,
        corrected_name=corrected_name,
        only_here=start.only_here,
        ects=tuple(ECTChosen(ect.public_id, ect.trn) for ect in ects),
        training=training,
    )


def stop_at_dead_end(matched: Matched, facts: RegisterMentorFacts) -> None:
    """Stop at the first reason why this person can't be registered as a mentor here (IDN-07, RM-18, RM-19)."""
    details = {"name": matched.name, "registering": facts.registering, "ect": facts.ect}
    if facts.ect is not None and facts.ect.trn == matched.trn:
        raise Exit("cannot-mentor-themself", details)
    record = facts.record(matched)
    if record is not None:
        leaves_on = record.mentor.stay.finished_on
        raise Exit("already-registered", details | {"record": record.public_id, "leaves_on": leaves_on}, blocks=True)
    if matched.snapshot.prohibited:
        raise Exit("cannot-register", details, blocks=True)


def ask_for_start(ask: Ask, matched: Matched, facts: RegisterMentorFacts) -> MentorStart:
    """Ask where else they mentor and from when here; somebody new, or also elsewhere, starts today (PER-10)."""
    elsewhere = mentors_elsewhere(matched.known.mentor_stays, facts.school.id, facts.today)
    only_here = elsewhere and ask(mentoring_elsewhere(matched))
    asked = asks_for_start(facts.start_facts(matched, only_here=only_here), facts.today)
    day = ask(start_date(matched, facts, only_here=only_here)) if asked else facts.today
    not_open = facts.calendar.registration_not_open(day, facts.today, Role.MENTOR)
    if not_open is not None:
        raise Exit("cannot-register-yet", not_open_details(not_open, "start-date" if asked else ""))
    return MentorStart(day, only_here, elsewhere and not only_here)


def mentoring_elsewhere(matched: Matched) -> Question[bool]:
    """Ask whether they mentor only here from now on; other schools are not named (RM-09)."""
    return kinds.yes_or_no(
        "mentoring-elsewhere",
        f"Will {matched.name} mentor only at your school from now on?",
        "only_at_your_school",
        "Select yes if they will mentor only at your school",
        yes="Yes, only at our school",
        no="No, they also mentor at another school",
        row="mentoring-elsewhere",
        label="Mentoring elsewhere",
        show=lambda only: "Only at your school" if only else "Also at another school",
        why="They are registered as a mentor at another school. If they will mentor only at yours, their last day "
        "there will be the day before they start with you, and that school will be told.",
    )


def start_date(matched: Matched, facts: RegisterMentorFacts, *, only_here: bool) -> Question[date]:
    """Ask from when they mentor here, stating the bounds that apply to this person (RM-10, PER-02, PER-11)."""
    start_facts = facts.start_facts(matched, only_here=only_here)

    def parse(form: Form) -> date:
        day = parse_date(form, "start_date", what="start date")
        crossed = check_mentor_start(day, start_facts, facts.today, facts.policy)
        if isinstance(crossed, Bound):
            raise out_of_bounds("start_date", crossed.message)
        return day

    return kinds.dates(
        "start-date",
        "When did they start, or when will they start, as a mentor at your school?",
        "start_date",
        "start date",
        row="start-date",
        label="Start date",
        show=day_in_words,
        hint=" ".join(mentor_start_bounds(start_facts, None, facts.today, facts.policy).hints),
        parse=parse,
    )


def ask_for_ects(ask: Ask, mentor: MentorHere, facts: RegisterMentorFacts) -> tuple[ECTHere, ...]:
    """Ask whom they will mentor; a draft started from an ECT has the answer (RM-11, RM-16)."""
    if facts.for_ect is None:
        ticked = ask(assign_ects(mentor, facts))
        return tuple(ect for ect in facts.people.ects_for(mentor, facts.today) if str(ect.public_id) in ticked)
    ect = facts.ect
    if ect is None or why_not_mentor(ect.mentored, mentor.mentor, facts.today) is not None:
        raise Exit("cannot-assign", {"ect": ect, "registering": facts.registering})
    return (ect,)


def assign_ects(mentor: MentorHere, facts: RegisterMentorFacts) -> Question[tuple[str, ...]]:
    """Ask which ECTs of the school they will mentor, if any (RM-11)."""
    offered = facts.people.ects_for(mentor, facts.today)
    question = kinds.checkboxes(
        "assign-ects",
        f"Which ECTs will {mentor.displayed} mentor?",
        ECTS,
        [Option(str(ect.public_id), ect.displayed, present_hint(ect, facts)) for ect in offered],
        row="ects",
        label="ECTs they will mentor",
        template="journeys/register-mentor/assign-ects.html",
        details={"many": facts.policy.mentor_load_note_from, "mentor": mentor.displayed},
    )

    def parse(form: Form) -> tuple[str, ...]:
        try:
            return question.parse(form)
        except Invalid:
            raise Invalid({ECTS: "An ECT you chose cannot be assigned a mentor any more. Check your choice"}) from None

    return replace(question, parse=parse)


def present_hint(ect: ECTHere, facts: RegisterMentorFacts) -> str:
    """Say who mentors an ECT now or next (RM-11)."""
    present = ect.mentored.present(facts.today)
    if present is None:
        return "No mentor yet"
    mentor = ect.mentor_of(present)
    return f"Will have {mentor}" if present.period.is_future(facts.today) else f"Has {mentor} now"


def has_many(command: RegisterMentor, facts: RegisterMentorFacts) -> bool:
    """Tell whether the mentor gets so many ECTs that a note is shown (PER-60)."""
    return has_load_note(len(command.ects), facts.policy.mentor_load_note_from)
