"""What a school may choose as provider-led training, and what it chose before (rules §11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from app.terms import (
    AppropriateBodyId,
    DeliveryPartnerId,
    LeadProviderId,
    PartnershipOrigin,
    SchoolPartnershipId,
    TrainingProgramme,
    Word,
    Year,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.training.periods import RegistrationPeriod
    from app.training.rules import Training


class ArrangementKind(Word):
    """In the order in which one lead provider's entries are listed."""

    CONFIRMED = "confirmed", "confirmed partnership"
    CARRY_FORWARD = "carry_forward", "continues from an earlier year"
    REQUESTED = "requested", "delivery partner to be confirmed by the lead provider"


class ReuseLost(Word):
    """Why the school's last choices are not offered again; the page says so for some of these (RE-14, M-23)."""

    APPROPRIATE_BODY_CLOSED = "appropriate_body_closed"
    LEAD_PROVIDER_NOT_CONTRACTED = "lead_provider_not_contracted"
    PAIR_ENDED = "pair_ended"
    NOTHING_TO_CONTINUE = "nothing_to_continue"


@dataclass(frozen=True)
class LeadProvider:
    """A lead provider, by name."""

    id: LeadProviderId
    public_id: UUID
    name: str


@dataclass(frozen=True)
class DeliveryPartner:
    """A delivery partner, by name."""

    id: DeliveryPartnerId
    name: str


@dataclass(frozen=True)
class Partnership:
    """A partnership of the school with a lead provider and delivery partner in one contract period."""

    id: SchoolPartnershipId
    public_id: UUID
    lead_provider_id: LeadProviderId
    delivery_partner_id: DeliveryPartnerId
    year: Year
    reported_at: datetime
    origin: PartnershipOrigin = PartnershipOrigin.REPORTED
    challenged: bool = False


@dataclass(frozen=True)
class RequestedTraining:
    """A training of the school, of an ECT or a mentor, not cancelled, that began as a request (ARR-05)."""

    lead_provider_id: LeadProviderId
    year: Year
    started_on: date


@dataclass(frozen=True)
class LastChoices:
    """What the school chose at its latest registration of an ECT (SCH-05)."""

    appropriate_body_id: AppropriateBodyId
    programme: TrainingProgramme
    lead_provider_id: LeadProviderId | None = None


@dataclass(frozen=True)
class ProviderFacts:
    """Everything about lead providers that one school's choice depends on, all years together.

    `contracted` holds (lead provider, year); `paired` holds (lead provider, delivery partner, year);
    `provider_led_offered` is False where the school may only choose school-led training (SCH-02).
    """

    lead_providers: Mapping[LeadProviderId, LeadProvider]
    delivery_partners: Mapping[DeliveryPartnerId, DeliveryPartner]
    contracted: frozenset[tuple[LeadProviderId, Year]]
    paired: frozenset[tuple[LeadProviderId, DeliveryPartnerId, Year]]
    partnerships: tuple[Partnership, ...] = ()
    requests: tuple[RequestedTraining, ...] = ()
    last_choices: LastChoices | None = None
    provider_led_offered: bool = True


@dataclass(frozen=True)
class Arrangement:
    """One entry a school may choose: a confirmed partnership, one carried forward, or a bare request (ARR-03).

    `partnership` is the confirmed one, or the earlier one that is carried forward.
    """

    kind: ArrangementKind
    lead_provider: LeadProvider
    delivery_partner: DeliveryPartner | None = None
    partnership: Partnership | None = None

    @property
    def value(self) -> str:
        """The form value: `partnership:{id}`, `carry_forward:{id}` or `lead_provider:{id}`, with public ids."""
        if self.partnership is None:
            return f"lead_provider:{self.lead_provider.public_id}"
        prefix = "partnership" if self.kind is ArrangementKind.CONFIRMED else "carry_forward"
        return f"{prefix}:{self.partnership.public_id}"

    @property
    def words(self) -> str:
        """The lead provider's name, and the delivery partner's where there is one."""
        partner = self.delivery_partner
        return f"{self.lead_provider.name} and {partner.name}" if partner else self.lead_provider.name

    @property
    def year_from(self) -> Year | None:
        """The year a carried-forward partnership continues from; None for the other kinds."""
        if self.partnership is None or self.kind is not ArrangementKind.CARRY_FORWARD:
            return None
        return self.partnership.year

    @property
    def shown(self) -> str:
        """What a draft keeps of what was shown: equal exactly when lead provider, partner and kind are (ARR-08)."""
        return f"{self.value}/{self.delivery_partner.id if self.delivery_partner else ''}"


