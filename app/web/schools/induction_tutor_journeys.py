"""The journeys that name, confirm and change the induction tutor (journeys section 15)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from app.access.end_access import EndAccess, end_access, holder_of_email_link
from app.journeys import kinds
from app.journeys.engine import Ask, Question, Row, Walk
from app.registration.rules import induction_tutor_target
from app.schools.nominate_induction_tutor import (
    CHECK_NAME_AND_EMAIL,
    ConfirmInductionTutor,
    Done,
    NominateInductionTutor,
    confirm_induction_tutor,
    is_somebody_else,
    nominate_induction_tutor,
)
from app.terms import DraftKind, SchoolId, UserId, Year
from app.training.periods import academic_year
from app.values import Form, Invalid, parse_both, parse_email, parse_name
from app.web.journey import Asked, Journey, Refusal
from app.web.journey_frame import CHECK
from app.web.journey_pages import ConfirmationPage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.access.queries import CurrentTutor
    from app.drafts.store import Draft
    from app.web.session import Here

BASE = "/school/induction-tutor"
FIELDS = ("induction_tutor_name", "induction_tutor_email")
KEEPS = "outgoing_keeps_access"
NOTHING_CHANGED = "Change the name or the email address, or go back and say that they are correct"
HAND_OVER = "tutor_hand_over"
"""Why access ends when the outgoing tutor does not keep it (ACC-3.6)."""


@dataclass(frozen=True)
class TutorFacts:
    """The tutor held, the academic year it is about, and the access that a tutor who goes may keep.

    holder: the user behind the tutor's access by email link, if there is one; keeps: what was answered about it.
    """

    school_id: SchoolId
    tutor: CurrentTutor | None
    year: Year | None
    holder: UserId | None = None
    keeps: bool = True


OWN_ACCESS_ENDED = "own_access_ended"
Command = NominateInductionTutor | ConfirmInductionTutor


async def load_facts(draft: Draft, here: Here) -> TutorFacts:
    """Read whether the tutor holds access by email link; the rest the visitor already knows."""
    tutor = here.tutor
    holder = await holder_of_email_link(here.school.id, tutor.email) if tutor is not None else None
    keeps = draft.answers.get(CHECK, {}).get(KEEPS) != "no"
    return TutorFacts(here.school.id, tutor, induction_tutor_target(here.calendar, here.today), holder, keeps)


def parse_details(form: Form, tutor: CurrentTutor | None = None) -> tuple[str, str]:
    """Return name and email of a tutor; with one held, something must differ (IT-03, IT-04)."""
    name, email = parse_both(
        lambda: parse_name(form, FIELDS[0], "induction tutor’s full name"), lambda: parse_email(form, FIELDS[1])
    )
    if tutor is not None and name == " ".join(tutor.name.split()) and email.casefold() == tutor.email.casefold():
        raise Invalid(induction_tutor_name=NOTHING_CHANGED)
    return name, email


def details_question(slug: str, title: str, tutor: CurrentTutor | None = None) -> Question[tuple[str, str]]:
    """Ask for name and email, filled in with what is held."""
    return Question(
        slug,
        title,
        partial(parse_details, tutor=tutor),
        FIELDS,
        template="journeys/induction-tutor/details.html",
        initial={FIELDS[0]: tutor.name, FIELDS[1]: tutor.email} if tutor else {},
    )


def name_tutor(ask: Ask, facts: TutorFacts) -> Command:
    """Name the first induction tutor (IT-03)."""
    return nomination(ask(details_question("new", "Who is your induction tutor?")), facts)


def confirm_tutor(ask: Ask, facts: TutorFacts) -> Command:
    """Confirm the tutor held for the year, or change them (IT-04)."""
    if ask(is_correct(facts)) and facts.year is not None:
        return ConfirmInductionTutor(facts.school_id, facts.year)
    return nomination(ask(details_question("details", "Change the induction tutor’s details", facts.tutor)), facts)


def change_tutor(ask: Ask, facts: TutorFacts) -> Command:
    """Correct the details of the tutor held, or name somebody else (IT-05)."""
    return nomination(ask(details_question("change", "Change the induction tutor’s details", facts.tutor)), facts)


def nomination(details: tuple[str, str], facts: TutorFacts) -> NominateInductionTutor:
    """Return what naming somebody means; the access of whoever is replaced is kept unless the answer was no."""
    name, email = details
    replaced = facts.holder is not None and is_replaced(facts.tutor, email)
    return NominateInductionTutor(facts.school_id, name, email, facts.year, facts.keeps or not replaced)


def is_replaced(tutor: CurrentTutor | None, email: str) -> bool:
    """Tell whether an address is another than the tutor's (IT-05)."""
    return tutor is not None and tutor.email.casefold() != email.casefold()


