"""What the registration of an ECT may need to know, loaded before it is walked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.registration.queries import kept_bodies
from app.schools.rules import programmes_for_new_ects
from app.terms import DraftKind, Role, TrainingProgramme
from app.web.schools.identity.facts import ReadBeside, Registering, RegistrationFacts, registration_facts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.drafts.store import Draft
    from app.registration.registering.appropriate_bodies import AppropriateBody
    from app.web.session import Here

ECT = Registering(Role.ECT, DraftKind.REGISTER_ECT, "/school/register-ect", "find-ect", "review-ect", "ECT", "the ECT")


@dataclass(frozen=True, kw_only=True)
class RegisterECTFacts(RegistrationFacts):
    """Everything the journey may need to know, loaded before it is walked."""

    registering: Registering = ECT
    bodies: Mapping[str, AppropriateBody]
    """Every appropriate body, selectable or not, by the public id that forms send."""


async def load_facts(draft: Draft, here: Here, *beside: Any) -> RegisterECTFacts:
    """Load everything the journey may need to know about a draft."""
    offered = TrainingProgramme.PROVIDER_LED in programmes_for_new_ects(here.level, here.policy)
    read = ReadBeside(*beside)
    fields = await registration_facts(draft, here, read, provider_led_offered=offered)
    return RegisterECTFacts(**fields, bodies=await kept_bodies.at(read.version))
