"""Telling schools that registration opens or closes for a time, and what of their choices has ended (NOT-6.1, M-48)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch
from app.db.service_settings import policy_in_force
from app.db.transaction import transaction
from app.events.record import About, record
from app.notices.catalogue import ChoicesEnded
from app.notices.outbox import Subjects, queue_to_school
from app.registration.queries import appropriate_bodies
from app.registration.registering.appropriate_bodies import is_selectable_again
from app.schools.date_events import (
    SchoolChoicesEnded,
    SchoolClosureAnnounced,
    SchoolRegistrationOpened,
    SchoolsTold,
)
from app.schools.queries import deciding_columns, facts_of
from app.schools.rules import may_use_service, programmes_for_new_ects, school_access
from app.terms import SYSTEM, SchoolKind, TrainingProgramme
from app.training.arrangements import ReuseLost, ended_pair, reuse_lost
from app.training.periods import RegistrationPeriod
from app.training.queries import calendar, school_providers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from app.policy import Policy
    from app.registration.registering.appropriate_bodies import AppropriateBody
    from app.schools.rules import SchoolAccess
    from app.terms import SchoolId
    from app.training.arrangements import ProviderFacts
    from app.training.periods import ContractPeriod

PAGE = 100
LOOK_BACK = timedelta(days=14)
"""An opening that no run came by is made up for so long."""
BEFORE_A_CLOSURE = timedelta(days=14)


@dataclass(frozen=True)
class Occasion:
    """Something that every school is told once: that a year has opened, or of a closed window."""

    key: str
    opened: ContractPeriod | None = None
    closed: tuple[date, date] | None = None

    @property
    def event_kind(self) -> str:
        """The kind of event that a school which was told has."""
        return SchoolRegistrationOpened.kind if self.opened else SchoolClosureAnnounced.kind


async def tell_schools_of_dates() -> int:
    """Tell schools of every occasion due that they were not told of; returns how many schools were told."""
    occasions = await _due(clock.today())
    return sum([await _tell(occasion) for occasion in occasions])


async def _due(today: date) -> list[Occasion]:
    found = [
        Occasion(f"opening {period.year}", opened=period)
        for period in (await calendar()).periods
        if (on := period.registration_opens_on) is not None and on <= today <= on + LOOK_BACK
    ]
    rows = await fetch(
        "SELECT key, starts_on, ends_on FROM registration_closure WHERE starts_on <= $1 AND ends_on >= $2 ORDER BY 2",
        today + BEFORE_A_CLOSURE,
        today,
    )
    found += [Occasion(f"closure {row['key']}", closed=(row["starts_on"], row["ends_on"])) for row in rows]
    told = await fetch(
        """SELECT metadata ->> 'occasion' AS occasion FROM event
        WHERE kind = $1 AND school_id IS NULL AND teacher_id IS NULL""",
        SchoolsTold.kind,
    )
    done = {row["occasion"] for row in told}
    return [occasion for occasion in found if occasion.key not in done]


async def _tell(occasion: Occasion) -> int:
    """Go through the schools, a page at a time; one that was told before a run broke off is left out."""
    policy, bodies = await policy_in_force(), await appropriate_bodies()
    after, told = 0, 0
    while schools := await _schools(after, occasion):
        after = schools[-1]["id"]
        async with transaction():
            for school in schools:
                told += await _tell_school(school, occasion, policy, bodies)
    async with transaction():
        record(SchoolsTold(About(), occasion.key, told), SYSTEM)
    return told


async def _schools(after: int, occasion: Occasion) -> Sequence[Mapping[str, Any]]:
    return await fetch(
        f"""SELECT s.id, s.name, s.kind, s.last_appropriate_body_id, {deciding_columns("s", "$3")} FROM school s
        WHERE s.id > $1 AND s.alias_of_school_id IS NULL AND NOT EXISTS (SELECT FROM event e
            WHERE e.school_id = s.id AND e.kind = $4 AND e.metadata ->> 'occasion' = $5)
        ORDER BY s.id LIMIT $2""",  # noqa: S608 - names are ours
        after,
        PAGE,
        clock.today(),
        occasion.event_kind,
        occasion.key,
    )


async def _tell_school(
    school: Mapping[str, Any], occasion: Occasion, policy: Policy, bodies: tuple[AppropriateBody, ...]
) -> int:
    access = school_access(facts_of(school), clock.today(), policy)
    if not may_use_service(access.level):
        return 0
    about = About(school_id=school["id"])
    if occasion.closed is not None:
        record(SchoolClosureAnnounced(about, occasion.key, *occasion.closed), SYSTEM)
    if occasion.opened is not None:
        record(SchoolRegistrationOpened(about, occasion.key, occasion.opened.year), SYSTEM)
        if school["last_appropriate_body_id"] is not None:
            offered = _offered(access, policy)
            await _tell_of_choices(school, occasion, occasion.opened, bodies, offered=offered)
    return 1


def _offered(access: SchoolAccess, policy: Policy) -> bool:
    return TrainingProgramme.PROVIDER_LED in programmes_for_new_ects(access.level, policy)


async def _tell_of_choices(
    school: Mapping[str, Any],
    occasion: Occasion,
    opened: ContractPeriod,
    bodies: tuple[AppropriateBody, ...],
    *,
    offered: bool,
) -> None:
    """Tell a school whose last choices cannot be chosen again in the year what of them has ended (M-48)."""
    school_id: SchoolId = school["id"]
    providers = (await school_providers(school_id, provider_led_offered=offered)).facts
    body = next((one for one in bodies if one.id == school["last_appropriate_body_id"]), None)
    day = max(opened.started_on, clock.today())
    usable = is_selectable_again(bodies, body.id if body else None, SchoolKind(school["kind"]), day, clock.today())
    ended = what_has_ended(providers, RegistrationPeriod(opened), body.name if body else "", usable=usable)
    if ended:
        record(SchoolChoicesEnded(About(school_id=school_id), occasion.key, opened.year, ended), SYSTEM)
        message = ChoicesEnded(school["name"], ended, opened.year, "/school/home")
        about = Subjects(school_id=school_id)
        await queue_to_school(message, school_id=school_id, cause=f"school {school_id} {occasion.key}", about=about)


def what_has_ended(providers: ProviderFacts, registration: RegistrationPeriod, body: str, *, usable: bool) -> str:
    """Return which body, provider or pair of the last choices has ended for a year; empty when none has (M-48)."""
    last = providers.last_choices
    match reuse_lost(providers, registration, last_body_selectable=usable):
        case ReuseLost.APPROPRIATE_BODY_CLOSED:
            return body
        case ReuseLost.LEAD_PROVIDER_NOT_CONTRACTED if last is not None and last.lead_provider_id is not None:
            return providers.lead_providers[last.lead_provider_id].name
        case ReuseLost.PAIR_ENDED if (pair := ended_pair(providers, registration)) is not None:
            provider = providers.lead_providers[pair.lead_provider_id]
            return f"{provider.name} with {providers.delivery_partners[pair.delivery_partner_id].name}"
    return ""
