"""Who is it? Finding the teaching record, the name and the email address (RE-04 to RE-08, RE-10, RM-03 to RM-08)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.journeys import kinds
from app.journeys.engine import Ask, Exit, Option, Question
from app.teachers.rules import needs_same_person_question
from app.values import (
    Form,
    Invalid,
    normalised_name,
    parse_both,
    parse_choice,
    parse_date_of_birth,
    parse_name,
    parse_national_insurance_number,
    parse_trn,
)
from app.web.schools.person_questions import confirm_name

if TYPE_CHECKING:
    from app.terms import TRN
    from app.training.periods import NotOpen
    from app.values import DateOfBirth, NationalInsuranceNumber
    from app.web.schools.identity.facts import Matched, Registering, RegistrationFacts

EMAIL = kinds.email(
    "email-address",
    "What is their email address?",
    row="email",
    label="Email address",
    why="We use it to contact them, and their lead provider will be able to see it. You can change it later.",
    hint="Use an address that is theirs alone, not one shared with other people",
    keep=lambda email: {"email": email},
)


def find(facts: RegistrationFacts) -> Question[tuple[TRN, DateOfBirth]]:
    """Ask for the two facts that find a teaching record; neither is kept by the walk (RE-04, RM-03)."""

    def parse(form: Form) -> tuple[TRN, DateOfBirth]:
        return parse_both(lambda: parse_trn(form), lambda: parse_date_of_birth(form, facts.today, facts.policy))

    return Question(
        facts.registering.find,
        f"Find the {facts.registering.who}’s teaching record",
        parse,
        ("trn", "date_of_birth_day", "date_of_birth_month", "date_of_birth_year"),
        template="journeys/identity/find.html",
        initial={"trn": facts.trn} if facts.trn else {},
        details={"registering": facts.registering},
    )


def national_insurance_number(registering: Registering) -> Question[NationalInsuranceNumber]:
    """Ask for the other fact when the date of birth did not agree (RE-05, RM-04)."""
    return Question(
        "national-insurance-number",
        "What is their National Insurance number?",
        parse_national_insurance_number,
        ("national_insurance_number",),
        template="journeys/identity/national-insurance-number.html",
        details={"registering": registering},
    )


def identify(ask: Ask, facts: RegistrationFacts) -> Matched:
    """Lead through the identity pages, whose answers are never kept (IDN-02, IDN-03, DRF-07)."""
    if facts.matched is not None:
        return facts.matched
    question, registering = find(facts), {"registering": facts.registering}
    if facts.lookup_step is None:
        ask(question)
    ask.passed(question)
    if facts.lookup_step == "national-insurance-number":
        ask(national_insurance_number(facts.registering))
    if facts.lookup_step == "not-found":
        ask.passed(national_insurance_number(facts.registering))
    raise Exit(facts.lookup_step or "not-found", registering)


def already_in_progress(ask: Ask, facts: RegistrationFacts) -> None:
    """Ask what to do about another unfinished registration of the same person, if there is one (DRF-10, RE-06)."""
    if facts.other_draft is not None:
        ask(_already_in_progress(facts))


def _already_in_progress(facts: RegistrationFacts) -> Question[str]:
    return kinds.radios(
        "already-in-progress",
        f"Someone has already started registering this {facts.registering.who}",
        "draft_choice",
        (
            Option("continue_existing", "Continue the registration that was started first"),
            Option("replace_existing", "Delete that registration and go on with this one"),
        ),
        "Select which registration to go on with",
        template="journeys/identity/already-in-progress.html",
        details={"other": facts.other_draft},
    )


def ask_for_name(ask: Ask, matched: Matched, registering: Registering) -> str | None:
    """Ask whether the name is right; returns a correction, confirmed where it is very different (NAM-04)."""
    corrected = ask(review(matched, registering))
    if corrected is not None and needs_same_person_question(matched.name, corrected):
        ask(confirm_name(matched.name, corrected, matched.trn))
    return corrected


def review(matched: Matched, registering: Registering) -> Question[str | None]:
    """Ask if this is the right person and the right name (RE-07, RM-06)."""

    def parse(form: Form) -> str | None:
        message = "Select yes if the name is correct"
        if parse_choice(form, "name_is_correct", ["yes", "no"], message) == "yes":
            return None
        name = parse_name(form, "corrected_name", "correct name")
        if name == normalised_name(matched.name):
            raise Invalid(corrected_name="Enter a name that is different from the one shown, or select yes")
        return name

    return Question(
        registering.review,
        f"Check the details of {registering.whom}",
        parse,
        ("name_is_correct", "corrected_name"),
        template="journeys/identity/review.html",
        details={"matched": matched},
        keep=lambda corrected: {} if corrected else {"corrected_name": ""},
    )


def ask_for_email(ask: Ask, facts: RegistrationFacts) -> str:
    """Ask for an address of their own; stops where somebody else uses it (RE-10, RE-24, EML-01)."""
    email = ask(EMAIL)
    if facts.email_taken:
        raise Exit("cant-use-email", refusal="email_in_use")
    return email


def not_open_details(not_open: NotOpen, change: str) -> dict[str, object]:
    """Return what `cannot-register-yet` shows; change: the page of the date, "" if none was asked (RE-25, RM-20)."""
    return {"year": not_open.year, "opens_on": not_open.opens_on, "change": change}
