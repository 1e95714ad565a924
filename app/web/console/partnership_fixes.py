"""What staff can put right about a school's partnerships: add one, challenge one for it, undo that (FIX-16, FIX-17)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.registration.partnerships.partnership_queries import partnerships
from app.registration.registering.start_dates import day_in_words
from app.terms import ChallengeReason, Year
from app.training.add_partnership import AddPartnership, add_partnership
from app.training.challenge_partnership import ChallengePartnership, challenge_partnership
from app.training.challenges import CannotUndo
from app.training.periods import academic_year
from app.training.queries import school_providers
from app.training.undo_challenge import UndoChallenge, undo_challenge
from app.values import Invalid, parse_both, parse_choice
from app.web.console.fixes import Field, Fix, NotPossible

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from app.console.school_queries import SchoolFile
    from app.policy import Policy
    from app.registration.partnerships.partnership_facts import PartnershipShown
    from app.terms import Actor, LeadProviderId, SchoolId
    from app.training.arrangements import DeliveryPartner, LeadProvider, ProviderFacts
    from app.values import Form
    from app.web.console.fixes import Circumstances

NEEDS_TICKET = "the last day to say so has passed, so a ticket number is needed"


@dataclass(frozen=True)
class Pairs:
    """What a partnership can be made of."""

    school_id: SchoolId
    facts: ProviderFacts

    @property
    def years(self) -> dict[str, str]:
        """The academic years in which somebody has a contract, the newest first."""
        years = sorted({year for _, year in self.facts.contracted}, reverse=True)
        return {str(year): academic_year(year) for year in years}

    @property
    def lead_providers(self) -> dict[str, LeadProvider]:
        """Lead providers with a contract, by name."""
        contracted = {provider for provider, _ in self.facts.contracted}
        found = (provider for provider in self.facts.lead_providers.values() if provider.id in contracted)
        return {str(one.public_id): one for one in sorted(found, key=lambda one: one.name.casefold())}

    @property
    def delivery_partners(self) -> dict[str, DeliveryPartner]:
        """Delivery partners who work with anybody, by name: their names are all different."""
        paired = {partner for _, partner, _ in self.facts.paired}
        found = (partner for partner in self.facts.delivery_partners.values() if partner.id in paired)
        return {one.name: one for one in sorted(found, key=lambda one: one.name.casefold())}


async def _pairs(school: SchoolFile, _circumstances: Circumstances) -> Pairs:
    return Pairs(school.id, (await school_providers(school.id, provider_led_offered=True)).facts)


def _addition(form: Form, pairs: Pairs) -> AddPartnership:
    def year_and_provider() -> tuple[Year, LeadProviderId]:
        year, provider = parse_both(
            lambda: parse_choice(form, "year", list(pairs.years), "Select the academic year"),
            lambda: parse_choice(form, "lead_provider", list(pairs.lead_providers), "Select the lead provider"),
        )
        return Year(int(year)), pairs.lead_providers[provider].id

    (year, provider), partner = parse_both(
        year_and_provider,
        lambda: parse_choice(form, "delivery_partner", list(pairs.delivery_partners), "Select the delivery partner"),
    )
    return AddPartnership(pairs.school_id, provider, pairs.delivery_partners[partner].id, year)


@dataclass(frozen=True)
class Challengeables:
    """The partnerships of a school that one of the two can be done with, by public id."""

    school_id: SchoolId
    partnerships: Mapping[str, PartnershipShown]
    policy: Policy
    today: date

    @property
    def choices(self) -> dict[str, str]:
        """Each by year and names, with what is needed after its last day."""
        return {key: self.words(one) for key, one in self.partnerships.items()}

    def words(self, one: PartnershipShown) -> str:
        """Return a partnership as an option."""
        return f"{one.academic_year}: {one.name}" + (f" ({NEEDS_TICKET})" if self.is_late(one) else "")

    def is_late(self, one: PartnershipShown) -> bool:
        """Tell whether the school itself could not do it any more (CHL-01)."""
        return self.today > one.last_day(self.policy)

    def parse(self, form: Form) -> PartnershipShown:
        """Return the partnership chosen; raises Invalid, also without the ticket that is needed (FIX-17)."""
        one = self.partnerships[
            parse_choice(form, "partnership", list(self.partnerships), "Select which partnership it is about")
        ]
        if self.is_late(one) and not form.get("ticket", "").strip():
            last_day = day_in_words(one.last_day(self.policy))
            raise Invalid(ticket=f"Enter a ticket number: the last day to say so was {last_day}")
        return one


async def _to_challenge(school: SchoolFile, circumstances: Circumstances) -> Challengeables:
    found = await partnerships(school.id, circumstances.today)
    open_to_it = {str(one.public_id): one for one in found if not one.challenged and not one.declared}
    if not open_to_it:
        raise NotPossible("No partnership of the school can be challenged: each is challenged or has declarations.")
    return Challengeables(school.id, open_to_it, circumstances.policy, circumstances.today)


async def _to_undo(school: SchoolFile, circumstances: Circumstances) -> Challengeables:
    today, policy = circumstances.today, circumstances.policy
    found = [one for one in await partnerships(school.id, today) if one.challenged]
    open_to_it = {
        str(one.public_id): one for one in found if one.cannot_undo(today, policy) is not CannotUndo.REPORTED_AGAIN
    }
    if not open_to_it:
        again = "The lead provider has reported the school again since the challenge."
        raise NotPossible(again if found else "No partnership of the school is challenged.")
    return Challengeables(school.id, open_to_it, policy, today)


def _challenge(form: Form, facts: Challengeables) -> tuple[ChallengePartnership, Policy]:
    one, reason = parse_both(
        lambda: facts.parse(form),
        lambda: parse_choice(form, "challenge_reason", list(ChallengeReason), "Select why it is wrong"),
    )
    return ChallengePartnership(facts.school_id, one.id, ChallengeReason(reason), late=True), facts.policy


async def _challenged(command: tuple[ChallengePartnership, Policy], actor: Actor, today: date) -> None:
    challenge, policy = command
    await challenge_partnership(challenge, actor, today, policy)


def _undo(form: Form, facts: Challengeables) -> tuple[UndoChallenge, Policy]:
    return UndoChallenge(facts.school_id, facts.parse(form).id, late=True), facts.policy


async def _undone(command: tuple[UndoChallenge, Policy], actor: Actor, today: date) -> None:
    undo, policy = command
    await undo_challenge(undo, actor, today, policy)


WHICH = Field("partnership", "Which partnership?", "radios")
FIXES: tuple[Fix[SchoolFile, Any], ...] = (
    Fix(
        "FIX-16",
        "add-partnership",
        "Add a partnership",
        load=_pairs,
        parse=_addition,
        run=add_partnership,
        choices=lambda pairs: {
            "year": pairs.years,
            "lead_provider": {key: one.name for key, one in pairs.lead_providers.items()},
            "delivery_partner": {key: one.name for key, one in pairs.delivery_partners.items()},
        },
        done="The partnership is added",
        fields=(
            Field("year", "Academic year", "radios"),
            Field("lead_provider", "Lead provider", "select"),
            Field("delivery_partner", "Delivery partner", "select"),
        ),
    ),
    Fix(
        "FIX-17",
        "challenge-partnership",
        "Challenge a partnership for the school",
        load=_to_challenge,
        parse=_challenge,
        run=_challenged,
        choices=lambda facts: {
            "partnership": facts.choices,
            "challenge_reason": {reason.value: reason.words for reason in ChallengeReason},
        },
        done="The partnership is challenged",
        fields=(WHICH, Field("challenge_reason", "Why is it wrong, in the words of the school?", "radios")),
    ),
    Fix(
        "FIX-17",
        "undo-challenge",
        "Undo a challenge for the school",
        load=_to_undo,
        parse=_undo,
        run=_undone,
        choices=lambda facts: {"partnership": facts.choices},
        done="The challenge is undone",
        fields=(WHICH,),
    ),
)