def keeps_access(walked: Walk, facts: TutorFacts) -> Question[bool] | None:
    """Ask whether the outgoing tutor keeps their access, when they hold one by email link (IT-08, ACC-12.4)."""
    command = walked.command
    if facts.tutor is None or facts.holder is None or not isinstance(command, NominateInductionTutor):
        return None
    if not is_replaced(facts.tutor, command.email):
        return None
    name = facts.tutor.name
    message = f"Select yes if {name} still needs to use this service for your school"
    question = f"Should {name} keep access to this service for your school?"
    return kinds.yes_or_no(KEEPS, question, KEEPS, message, hint="If not, their access ends when you confirm.")


def is_correct(facts: TutorFacts) -> Question[bool]:
    """Show who is held and ask if that is right."""
    return kinds.yes_or_no(
        "confirm",
        "Is this still your induction tutor?",
        "details_correct",
        "Select yes if the details are correct",
        yes="Yes, these details are correct",
        no="No, they have changed",
        template="journeys/induction-tutor/confirm.html",
        details={"tutor": facts.tutor, "year": academic_year(facts.year) if facts.year else ""},
    )


def rows(walked: Walk, facts: TutorFacts) -> list[Row]:
    """Return who will be the tutor, and for which year."""
    command = walked.command
    year = Row("year", "Academic year", academic_year(facts.year) if facts.year else "")
    if isinstance(command, NominateInductionTutor):
        slug = walked.trail[-1].question.slug
        return [Row("name", "Name", command.name, slug), Row("email", "Email address", command.email, slug), year]
    tutor = facts.tutor
    if tutor is None:
        return [year]
    return [Row("name", "Name", tutor.name, "confirm"), Row("email", "Email address", tutor.email, "confirm"), year]


async def check_other_schools(asked: Asked[TutorFacts], form: Form) -> None:
    """Refuse an address that another school's tutor holds under another name (IT-07); never says whose."""
    name, email = parse_details(form)
    if await is_somebody_else(asked.here.school.id, name, email):
        raise Invalid(induction_tutor_email=CHECK_NAME_AND_EMAIL)


async def perform(command: Command, facts: TutorFacts, here: Here) -> Mapping[str, Any]:
    """Do what was decided; the outcome says what it really was (IT-09), and whether one's own access ended."""
    own = False
    if isinstance(command, ConfirmInductionTutor):
        done, name = await confirm_induction_tutor(command, here.actor), here.tutor.name if here.tutor else ""
    else:
        done, name = await nominate_induction_tutor(command, here.actor), command.name
        if not command.outgoing_keeps_access and facts.holder is not None:
            await end_access(EndAccess(facts.school_id, facts.holder, HAND_OVER), here.actor)
            own = facts.holder == here.user.id
    return {"done": done.value, "name": name, "year": command.year, OWN_ACCESS_ENDED: own}


TITLES = {
    Done.NAMED: "{} is now your induction tutor",
    Done.CONFIRMED: "{} is confirmed as your induction tutor",
    Done.EDITED: "The details of {} have been changed",
    Done.REPLACED: "{} is now your induction tutor",
}


async def confirmation(outcome: Mapping[str, Any], _here: Here) -> ConfirmationPage:
    """Say what was actually done: named, confirmed, edited or replaced (IT-09)."""
    done, name = Done(outcome["done"]), str(outcome["name"])
    told = [] if done is Done.CONFIRMED else [f"{name} gets an email that says so."]
    if done is Done.REPLACED:
        told.append("The person they replace gets an email too.")
    if outcome.get(OWN_ACCESS_ENDED):
        told.append("Your own access to this service for the school has ended.")
    year = academic_year(Year(outcome["year"])) if outcome["year"] else ""
    return ConfirmationPage(TITLES[done].format(name), outcome, tuple(told), {"year": year})


def journey_of(name: str, path: Any, slug_of_details: str) -> Journey[TutorFacts, Command]:
    """Return one of the journeys; they differ in their questions alone."""
    return Journey(
        name=f"induction-tutor-{name}",
        base=f"{BASE}/{name}",
        kind=DraftKind.CHANGE,
        path=path,
        load=load_facts,
        perform=perform,
        rows=rows,
        check_title="Check the induction tutor’s details",
        check_button="Confirm and save",
        templates="journeys/induction-tutor",
        confirmation=confirmation,
        exits={},
        hooks={slug_of_details: check_other_schools},
        refusals={
            "check_name_and_email": Refusal(slug_of_details, CHECK_NAME_AND_EMAIL),
            "changed_meanwhile": Refusal(name, "A colleague changed the induction tutor meanwhile. Check the details."),
        },
        cancel=BASE,
        asks=keeps_access,
    )


JOURNEYS = {
    "new": journey_of("new", name_tutor, "new"),
    "confirm": journey_of("confirm", confirm_tutor, "details"),
    "change": journey_of("change", change_tutor, "change"),
}