@dataclass(frozen=True)
class PreviousChoices:
    """The school's last choices, ready to be used again; `arrangement` is None when they were school-led (ARR-04)."""

    appropriate_body_id: AppropriateBodyId
    programme: TrainingProgramme
    arrangement: Arrangement | None = None


@dataclass(frozen=True)
class ProgrammeOffers:
    """What the page `programme-choices` offers beside choosing; it is shown only if there is something (RE-13)."""

    previous: PreviousChoices | None = None
    keep: Arrangement | None = None

    @property
    def any(self) -> bool:
        """Whether the page is shown at all."""
        return self.previous is not None or self.keep is not None


def selectable_lead_providers(facts: ProviderFacts, year: Year) -> tuple[LeadProvider, ...]:
    """List the lead providers contracted in a year, by name (ARR-02)."""
    chosen = (provider for provider in facts.lead_providers.values() if (provider.id, year) in facts.contracted)
    return tuple(sorted(chosen, key=lambda provider: provider.name.casefold()))


def arrangements(facts: ProviderFacts, registration: RegistrationPeriod) -> tuple[Arrangement, ...]:
    """List everything the school may choose in R; questions, summaries and the save use this alone (ARR-03).

    Existing partnerships come first, then bare requests, each by name of lead provider (RE-16).
    """
    providers = selectable_lead_providers(facts, registration.year)
    entries = [entry for provider in providers for entry in _entries(facts, provider, registration)]
    return tuple(sorted(entries, key=lambda entry: entry.kind is ArrangementKind.REQUESTED))


def _entries(facts: ProviderFacts, provider: LeadProvider, registration: RegistrationPeriod) -> list[Arrangement]:
    confirmed = _by_partner_name(_confirmed(facts, provider, registration.year))
    carried = _by_partner_name(_carry_forward(facts, provider, registration))
    return [*confirmed, *carried, *([] if confirmed else [_requested(provider)])]


def _confirmed(facts: ProviderFacts, provider: LeadProvider, year: Year) -> list[Arrangement]:
    return [
        _attached(facts, ArrangementKind.CONFIRMED, partnership)
        for partnership in _unchallenged(facts, provider.id)
        if partnership.year == year
    ]


def _carry_forward(
    facts: ProviderFacts, provider: LeadProvider, registration: RegistrationPeriod
) -> Iterator[Arrangement]:
    """Give the latest partnership of each pair that still works together and has none in R, challenged or not."""
    year = registration.year
    if registration.frozen_move:
        return
    taken = {p.delivery_partner_id for p in facts.partnerships if (p.lead_provider_id, p.year) == (provider.id, year)}
    newest_first = sorted(_unchallenged(facts, provider.id), key=_newness, reverse=True)
    for partnership in newest_first:
        partner = partnership.delivery_partner_id
        if partner not in taken and (provider.id, partner, year) in facts.paired:
            taken.add(partner)
            yield _attached(facts, ArrangementKind.CARRY_FORWARD, partnership)


def _requested(provider: LeadProvider) -> Arrangement:
    return Arrangement(ArrangementKind.REQUESTED, provider)


def _attached(facts: ProviderFacts, kind: ArrangementKind, partnership: Partnership) -> Arrangement:
    provider = facts.lead_providers[partnership.lead_provider_id]
    return Arrangement(kind, provider, facts.delivery_partners[partnership.delivery_partner_id], partnership)


