"""Which programme, appropriate body and lead provider? Reused where they can be (RE-13 to RE-16)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.journeys import kinds
from app.journeys.engine import Ask, LaterOptions, Option, Question
from app.registration.registering.appropriate_bodies import is_selectable, is_selectable_again, selectable
from app.schools.rules import is_self_funded, programmes_for_new_ects
from app.terms import Role, TrainingProgramme
from app.training.arrangements import (
    Arrangement,
    ArrangementKind,
    PreviousChoices,
    ProgrammeOffers,
    ReuseLost,
    arrangements,
    chosen,
    programme_offers,
    reuse_lost,
)
from app.training.periods import academic_year
from app.training.rules import latest_training
from app.values import NOT_AN_OPTION, Form, Invalid, parse_choice

if TYPE_CHECKING:
    from datetime import date

    from app.registration.registering.appropriate_bodies import AppropriateBody
    from app.training.periods import RegistrationPeriod
    from app.web.schools.identity.facts import Matched
    from app.web.schools.register_ect.facts import RegisterECTFacts

NO_LONGER = "This choice is no longer available, or it has changed since you made it. Choose again."


@dataclass(frozen=True)
class Programme:
    """Which appropriate body, programme and lead provider an ECT gets, and which page it was chosen on."""

    body: AppropriateBody
    programme: TrainingProgramme
    arrangement: Arrangement | None
    source: str = "choose"


def ask_for_programme(
    ask: Ask, matched: Matched, registration: RegistrationPeriod, started_on: date, facts: RegisterECTFacts
) -> Programme:
    """Ask about programme, appropriate body and lead provider, reusing what can be (RE-13 to RE-16)."""
    offers = offers_of(matched, registration, started_on, facts)
    source = ask(programme_choices(offers, facts)) if offers.any else "choose"
    if source == "school_previous" and offers.previous is not None:
        previous = offers.previous
        return Programme(body_of(previous, facts), previous.programme, previous.arrangement, source)
    body = ask(appropriate_body(registration, started_on, facts))
    if source == "keep_lead_provider" and offers.keep is not None:
        return Programme(body, TrainingProgramme.PROVIDER_LED, offers.keep, source)
    programme = ask(training_programme(facts))
    if programme is TrainingProgramme.SCHOOL_LED:
        return Programme(body, programme, None)
    return Programme(body, programme, ask(lead_provider(registration, facts)))


def offers_of(
    matched: Matched, registration: RegistrationPeriod, started_on: date, facts: RegisterECTFacts
) -> ProgrammeOffers:
    """Return what the programme question can offer beside choosing (ARR-04, ARR-07)."""
    latest = latest_training(matched.known.trainings, Role.ECT)
    usable = last_body_selectable(started_on, facts)
    return programme_offers(facts.providers.facts, registration, latest, last_body_selectable=usable)


def last_body_selectable(started_on: date, facts: RegisterECTFacts) -> bool:
    """Tell whether the appropriate body used last can be chosen for this start date (ABR-02)."""
    last = facts.providers.facts.last_choices
    body = last.appropriate_body_id if last is not None else None
    return is_selectable_again(facts.bodies.values(), body, facts.school.kind, started_on, facts.today)


def programme_choices(offers: ProgrammeOffers, facts: RegisterECTFacts) -> Question[str]:
    """Offer the school's last choices and the ECT's present lead provider, each with all it stands for (RE-13)."""
    options = list(offer_options(offers, facts))
    shown = {option.value: "/".join(value for _, value in option.rows) for option in options}
    options.append(Option("choose", "Choose other programme details"))
    question = kinds.radios(
        "programme-choices",
        "How do you want to choose their programme?",
        "programme_source",
        options,
        "Select how you want to choose their programme",
        row="programme-choices",
        label="Programme choices",
        template="journeys/register-ect/programme-choices.html",
    )

    def parse(form: Form) -> str:
        source = question.parse(form)
        if form.get("shown", shown.get(source, "")) != shown.get(source, ""):
            raise Invalid(programme_source=NO_LONGER)
        return source

    return replace(question, parse=parse, keep=lambda source: {"shown": shown.get(source, "")})


def offer_options(offers: ProgrammeOffers, facts: RegisterECTFacts) -> list[Option]:
    """Return one option per offer with every detail it stands for."""
    options = []
    if offers.previous is not None:
        previous = offers.previous
        rows = [("Appropriate body", body_of(previous, facts).name), ("Training programme", previous.programme.words)]
        rows += provider_rows(previous.arrangement) if previous.arrangement else []
        options.append(Option("school_previous", "Use your school’s last choices", rows=tuple(rows)))
    if offers.keep is not None:
        text = "Keep the lead provider they have now"
        options.append(Option("keep_lead_provider", text, rows=tuple(provider_rows(offers.keep))))
    return options


def body_of(previous: PreviousChoices, facts: RegisterECTFacts) -> AppropriateBody:
    """Return the appropriate body chosen last."""
    return next(body for body in facts.bodies.values() if body.id == previous.appropriate_body_id)


def provider_rows(arrangement: Arrangement) -> list[tuple[str, str]]:
    """Return lead provider and delivery partner as they are shown, always both (RE-28)."""
    return [("Lead provider", arrangement.lead_provider.name), ("Delivery partner", partner_words(arrangement))]


def partner_words(arrangement: Arrangement) -> str:
    """Return the delivery partner's name, or who will name it."""
    if arrangement.delivery_partner is None:
        return "To be confirmed by the lead provider"
    if arrangement.year_from is not None:
        return f"{arrangement.delivery_partner.name} (continues from {academic_year(arrangement.year_from)})"
    return arrangement.delivery_partner.name


