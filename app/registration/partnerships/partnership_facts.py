"""What a school sees of its partnerships: facts, the people in them, and what can still be said (journeys, §14)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from app.registration.people.ect_facts import PersonName
from app.registration.people.statuses import london_day
from app.registration.registering.start_dates import day_in_words
from app.terms import ChallengeReason, PartnershipOrigin, Role, SchoolPartnershipId, Year
from app.training.challenges import (
    CannotChallenge,
    CannotUndo,
    Challengeable,
    cannot_challenge,
    cannot_undo,
    last_challenge_day,
)
from app.training.periods import academic_year

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.policy import Policy

PEOPLE = {Role.ECT: "ects", Role.MENTOR: "mentors"}


@dataclass(frozen=True)
class InPartnership:
    """One training of somebody here that is attached to a partnership, or was requested.

    going_on: it is open and was not stopped; replaced: other training of theirs here starts later.
    """

    role: Role
    public_id: UUID
    name: PersonName
    going_on: bool = True
    replaced: bool = False
    finished_on: date | None = None

    @property
    def href(self) -> str:
        """The training on their record."""
        return f"/school/{PEOPLE[self.role]}/{self.public_id}#training"

    @property
    def change(self) -> str:
        """Where another lead provider is chosen for them."""
        return f"/school/{PEOPLE[self.role]}/{self.public_id}/change-lead-provider"


def once(people: Iterable[InPartnership]) -> tuple[InPartnership, ...]:
    """Name everybody once, by name."""
    by_stay = {person.public_id: person for person in people}
    return tuple(sorted(by_stay.values(), key=lambda person: person.name.displayed.casefold()))


@dataclass(frozen=True)
class PartnershipShown:
    """One partnership of the school.

    newer: the partnership with another partner that the lead provider reported after the challenge; ends: the pair no
    longer works together in the next academic year, which is open for registration.
    """

    id: SchoolPartnershipId
    public_id: UUID
    year: Year
    lead_provider: str
    delivery_partner: str
    origin: PartnershipOrigin
    reported_at: datetime
    people: tuple[InPartnership, ...] = ()
    challenged_at: datetime | None = None
    challenge_reason: ChallengeReason | None = None
    challenged_by: str | None = None
    checked_at: datetime | None = None
    carried_from: Year | None = None
    declared: bool = False
    newer: UUID | None = None
    ends: bool = False

    @property
    def path(self) -> str:
        """The address of its page."""
        return f"/school/partnerships/{self.public_id}"

    @property
    def name(self) -> str:
        """Lead provider and delivery partner."""
        return f"{self.lead_provider} and {self.delivery_partner}"

    @property
    def academic_year(self) -> str:
        """The year it is for, in words."""
        return academic_year(self.year)

    @property
    def challenged(self) -> bool:
        """Whether the school said that it is wrong."""
        return self.challenged_at is not None

    @property
    def source(self) -> str:
        """Where it comes from, and since when."""
        day = day_in_words(london_day(self.reported_at))
        if self.origin is PartnershipOrigin.CARRIED_FORWARD and self.carried_from is not None:
            return f"Continues from {academic_year(self.carried_from)}, since {day}"
        if self.origin is PartnershipOrigin.REPORTED:
            return f"Reported by {self.lead_provider} on {day}"
        return f"Recorded on {day}"

    @property
    def facts(self) -> Challengeable:
        """What decides about a challenge and its undoing."""
        again = self.newer is not None
        return Challengeable(self.year, self.reported_at, self.challenged, self.declared, again)

    def training(self, role: Role | None = None) -> tuple[InPartnership, ...]:
        """Name whose training in it goes on."""
        return once(person for person in self.people if person.going_on and role in {None, person.role})

    def before(self) -> tuple[InPartnership, ...]:
        """Name whose training in it is over or was stopped."""
        present = {person.public_id for person in self.training()}
        return once(person for person in self.people if person.public_id not in present)

    def moved_on(self) -> tuple[InPartnership, ...]:
        """Name who has other training since the school said that this is wrong (PT-04)."""
        if self.challenged_at is None:
            return ()
        since = london_day(self.challenged_at).toordinal() - 1
        ended = (p for p in self.before() if p.replaced and p.finished_on is not None)
        return tuple(person for person in ended if person.finished_on and person.finished_on.toordinal() >= since)

    def last_day(self, policy: Policy) -> date:
        """Return the last day on which the school can say that it is wrong (CHL-01)."""
        return last_challenge_day(self.reported_at, self.year, policy)

    def cannot_challenge(self, today: date, policy: Policy) -> CannotChallenge | None:
        """Say why it cannot be challenged; None if it can (CHL-02)."""
        return cannot_challenge(self.facts, today, policy)

    def cannot_undo(self, today: date, policy: Policy) -> CannotUndo | None:
        """Say why the challenge cannot be undone; None if it can (CHL-04)."""
        return cannot_undo(self.facts, today, policy)

    def to_check(self, today: date, policy: Policy) -> bool:
        """Tell whether the school is asked if it is right (TD-13)."""
        reported = self.origin is PartnershipOrigin.REPORTED and not self.challenged
        return reported and self.checked_at is None and today <= self.last_day(policy)


@dataclass(frozen=True)
class AskedProvider:
    """A lead provider that has not confirmed yet, for whom and since when (PT-01)."""

    lead_provider: str
    year: Year
    since: datetime
    people: tuple[InPartnership, ...]

    @property
    def academic_year(self) -> str:
        """The year it was asked for, in words."""
        return academic_year(self.year)
