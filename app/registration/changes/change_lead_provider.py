"""Changing the lead provider of an ECT: one confirmation, one transaction (PER-30, PER-31)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.db.transaction import transaction
from app.events.record import record
from app.registration.changes.training_change_facts import Terms, WhoseTraining, hold_change, person_in_training
from app.teachers.eligibility import stamp_frozen_year
from app.terms import Refused, Role
from app.training.change_decisions import decide_lead_provider, has_lead_provider, is_present
from app.training.change_events import Providers, TeacherTrainingLeadProviderUpdated
from app.training.change_training import change_training

if TYPE_CHECKING:
    from datetime import date

    from app.registration.changes.training_change_facts import PersonInTraining
    from app.terms import Actor, Year
    from app.training.arrangements import Arrangement
    from app.training.change_decisions import ChangeDecided


@dataclass(frozen=True)
class ChangeLeadProvider:
    """Whose lead provider changes, with the arrangement and the academic year that were shown (ARR-08, CP-09).

    first_day: on which support has it take effect; None for a school (FIX-09).
    """

    who: WhoseTraining
    arrangement: Arrangement
    year: Year
    terms: Terms
    first_day: date | None = None

    async def hold(self) -> None:
        """Hold what the change touches (CON-03)."""
        await hold_change([self.who.trn], self.who.school_id, self.arrangement, [self.year])


async def change_lead_provider(command: ChangeLeadProvider, actor: Actor, today: date) -> ChangeDecided:
    """Give an ECT or a mentor another lead provider, with its events; returns what was decided.

    Raises Refused, and writes nothing: `no_lead_provider`, `same_lead_provider`, `choice_changed`, `no_days_left`,
    `trained_elsewhere`, `cannot_file_yet`, `changed_meanwhile`; for support also `first_day_outside`,
    `training_in_the_way` with the training, `declared_since`. Implements PER-30, PER-31, CP-08, CP-10, ARR-09.
    """
    async with transaction():
        await command.hold()
        person = await person_in_training(command.who, command.terms, today, command.first_day)
        check(person, command.arrangement)
        change = decide_lead_provider(person.facts, command.arrangement)
        check_year(change, command.year)
        await change_training(change, person.trained, actor, today)
        await note_frozen_move(person, change)
        _record(change, person, actor)
        return change


def check(person: PersonInTraining, arrangement: Arrangement) -> None:
    """Raise Refused unless there is a lead provider to change, and to another one (PER-30, CON-02)."""
    if not has_lead_provider(person.facts):
        raise Refused("no_lead_provider")
    if is_present(person.facts, arrangement):
        raise Refused("same_lead_provider", "provider_choice")


def check_year(change: ChangeDecided, shown: Year | None) -> None:
    """Raise Refused when a change would be filed in another year than was shown (CP-09)."""
    if change.registration is not None and change.registration.year != shown:
        raise Refused("choice_changed", "provider_choice")


async def note_frozen_move(person: PersonInTraining, change: ChangeDecided) -> None:
    """Stamp the frozen year that an ECT is moved out of; nothing for a mentor or any other move (CP-10)."""
    registration = change.registration
    if registration is not None and registration.frozen_from is not None and person.trained.role is Role.ECT:
        await stamp_frozen_year(person.trained.teacher_id, registration.frozen_from.year)


def _record(change: ChangeDecided, person: PersonInTraining, actor: Actor) -> None:
    assert change.arrangement is not None and change.registration is not None  # noqa: S101, PT018 - provider-led has them
    partner = change.arrangement.delivery_partner
    new = Providers(change.arrangement.lead_provider.name, partner.name if partner else None)
    old = present_providers(person)
    about = replace(
        person.trained.about(),
        lead_provider_id=change.arrangement.lead_provider.id,
        delivery_partner_id=partner.id if partner else None,
    )
    year, starts_on = change.registration.year, change.plan.starts_on
    record(TeacherTrainingLeadProviderUpdated(about, old, new, year, starts_on), actor)


def present_providers(person: PersonInTraining) -> Providers:
    """Return the lead provider and the delivery partner of the decisive training, by name."""
    decisive, names = person.facts.decisive, person.facts.providers
    if decisive is None or decisive.lead_provider_id is None:
        return Providers()
    partner = names.delivery_partners.get(decisive.delivery_partner_id) if decisive.delivery_partner_id else None
    return Providers(names.lead_providers[decisive.lead_provider_id].name, partner.name if partner else None)
