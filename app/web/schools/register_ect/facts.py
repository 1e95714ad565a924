"""What the registration of an ECT may need to know, loaded before it is walked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.registration.queries import appropriate_bodies
from app.schools.rules import programmes_for_new_ects
from app.terms import DraftKind, Role, TrainingProgramme
from app.training.queries import SchoolProviders, school_providers
from app.web.schools.identity.facts import Registering, RegistrationFacts, person_facts

if TYPE_CHECKING:
    from app.drafts.store import Draft
    from app.registration.registering.appropriate_bodies import AppropriateBody
    from app.web.session import Here

ECT = Registering(Role.ECT, DraftKind.REGISTER_ECT, "/school/register-ect", "find-ect", "review-ect", "ECT", "the ECT")


@dataclass(frozen=True, kw_only=True)
class RegisterECTFacts(RegistrationFacts):
    """Everything the journey may need to know, loaded before it is walked."""

    registering: Registering = ECT
    bodies: tuple[AppropriateBody, ...]


async def load_facts(draft: Draft, here: Here) -> RegisterECTFacts:
    """Load everything the journey may need to know about a draft, in a fixed number of statements."""
    return RegisterECTFacts(
        **await person_facts(draft, here), providers=await _providers(here), bodies=await appropriate_bodies()
    )


async def _providers(here: Here) -> SchoolProviders:
    offered = TrainingProgramme.PROVIDER_LED in programmes_for_new_ects(here.level, here.policy)
    return await school_providers(here.school.id, provider_led_offered=offered)
