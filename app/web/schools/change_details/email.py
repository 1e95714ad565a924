"""Changing the email address of an ECT or mentor (CH-03, CH-13)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app.journeys import kinds
from app.journeys.engine import Ask, Question, Row, Walk
from app.registration.changes.change_email import IN_USE, ChangeEmail, change_email
from app.registration.people.ect_shown import NOT_REPORTED
from app.registration.permissions import Action
from app.registration.queries import email_in_use
from app.registration.subjects import OtherRole, other_role
from app.terms import Role
from app.values import Form, Invalid, parse_email
from app.web.journey import Asked, Journey, Refusal
from app.web.schools.change_details.common import done, locking, still
from app.web.schools.person_questions import email_notices
from app.web.schools.subject_journeys import SubjectJourney, about

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.drafts.store import Draft
    from app.registration.subjects import Subject
    from app.web.journey_pages import ConfirmationPage
    from app.web.session import Here

ACTION = Action.CHANGE_EMAIL
FIRST = "change-email"
ROLE_WORDS = {Role.ECT: "an ECT", Role.MENTOR: "a mentor"}


@dataclass(frozen=True)
class EmailFacts:
    """The person, the same person in their other role, and the answer kept if it is somebody else's address."""

    person: Subject
    other: OtherRole | None
    taken: str = ""


def ask_for_email(ask: Ask, facts: EmailFacts) -> ChangeEmail:
    """Ask for the new address."""
    return ChangeEmail(facts.person.role, facts.person.stay_id, ask(new_email(facts)))


def new_email(facts: EmailFacts) -> Question[str]:
    """Ask for an address that differs and that nobody else has (EML-01, EML-02, EML-04)."""
    person = facts.person

    def parse(form: Form) -> str:
        email = parse_email(form)
        if email.casefold() == person.email.casefold():
            raise Invalid(email="Enter an email address that is different from the one on record now")
        if email == facts.taken:
            raise Invalid(email=IN_USE)
        return email

    question = kinds.email(
        FIRST,
        f"What is {person.displayed}’s new email address?",
        why="We use it to contact them, and lead providers will be able to see it.",
        hint="Use an address that is theirs alone, not one shared with other people",
        template="journeys/change-details/email.html",
        details={"now": person.email, "role": person.role.words, "other": facts.other},
    )
    return replace(question, parse=parse)


async def refuse_in_use(asked: Asked[EmailFacts], form: Form) -> None:
    """Refuse an address that somebody else has; says neither who nor where (EML-02)."""
    if await email_in_use(parse_email(form), asked.facts.person.trn, asked.here.today):
        raise Invalid(email=IN_USE)


async def taken_address(draft: Draft, person: Subject, here: Here) -> str:
    """Return the address kept in the draft if it is in use for somebody else by now, else an empty text (EML-02)."""
    try:
        email = parse_email(draft.answers.get(FIRST, {}))
    except Invalid:
        return ""
    return email if await email_in_use(email, person.trn, here.today) else ""


def rows(walked: Walk, facts: EmailFacts) -> list[Row]:
    """Return the old and the new address."""
    command = walked.command
    if not isinstance(command, ChangeEmail):
        return []
    return [
        Row("email-now", "Email address now", facts.person.email or NOT_REPORTED),
        Row("email", "New email address", command.email, FIRST),
    ]


def notices(walked: Walk, facts: EmailFacts, here: Here) -> list[str]:
    """Return what looks odd, and what the change affects (EML-05, CH-13)."""
    command = walked.command
    if not isinstance(command, ChangeEmail):
        return []
    only = f"This changes their record as {ROLE_WORDS[command.role]} at your school only." if facts.other else ""
    told = "We will email them at the new address. Lead providers will be able to see it."
    return [notice for notice in (*email_notices(command.email, command.role, here), only, told) if notice]


async def perform(command: ChangeEmail, facts: EmailFacts, here: Here) -> Mapping[str, Any]:
    """Change the address; the outcome keeps none (DRF-14)."""
    await change_email(command, here.actor, here.today)
    return {"name": facts.person.displayed}


async def build(person: Subject, _here: Here) -> Journey[EmailFacts, ChangeEmail]:
    """Return the journey for one person."""

    async def load(draft: Draft, here: Here) -> EmailFacts:
        fresh = await still(person, ACTION, here)
        return EmailFacts(fresh, await other_role(fresh), await taken_address(draft, fresh, here))

    async def confirmation(outcome: Mapping[str, Any], _here: Here) -> ConfirmationPage:
        told = (
            f"{outcome['name']} gets an email at the new address that says so.",
            "Lead providers will be able to see the new address.",
        )
        return done(f"The email address of {outcome['name']} has been changed", outcome, told, person)

    return Journey(
        **about(person, ACTION),
        path=ask_for_email,
        load=load,
        perform=perform,
        rows=rows,
        check_title="Check the new email address",
        check_button="Confirm and change the email address",
        confirmation=confirmation,
        exits={},
        notices=notices,
        hooks={FIRST: refuse_in_use},
        refusals={"email_in_use": Refusal(FIRST, IN_USE)},
        seen=lambda facts: {"Email address": facts.person.email},
        lock=locking(person),
    )


JOURNEY = SubjectJourney(ACTION, build)
