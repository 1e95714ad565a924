"""Changing the lead provider of an ECT or a mentor (CH-06, CH-07)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from litestar.exceptions import NotFoundException

from app.journeys.engine import Ask, Exit, Row, Walk
from app.registration.changes.change_lead_provider import ChangeLeadProvider, change_lead_provider
from app.registration.changes.training_change_words import what_happens, what_it_means
from app.registration.permissions import Action
from app.training.change_decisions import decide_lead_provider, has_lead_provider, lead_provider_period
from app.web.journey import Journey, Refusal
from app.web.schools.change_details.common import done, still
from app.web.schools.change_training.facts import (
    CHANGED_CODES,
    EXITS,
    NO_LONGER,
    TEMPLATES,
    ChangeTrainingFacts,
    is_blank,
    load_facts,
    or_exit,
    provider_question,
    rows_of_change,
    seen,
)
from app.web.schools.subject_journeys import SubjectJourney, about

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.drafts.store import Draft
    from app.registration.subjects import Subject
    from app.training.change_decisions import ChangeDecided
    from app.web.journey_pages import ConfirmationPage
    from app.web.session import Here

ACTION = Action.CHANGE_LEAD_PROVIDER
FIRST = "change-lead-provider"
NOT_WITH_ONE = "no-lead-provider"


def ask_for_provider(ask: Ask, facts: ChangeTrainingFacts) -> ChangeLeadProvider:
    """Ask for the new lead provider; stops where there is none to change, or nothing can be filed."""
    if not has_lead_provider(facts.person.facts):
        raise Exit(NOT_WITH_ONE)
    period = or_exit(partial(lead_provider_period, facts.person.facts))
    title = f"Which lead provider will train {facts.subject.displayed}?"
    arrangement = ask(provider_question(FIRST, title, facts, period))
    or_exit(partial(decide_lead_provider, facts.person.facts, arrangement))
    return ChangeLeadProvider(facts.who, arrangement, period.year, facts.terms)


def decided(walked: Walk, facts: ChangeTrainingFacts) -> ChangeDecided | None:
    """Return the change as it would be saved now; None before it is complete."""
    command = walked.command
    if not isinstance(command, ChangeLeadProvider):
        return None
    return decide_lead_provider(facts.person.facts, command.arrangement)


def rows(walked: Walk, facts: ChangeTrainingFacts) -> list[Row]:
    """Return the old and the new lead provider, and from when."""
    change = decided(walked, facts)
    if change is None:
        return []
    return [Row("lead-provider-now", "Lead provider now", facts.present), *rows_of_change(change, FIRST)]


def notices(walked: Walk, facts: ChangeTrainingFacts, _here: Here) -> list[str]:
    """Say what happens and what it means (CH-06, CH-07, CH-12)."""
    change = decided(walked, facts)
    if change is None:
        return []
    return [what_happens(change, facts.present), *what_it_means(change, facts.subject.role)]


async def load(person: Subject, draft: Draft, here: Here) -> ChangeTrainingFacts:
    """Load the facts; raises NotFoundException for somebody without a lead provider to change (CH-06, CH-07)."""
    facts = await load_facts(await still(person, ACTION, here), here)
    if is_blank(draft) and not has_lead_provider(facts.person.facts):
        raise NotFoundException
    return facts


async def perform(command: ChangeLeadProvider, facts: ChangeTrainingFacts, here: Here) -> Mapping[str, Any]:
    """Change it, and keep what the confirmation says."""
    change = await change_lead_provider(command, here.actor, here.today)
    return {
        "provider": command.arrangement.lead_provider.name,
        "confirmed": command.arrangement.delivery_partner is not None,
        "sentence": what_happens(change, facts.present),
    }


async def build(person: Subject, _here: Here) -> Journey[ChangeTrainingFacts, ChangeLeadProvider]:
    """Return the journey for one ECT or mentor."""

    async def confirmation(outcome: Mapping[str, Any], _here: Here) -> ConfirmationPage:
        name, provider = person.displayed, outcome["provider"]
        told = [outcome["sentence"], f"We do not email lead providers. {provider} will be able to see the change."]
        if not outcome["confirmed"]:
            told.append(f"{provider} has to confirm before training starts. Contact {provider} if this takes long.")
        return done(f"{name}’s lead provider has been changed to {provider}", outcome, tuple(told), person)

    return Journey(
        **about(person, ACTION),
        path=ask_for_provider,
        load=partial(load, person),
        perform=perform,
        rows=rows,
        check_title="Check the new lead provider",
        check_button="Confirm and change the lead provider",
        confirmation=confirmation,
        exits={**EXITS, NOT_WITH_ONE: f"{TEMPLATES}/{NOT_WITH_ONE}.html"},
        notices=notices,
        refusals={code: Refusal(FIRST, NO_LONGER) for code in CHANGED_CODES},
        seen=seen,
        lock=ChangeLeadProvider.hold,
    )


JOURNEY = SubjectJourney(ACTION, build)
