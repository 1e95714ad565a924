"""What the changes of training know of a person, and what they show and ask alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from app.journeys import kinds
from app.journeys.engine import Exit, Option, Question, Row
from app.registration.changes.change_lead_provider import present_providers
from app.registration.changes.training_change_facts import (
    PersonInTraining,
    Terms,
    WhoseTraining,
    person_in_training,
    terms_of,
)
from app.registration.people.statuses import london_day
from app.registration.registering.start_dates import day_in_words
from app.terms import Refused, Role
from app.training.arrangements import values_naming
from app.training.change_decisions import other_arrangements
from app.training.periods import RegistrationPeriod, academic_year
from app.training.rules import TrainingStatus, training_status
from app.values import Form, Invalid
from app.web.schools.cannot_file import cannot_file
from app.web.schools.register_ect.programme import arrangement_hint, partner_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.drafts.store import Draft
    from app.registration.changes.mentor_follows import MentorOfECT
    from app.registration.subjects import Subject
    from app.training.arrangements import Arrangement
    from app.training.change_decisions import ChangeDecided
    from app.training.rules import Training
    from app.web.session import Here

A = TypeVar("A")
TEMPLATES = "journeys/change-training"
EXITS = {slug: f"{TEMPLATES}/{slug}.html" for slug in ("cannot-file-yet", "no-days-left", "trained-elsewhere")}
SLUGS = {"cannot_file_yet": "cannot-file-yet", "no_days_left": "no-days-left", "trained_elsewhere": "trained-elsewhere"}
"""What stands in the way of a change, and the dead end that says so (CP-11)."""
NO_LONGER = "This choice is no longer available, or it has changed since you made it. Choose again."
CHANGED_CODES = ("choice_changed", "changed_meanwhile", "same_lead_provider")
"""Refusals that mean: the choice is not what it was when it was made."""


@dataclass(frozen=True)
class ChangeTrainingFacts:
    """A person of the school in training, what the school may choose, and who mentors them then (PER-34)."""

    subject: Subject
    terms: Terms
    who: WhoseTraining
    person: PersonInTraining
    mentor: MentorOfECT | None = None

    @property
    def decisive(self) -> Training | None:
        """The training that speaks for their stay (PER-20)."""
        return self.person.facts.decisive

    @property
    def present(self) -> str:
        """The lead provider they have now, by name, or ""."""
        return present_providers(self.person).lead_provider or ""


async def load_facts(subject: Subject, here: Here) -> ChangeTrainingFacts:
    """Read a person's training afresh, with what their school may choose."""
    terms = terms_of(here.level, here.policy)
    who = WhoseTraining(subject.role, here.school.id, subject.trn, subject.stay_id)
    return ChangeTrainingFacts(subject, terms, who, await person_in_training(who, terms, here.today))


def is_blank(draft: Draft) -> bool:
    """Tell whether nothing has been answered yet, so that no draft is stored."""
    return draft.id == UUID(int=0)


def or_exit(decide: Callable[[], A]) -> A:
    """Return what is decided, or stop at the dead end that says what stands in the way (CP-11)."""
    try:
        return decide()
    except Refused as refused:
        if refused.code not in SLUGS:
            raise
        if refused.code == "cannot_file_yet":
            raise cannot_file(str(refused.details.get("why"))) from refused
        raise Exit(SLUGS[refused.code]) from refused


def seen(facts: ChangeTrainingFacts) -> Mapping[str, str]:
    """Return what is on record: programme, providers, dates and status count as one value (CON-01)."""
    decisive, providers = facts.decisive, present_providers(facts.person)
    if decisive is None:
        return {"Training programme": "None"}
    found = {"Training programme": decisive.programme.words, "First day of training": day_in_words(decisive.started_on)}
    if decisive.finished_on is not None:
        found["Last day of training"] = day_in_words(decisive.finished_on)
    if decisive.provider_led:
        found["Lead provider"] = providers.lead_provider or ""
        found["Delivery partner"] = providers.delivery_partner or "To be confirmed by the lead provider"
        found["Status"] = status_words(decisive)
    return found


def status_words(training: Training) -> str:
    """Say how provider-led training stands, with the day of a lead provider's mark."""
    status = training_status(training)
    if status is TrainingStatus.WITHDRAWN and training.withdrawn_at is not None:
        return f"Stopped by the lead provider on {day_in_words(london_day(training.withdrawn_at))}"
    if status is TrainingStatus.DEFERRED and training.deferred_at is not None:
        return f"Paused by the lead provider on {day_in_words(london_day(training.deferred_at))}"
    if training.disputed:
        return "Reported by your school as wrong"
    return "Awaiting the lead provider" if training.requested else "Confirmed"


def provider_question(
    slug: str, title: str, facts: ChangeTrainingFacts, period: RegistrationPeriod
) -> Question[Arrangement]:
    """Ask for the lead provider in R: what was shown is what is saved (PER-30, ARR-03, ARR-08, MFT-11).

    The present lead provider is not offered; naming it is an error of its own.
    """
    of_ect = facts.subject.role is Role.ECT
    field = "provider_choice" if of_ect else "lead_provider_id"
    choices = other_arrangements(facts.person.facts, period)
    theirs = values_naming(facts.person.facts.providers, facts.decisive.lead_provider_id if facts.decisive else None)
    values = {a.value if of_ect else str(a.lead_provider.public_id): a for a in choices}
    question = kinds.radios(
        slug,
        title,
        field,
        [Option(value, a.lead_provider.name, arrangement_hint(a)) for value, a in values.items()],
        "Select a lead provider",
        template=f"{TEMPLATES}/lead-provider.html",
        details={"year": academic_year(period.year), "present": facts.present},
    )

    def parse(form: Form) -> Arrangement:
        if form.get(field) in theirs:
            raise Invalid({field: f"They are already with {facts.present}. Select another lead provider"})
        found = values[question.parse(form)]
        if form.get("shown", shown(found)) != shown(found):
            raise Invalid({field: NO_LONGER})
        return found

    def kept(arrangement: Arrangement) -> Form:
        return {"shown": shown(arrangement), "words": arrangement.lead_provider.name}

    def shown(arrangement: Arrangement) -> str:
        return f"{arrangement.shown}/{period.year}"

    return replace(question, parse=parse, show=lambda a: a.lead_provider.name, keep=kept)  # type: ignore[arg-type, return-value, attr-defined]


def rows_of_change(change: ChangeDecided, slug: str) -> list[Row]:
    """Return the rows of what follows: providers, academic year and first day, changed on the page named."""
    found = []
    if change.arrangement is not None and change.registration is not None:
        found = [
            Row("lead-provider", "New lead provider", change.arrangement.lead_provider.name, slug),
            Row("delivery-partner", "Delivery partner", partner_words(change.arrangement)),
            Row("academic-year", "Academic year of the training", academic_year(change.registration.year)),
        ]
    return [*found, Row("starts-on", "From", day_in_words(change.plan.starts_on))]
