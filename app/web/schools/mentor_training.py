"""A mentor's training, as the journeys that give somebody a mentor ask about it (MFT-04, MFT-06, MFT-07)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.journeys import kinds
from app.journeys.engine import Ask, Option, Question, Row
from app.training.change_decisions import NO_SCHEDULE
from app.training.mentor_training import (
    TrainingOffer,
    WhyNone,
    decided,
    mentor_schedule,
    offered_arrangement,
    training_offer,
    why_in_words,
)
from app.training.periods import academic_year
from app.values import Form, Invalid
from app.web.schools.cannot_file import cannot_file

if TYPE_CHECKING:
    from datetime import date

    from app.policy import Policy
    from app.training.arrangements import Arrangement, LeadProvider
    from app.training.mentor_training import MentorTraining, MentorTrainingFacts
    from app.training.queries import SchoolProviders
    from app.training.rules import Training

ACCEPT, OTHER = "accept", "other_lead_provider"
ECTS, OWN = "ect_lead_provider", "own_lead_provider"
CHANGED = "The training that the lead provider gives has changed since you chose. Choose again."


@dataclass(frozen=True)
class WhoseTraining:
    """Whose training is asked about, and everything that it depends on."""

    name: str
    facts: MentorTrainingFacts
    providers: SchoolProviders
    policy: Policy
    today: date


def ask_for_training(ask: Ask, whose: WhoseTraining) -> MentorTraining | None:
    """Tell of first training, or ask who gives it; None where none is offered (MFT-03 to MFT-07, RM-15).

    Stops where nothing can be filed because the data has a gap (CP-11, SCD-04).
    """
    offer = training_offer(whose.facts, whose.today)
    if isinstance(offer, WhyNone):
        return None
    if not isinstance(offer, TrainingOffer):
        raise cannot_file(offer.value)
    provider = inherited(ask, whose, offer, offer.proposed) if offer.proposed is not None else None
    return chosen_training(whose, offer, provider or ask(lead_provider(whose, offer)))


def inherited(ask: Ask, whose: WhoseTraining, offer: TrainingOffer, proposed: LeadProvider) -> LeadProvider | None:
    """Return the lead provider told of or chosen without a list; None where another is wanted (MFT-04, MFT-05)."""
    if offer.earlier is None:
        return proposed if ask(mentor_training(whose, offer, proposed)) == ACCEPT else None
    source = ask(earlier_training(whose, offer, proposed, offer.earlier))
    return {ECTS: proposed, OWN: offer.own}.get(source)


def chosen_training(whose: WhoseTraining, offer: TrainingOffer, provider: LeadProvider) -> MentorTraining:
    """Return the training with a lead provider; stops where its schedule is missing (SCD-04)."""
    available = whose.providers.schedules_of(offer.registration.year)
    schedule = mentor_schedule(whose.facts, offer, available, whose.policy.schedule_months, whose.today)
    if schedule is None:
        raise cannot_file(NO_SCHEDULE)
    return decided(whose.facts, offer, provider.id, schedule)


def mentor_training(whose: WhoseTraining, offer: TrainingOffer, provider: LeadProvider) -> Question[str]:
    """Tell of first training with the ECT's lead provider, with a way to name another (MFT-04, RM-12)."""
    arrangement = offered_arrangement(whose.facts, offer.registration, provider.id)
    options = (
        Option(ACCEPT, "Accept and continue"),
        Option(OTHER, "Choose another lead provider"),
    )
    question = kinds.radios(
        "mentor-training",
        f"{whose.name} can have {'funded ' if offer.funded else ''}mentor training",
        "mentor_training",
        options,
        f"Select whether {provider.name} will train them",
        template="journeys/mentor-training.html",
        details={
            "name": whose.name,
            "lead_provider": provider.name,
            "delivery_partner": partner_name(arrangement),
            "amount": whose.policy.mentor_training_text,
            "starts_on": offer.starts_on,
        },
    )
    return as_shown(question, "mentor_training", {ACCEPT: arrangement.shown})