def appropriate_body(
    registration: RegistrationPeriod, started_on: date, facts: RegisterECTFacts
) -> Question[AppropriateBody]:
    """Ask who assures the induction, from the bodies this school may use for this start (RE-14, ABR-02, ABR-03)."""

    def options() -> list[Option]:
        kind, district = facts.school.kind, facts.school.district
        offered = selectable(facts.bodies.values(), kind, started_on, facts.today, district)
        return [Option(str(option.body.public_id), option.words) for option in offered]

    def parse(form: Form) -> AppropriateBody:
        body = facts.bodies[parse_choice(form, "appropriate_body_id", facts.bodies, "Select an appropriate body")]
        if not is_selectable(body, facts.school.kind, started_on, facts.today):
            raise Invalid(appropriate_body_id=NOT_AN_OPTION)
        return body

    return Question(
        "appropriate-body",
        "Which appropriate body will assure their induction?",
        parse,
        ("appropriate_body_id",),
        kind="select",
        template="journeys/register-ect/appropriate-body.html",
        options=LaterOptions(options),
        details={"lost": reuse_sentence(registration, started_on, facts)},
    )


def reuse_sentence(registration: RegistrationPeriod, started_on: date, facts: RegisterECTFacts) -> str:
    """Say why the school's last choices are not offered, where that needs saying (RE-14, ARR-05)."""
    lost = reuse_lost(facts.providers.facts, registration, last_body_selectable=last_body_selectable(started_on, facts))
    return (
        {
            ReuseLost.APPROPRIATE_BODY_CLOSED: "The appropriate body you chose last can no longer be chosen.",
            ReuseLost.PAIR_ENDED: "The lead provider and delivery partner you chose last no longer work together in "
            f"{academic_year(registration.year)}.",
            ReuseLost.LEAD_PROVIDER_NOT_CONTRACTED: "The lead provider you chose last does not train ECTs in "
            f"{academic_year(registration.year)}.",
        }.get(lost, "")
        if lost is not None
        else ""
    )


def training_programme(facts: RegisterECTFacts) -> Question[TrainingProgramme]:
    """Ask for the programme, among those this school may choose (RE-15, SCH-02)."""
    return kinds.words(
        "training-programme",
        "Which training programme will they follow?",
        "training_programme",
        programmes_for_new_ects(facts.school.level, facts.policy),
        "Select a training programme",
        template="journeys/register-ect/training-programme.html",
        details={"self_funded": is_self_funded(facts.school.level, TrainingProgramme.PROVIDER_LED)},
    )


def lead_provider(registration: RegistrationPeriod, facts: RegisterECTFacts) -> Question[Arrangement]:
    """Ask for the lead provider, partnerships first; what was shown is what is saved (RE-16, ARR-03, ARR-08)."""
    offered = arrangements(facts.providers.facts, registration)
    question = kinds.radios(
        "lead-provider",
        "Which lead provider will train them?",
        "provider_choice",
        [Option(a.value, a.lead_provider.name, arrangement_hint(a)) for a in offered],
        "Select a lead provider",
        template="journeys/register-ect/lead-provider.html",
        details={"year": academic_year(registration.year)},
    )

    def parse(form: Form) -> Arrangement:
        found = chosen(offered, question.parse(form))
        if found is None or form.get("shown", found.shown) != found.shown:
            raise Invalid(provider_choice=NO_LONGER)
        return found

    return replace(question, parse=parse, keep=lambda a: {"shown": a.shown})  # type: ignore[arg-type, return-value, attr-defined]


def arrangement_hint(arrangement: Arrangement) -> str:
    """Say what choosing an arrangement means."""
    if arrangement.delivery_partner is None:
        return "The lead provider will confirm the delivery partner"
    if arrangement.kind is ArrangementKind.CONFIRMED:
        return f"Delivery partner: {arrangement.delivery_partner.name}. You have a confirmed partnership"
    return f"Delivery partner: {partner_words(arrangement)}"