def _unchallenged(facts: ProviderFacts, lead_provider_id: LeadProviderId) -> Iterator[Partnership]:
    return (p for p in facts.partnerships if p.lead_provider_id == lead_provider_id and not p.challenged)


def _by_partner_name(entries: Iterable[Arrangement]) -> list[Arrangement]:
    return sorted(entries, key=lambda entry: entry.delivery_partner.name.casefold() if entry.delivery_partner else "")


def _newness(partnership: Partnership) -> tuple[Year, datetime, int]:
    return partnership.year, partnership.reported_at, partnership.id


def _newest(entries: Iterable[Arrangement]) -> Arrangement | None:
    attached = [(entry.partnership, entry) for entry in entries if entry.partnership is not None]
    return max(attached, key=lambda pair: _newness(pair[0]), default=(None, None))[1]


def _provider_in(facts: ProviderFacts, lead_provider_id: LeadProviderId | None, year: Year) -> LeadProvider | None:
    if lead_provider_id is None or (lead_provider_id, year) not in facts.contracted:
        return None
    return facts.lead_providers[lead_provider_id]


def previous_choices(
    facts: ProviderFacts, registration: RegistrationPeriod, *, last_body_selectable: bool
) -> PreviousChoices | None:
    """Offer the school's last choices again, if its appropriate body, R and its partnerships allow it (ARR-04)."""
    last = facts.last_choices
    if last is None or not last_body_selectable:
        return None
    if last.programme is TrainingProgramme.SCHOOL_LED:
        return PreviousChoices(last.appropriate_body_id, last.programme)
    arrangement = previous_arrangement(facts, registration) if facts.provider_led_offered else None
    return PreviousChoices(last.appropriate_body_id, last.programme, arrangement) if arrangement is not None else None


def previous_arrangement(facts: ProviderFacts, registration: RegistrationPeriod) -> Arrangement | None:
    """Find what using the school's last lead provider again means in R, if anything (ARR-05, ARR-06)."""
    last = facts.last_choices
    provider = _provider_in(facts, last.lead_provider_id if last is not None else None, registration.year)
    if provider is None:
        return None
    found = _newest(_confirmed(facts, provider, registration.year)) or _newest(
        _carry_forward(facts, provider, registration)
    )
    if found is None and _was_requested(facts, provider, registration):
        return _requested(provider)
    return found


def _was_requested(facts: ProviderFacts, provider: LeadProvider, registration: RegistrationPeriod) -> bool:
    requests = (request for request in facts.requests if request.lead_provider_id == provider.id)
    if registration.frozen_move:
        return any(request.year == registration.year for request in requests)
    return any(request.started_on <= registration.period.finished_on for request in requests)


def reuse_lost(
    facts: ProviderFacts, registration: RegistrationPeriod, *, last_body_selectable: bool
) -> ReuseLost | None:
    """Say why last choices are not offered again; None if they are, or there are none (ARR-05, RE-14, M-23)."""
    last = facts.last_choices
    if last is None or previous_choices(facts, registration, last_body_selectable=last_body_selectable) is not None:
        return None
    if not last_body_selectable:
        return ReuseLost.APPROPRIATE_BODY_CLOSED
    if last.lead_provider_id is None or (last.lead_provider_id, registration.year) not in facts.contracted:
        return ReuseLost.LEAD_PROVIDER_NOT_CONTRACTED
    return ReuseLost.PAIR_ENDED if ended_pair(facts, registration) is not None else ReuseLost.NOTHING_TO_CONTINUE


def ended_pair(facts: ProviderFacts, registration: RegistrationPeriod) -> Partnership | None:
    """Find the school's newest partnership with its last lead provider if that pair does not work together in R."""
    last = facts.last_choices
    if last is None or last.lead_provider_id is None:
        return None
    newest = max(_unchallenged(facts, last.lead_provider_id), key=_newness, default=None)
    if newest is None:
        return None
    still_paired = (newest.lead_provider_id, newest.delivery_partner_id, registration.year) in facts.paired
    return None if still_paired else newest