def earlier_training(
    whose: WhoseTraining, offer: TrainingOffer, proposed: LeadProvider, earlier: Training
) -> Question[str]:
    """Show the training a returning mentor had, and ask who trains them now (MFT-05, RM-13)."""
    own = offer.own
    entries = {
        source: offered_arrangement(whose.facts, offer.registration, provider.id)
        for source, provider in ((ECTS, proposed), (OWN, own))
        if provider is not None
    }
    words = {ECTS: f"{proposed.name}, who trains the ECT", OWN: f"{own.name}, who trained them before" if own else ""}
    options = [Option(source, words[source], provider_hint(entry)) for source, entry in entries.items()]
    providers = whose.facts.providers
    before = providers.lead_providers.get(earlier.lead_provider_id) if earlier.lead_provider_id else None
    partner = providers.delivery_partners.get(earlier.delivery_partner_id) if earlier.delivery_partner_id else None
    question = kinds.radios(
        "earlier-training",
        f"Who will train {whose.name} as a mentor?",
        "training_source",
        [*options, Option(OTHER, "Another lead provider")],
        "Select who will train them",
        template="journeys/earlier-training.html",
        details={
            "year": academic_year(earlier.year) if earlier.year else "",
            "lead_provider": before.name if before else "",
            "delivery_partner": partner.name if partner and not earlier.disputed else "",
        },
    )
    return as_shown(question, "training_source", {source: entry.shown for source, entry in entries.items()})


def lead_provider(whose: WhoseTraining, offer: TrainingOffer) -> Question[LeadProvider]:
    """Ask which lead provider trains the mentor, those of the chosen ECTs first (MFT-06, MFT-07, RM-14)."""
    entries = {
        str(p.public_id): offered_arrangement(whose.facts, offer.registration, p.id) for p in offer.lead_providers
    }
    question = kinds.radios(
        "lead-provider",
        f"Which lead provider will train {whose.name} as a mentor?",
        "lead_provider_id",
        [Option(value, entry.lead_provider.name, provider_hint(entry)) for value, entry in entries.items()],
        "Select a lead provider",
        why=f"{whose.name} can have mentor training in the academic year {academic_year(offer.registration.year)}.",
        template="journeys/mentor-lead-provider.html",
    )
    asked = as_shown(question, "lead_provider_id", {value: entry.shown for value, entry in entries.items()})
    return replace(  # type: ignore[return-value]
        asked,
        parse=lambda form: entries[asked.parse(form)].lead_provider,  # type: ignore[arg-type, return-value]
        show=lambda provider: provider.name,  # type: ignore[attr-defined]
        keep=lambda provider: asked.keep(str(provider.public_id)),  # type: ignore[attr-defined]
    )


def as_shown(question: Question[str], field: str, shown: dict[str, str]) -> Question[str]:
    """Keep beside the answer what it stood for; when that changes, the page is asked again (ARR-08)."""

    def parse(form: Form) -> str:
        answer = question.parse(form)
        if form.get("shown", shown.get(answer, "")) != shown.get(answer, ""):
            raise Invalid({field: CHANGED})
        return answer

    return replace(question, parse=parse, keep=lambda answer: {"shown": shown.get(answer, "")})


def partner_name(arrangement: Arrangement) -> str:
    """Return the delivery partner's name, "" while the lead provider has not named one."""
    return arrangement.delivery_partner.name if arrangement.delivery_partner else ""


def provider_hint(arrangement: Arrangement) -> str:
    """Say which delivery partner comes with a lead provider (ARR-11)."""
    partner = partner_name(arrangement)
    return f"Delivery partner: {partner}" if partner else "The lead provider will confirm the delivery partner"


def training_words(training: MentorTraining) -> tuple[str, ...]:
    """Return lead provider, delivery partner and first day of a mentor's training, a line each."""
    partner = partner_name(training.arrangement) or "to be confirmed by the lead provider"
    day = training.starts_on
    return (
        f"Lead provider: {training.arrangement.lead_provider.name}",
        f"Delivery partner: {partner}",
        f"From {day.day} {day:%B %Y}",
    )


def no_training_words(whose: WhoseTraining) -> str:
    """Say why no training is offered; "" where nothing is to be said (MFT-08)."""
    why = training_offer(whose.facts, whose.today)
    return why_in_words(why, whose.facts.history) if isinstance(why, WhyNone) else ""


def training_rows(whose: WhoseTraining, training: MentorTraining | None, change: str) -> list[Row]:
    """Return the row about a mentor's training; change: the page it was asked on (RM-21)."""
    if training is not None:
        return [Row("mentor-training", "Mentor training", "", change, training_words(training))]
    why = no_training_words(whose)
    return [Row("mentor-training", "Mentor training", f"None: {why}")] if why else []
