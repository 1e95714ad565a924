"""Who is it? Finding the teaching record, the name, and an earlier registration (RE-04 to RE-09)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.journeys import kinds
from app.journeys.engine import Ask, Exit, Option, Question
from app.registration.rules import ECTStay, asks_about_transfer, ect_dead_end, latest_stay, stay_in_the_way
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
    from datetime import date

    from app.registration.queries import OtherDraft
    from app.terms import TRN
    from app.values import DateOfBirth, NationalInsuranceNumber
    from app.web.schools.register_ect.facts import Matched, RegisterECTFacts

NATIONAL_INSURANCE_NUMBER: Question[NationalInsuranceNumber] = Question(
    "national-insurance-number",
    "What is their National Insurance number?",
    parse_national_insurance_number,
    ("national_insurance_number",),
    template="journeys/register-ect/national-insurance-number.html",
)
TRANSFER_MESSAGE = "Select yes if they are moving to your school"


def find_ect(facts: RegisterECTFacts) -> Question[tuple[TRN, DateOfBirth]]:
    """Ask for the two facts that find a teaching record; neither look-up nor answer is kept by the walk (RE-04)."""

    def parse(form: Form) -> tuple[TRN, DateOfBirth]:
        return parse_both(lambda: parse_trn(form), lambda: parse_date_of_birth(form, facts.today, facts.policy))

    return Question(
        "find-ect",
        "Find the ECT’s teaching record",
        parse,
        ("trn", "date_of_birth_day", "date_of_birth_month", "date_of_birth_year"),
        template="journeys/register-ect/find-ect.html",
        initial={"trn": facts.trn} if facts.trn else {},
    )


def identify(ask: Ask, facts: RegisterECTFacts) -> Matched:
    """Lead through the identity pages, whose answers are never kept (IDN-02, IDN-03, DRF-07)."""
    if facts.matched is not None:
        return facts.matched
    question = find_ect(facts)
    if facts.lookup_step is None:
        ask(question)
    ask.passed(question)
    if facts.lookup_step == "trn-not-found":
        raise Exit("trn-not-found")
    if facts.lookup_step == "national-insurance-number":
        ask(NATIONAL_INSURANCE_NUMBER)
    ask.passed(NATIONAL_INSURANCE_NUMBER)
    raise Exit("not-found")


def stop_at_dead_end(matched: Matched, facts: RegisterECTFacts) -> None:
    """Stop at the first reason why this person can't be registered as an ECT here (IDN-07, RE-27)."""
    found = matched.known.found(matched.snapshot)
    dead_end = ect_dead_end(found, facts.school.id, facts.today)
    if dead_end is None:
        return
    stay = stay_in_the_way(found, facts.school.id, facts.today)
    record = str(matched.known.details_of(stay).public_id) if stay is not None else ""
    raise Exit(dead_end.value, {"name": matched.name, "record": record}, blocks=True)


def already_in_progress(other: OtherDraft) -> Question[str]:
    """Ask what to do about another unfinished registration of the same person (DRF-10, RE-06)."""
    return kinds.radios(
        "already-in-progress",
        "Someone has already started registering this ECT",
        "draft_choice",
        (
            Option("continue_existing", "Continue the registration that was started first"),
            Option("replace_existing", "Delete that registration and go on with this one"),
        ),
        "Select which registration to go on with",
        template="journeys/register-ect/already-in-progress.html",
        details={"other": other},
    )


def ask_for_name(ask: Ask, matched: Matched) -> str | None:
    """Ask whether the name is right; returns a correction, confirmed where it is very different (NAM-04)."""
    corrected = ask(review(matched))
    if corrected is not None and needs_same_person_question(matched.name, corrected):
        ask(confirm_name(matched.name, corrected, matched.trn))
    return corrected


def review(matched: Matched) -> Question[str | None]:
    """Ask if this is the right person and the right name (RE-07)."""

    def parse(form: Form) -> str | None:
        message = "Select yes if the name is correct"
        if parse_choice(form, "name_is_correct", ["yes", "no"], message) == "yes":
            return None
        name = parse_name(form, "corrected_name", "correct name")
        if name == normalised_name(matched.name):
            raise Invalid(corrected_name="Enter a name that is different from the one shown, or select yes")
        return name

    return Question(
        "review-ect",
        "Check the details of the ECT",
        parse,
        ("name_is_correct", "corrected_name"),
        template="journeys/register-ect/review-ect.html",
        details={"matched": matched},
    )


def ask_about_earlier(ask: Ask, matched: Matched, facts: RegisterECTFacts) -> None:
    """Show an earlier registration, and ask about a transfer when it is open elsewhere (RE-09)."""
    earlier = latest_stay(matched.known.ect_stays)
    if earlier is None:
        return
    if not ask(registered_before(matched, earlier, facts)):
        raise Exit("not-transferring", {"name": matched.name})


def registered_before(matched: Matched, earlier: ECTStay, facts: RegisterECTFacts) -> Question[bool]:
    """Show the latest earlier stay; its answer is True where nothing is asked."""
    asks = asks_about_transfer(earlier, facts.school.id, facts.today)
    details = matched.known.details_of(earlier)

    def parse(form: Form) -> bool:
        return not asks or parse_choice(form, "transferring_in", ["yes", "no"], TRANSFER_MESSAGE) == "yes"

    return Question(
        "registered-before",
        f"{matched.name} has been registered before",
        parse,
        ("transferring_in",) if asks else ("seen",),
        template="journeys/register-ect/registered-before.html",
        details={"earlier": details, "asks": asks, "induction_start": induction_start(matched), "name": matched.name},
        keep=lambda _: {} if asks else {"seen": "yes"},
    )


def induction_start(matched: Matched) -> date | None:
    """Return the first day of induction as far as known (ABR-07)."""
    recorded = [induction.started_on for induction in matched.known.inductions]
    return min(recorded, default=matched.snapshot.induction_start_date)