def provider_to_tell(
    facts: ProviderFacts, registration: RegistrationPeriod, chosen: Arrangement | None, *, last_body_selectable: bool
) -> LeadProviderId | None:
    """Find the last lead provider if its pair has ended for R and another choice, or none, was made (M-23)."""
    lost = reuse_lost(facts, registration, last_body_selectable=last_body_selectable)
    if facts.last_choices is None or lost is not ReuseLost.PAIR_ENDED:
        return None
    last = facts.last_choices.lead_provider_id
    return None if chosen is not None and chosen.lead_provider.id == last else last


def values_naming(facts: ProviderFacts, lead_provider_id: LeadProviderId | None) -> set[str]:
    """List every form value that names a lead provider, as a whole or by an arrangement with it (PER-30)."""
    if lead_provider_id is None:
        return set()
    provider = facts.lead_providers[lead_provider_id]
    theirs = [p.public_id for p in facts.partnerships if p.lead_provider_id == provider.id]
    of_partnerships = {f"{kind}:{public_id}" for kind in ("partnership", "carry_forward") for public_id in theirs}
    return {str(provider.public_id), f"lead_provider:{provider.public_id}"} | of_partnerships


def keep_current_lead_provider(
    facts: ProviderFacts, registration: RegistrationPeriod, latest: Training | None
) -> Arrangement | None:
    """Offer an ECT's present lead provider, given their latest training anywhere (ARR-07).

    First the present delivery partner, then the newest, confirmed before carried forward before a request.
    """
    if latest is None or not latest.provider_led or not facts.provider_led_offered:
        return None
    provider = _provider_in(facts, latest.lead_provider_id, registration.year)
    if provider is None:
        return None
    for entries in (_confirmed(facts, provider, registration.year), [*_carry_forward(facts, provider, registration)]):
        if entries:
            return _with_partner(entries, latest.delivery_partner_id) or _newest(entries)
    return _requested(provider)


def _with_partner(entries: Iterable[Arrangement], partner: DeliveryPartnerId | None) -> Arrangement | None:
    return next((entry for entry in entries if entry.delivery_partner and entry.delivery_partner.id == partner), None)


def programme_offers(
    facts: ProviderFacts, registration: RegistrationPeriod, latest: Training | None, *, last_body_selectable: bool
) -> ProgrammeOffers:
    """Say what the programme question offers; keeping is left out when it equals the previous choices (ARR-07)."""
    previous = previous_choices(facts, registration, last_body_selectable=last_body_selectable)
    keep = keep_current_lead_provider(facts, registration, latest)
    if previous is not None and previous.arrangement == keep:
        keep = None
    return ProgrammeOffers(previous, keep)


def chosen(offers: Iterable[Arrangement], value: str) -> Arrangement | None:
    """Find the offer a posted value names; anything else is None (ARR-03, GEN-06)."""
    return next((offer for offer in offers if offer.value == value), None)


def still_holds(shown: str, now: Arrangement | None) -> bool:
    """Tell whether a stored choice still means what was shown; a better offer is a different one too (ARR-08)."""
    return now is not None and now.shown == shown


def mentor_arrangement(
    facts: ProviderFacts, year: Year, lead_provider_id: LeadProviderId, ect_partnership_id: SchoolPartnershipId | None
) -> Arrangement:
    """Find a mentor's arrangement with a lead provider in R, never carried forward (ARR-11)."""
    provider = facts.lead_providers[lead_provider_id]
    confirmed = _confirmed(facts, provider, year)
    shared = (entry for entry in confirmed if entry.partnership and entry.partnership.id == ect_partnership_id)
    return next(shared, None) or _newest(confirmed) or _requested(provider)
