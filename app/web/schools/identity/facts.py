"""What every registration needs to know about the person and the school, loaded before it is walked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from app.db.reference import VERSION
from app.registration.queries import (
    KnownPerson,
    OtherDraft,
    email_in_use,
    email_in_use_wanted,
    other_draft_wanted,
    person,
    stored_wanted,
)
from app.teachers import snapshot as snapshots
from app.teachers.rules import teaching_record_name
from app.terms import DraftKind, SchoolKind
from app.training.queries import kept_market, providers_of, providers_wanted

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from app.db.documents import Wanted
    from app.drafts.store import Draft
    from app.policy import Policy
    from app.schools.rules import SchoolLevel
    from app.teachers.snapshot import Snapshot
    from app.terms import TRN, IdentityMatch, Role, SchoolId
    from app.training.periods import Calendar
    from app.training.queries import ProviderRows, SchoolProviders
    from app.web.session import Here


F = TypeVar("F", bound="RegistrationFacts")


@dataclass(frozen=True)
class Registering:
    """What differs between the identity pages of the two registrations: address, slugs, and what people are called."""

    role: Role
    kind: DraftKind
    base: str
    find: str
    review: str
    who: str
    whom: str


@dataclass(frozen=True)
class SchoolHere:
    """The school that registers, as far as its choices depend on it."""

    id: SchoolId
    name: str
    kind: SchoolKind
    level: SchoolLevel
    district: str | None = None


@dataclass(frozen=True)
class Matched:
    """A person matched by two facts, and everything known about them here."""

    trn: TRN
    by: IdentityMatch
    snapshot: Snapshot
    known: KnownPerson

    @property
    def name(self) -> str:
        """The name shown before any correction in this draft (NAM-01)."""
        return self.known.shown_name(self.snapshot)

    @property
    def record_name(self) -> str:
        """The name on the teaching record."""
        return teaching_record_name(self.snapshot.first_name, self.snapshot.last_name)


@dataclass(frozen=True, kw_only=True)
class RegistrationFacts:
    """What both registrations need to know; lookup_step: the page that a look-up without a match led to."""

    registering: Registering
    today: date
    policy: Policy
    calendar: Calendar
    school: SchoolHere
    providers: SchoolProviders
    lookup_step: str | None = None
    trn: TRN | None = None
    matched: Matched | None = None
    other_draft: OtherDraft | None = None
    email_taken: bool = False


@dataclass(frozen=True)
class ReadBeside:
    """What is read together with the draft; stored: whether anything is stored about the person it is about."""

    version: str | None
    other_draft: OtherDraft | None
    providers: ProviderRows | None
    stored: bool | None
    email_taken: bool | None


def beside(draft_id: UUID, here: Here) -> tuple[Wanted[Any], ...]:
    """Say how the fields of `ReadBeside` are read."""
    school = here.school.id
    return (
        VERSION,
        other_draft_wanted(draft_id, school),
        providers_wanted(school),
        stored_wanted(draft_id, school),
        email_in_use_wanted(draft_id, school, here.today),
    )


async def registration_facts(
    draft: Draft, here: Here, read: ReadBeside, *, provider_led_offered: bool
) -> dict[str, Any]:
    """Return the fields of `RegistrationFacts` but for the registration itself.

    What is known about the person at any school takes one statement more, if anything is.
    """
    market = await kept_market.at(read.version)
    return {
        "today": here.today,
        "policy": here.policy,
        "calendar": here.calendar,
        "school": _school(here),
        "lookup_step": draft.lookup_step,
        "trn": draft.trn,
        "matched": await _matched(draft, stored=read.stored is True),
        "other_draft": read.other_draft,
        "email_taken": read.email_taken is True,
        "providers": providers_of(read.providers, market, provider_led_offered=provider_led_offered),
    }


async def with_address(facts: F, draft: Draft, here: Here) -> F:
    """Return the facts with what is known about the address that was just given (EML-01)."""
    email = draft.answers["email-address"]["email"]
    return replace(facts, email_taken=draft.trn is not None and await email_in_use(email, draft.trn, here.today))


def _school(here: Here) -> SchoolHere:
    school = here.school
    return SchoolHere(school.id, school.name, SchoolKind(school.kind), here.level, school.district_code)


async def _matched(draft: Draft, *, stored: bool) -> Matched | None:
    if draft.trn is None or draft.identity_match is None or draft.trs_snapshot is None:
        return None
    known = await person(draft.trn) if stored else KnownPerson()
    return Matched(draft.trn, draft.identity_match, snapshots.from_dict(draft.trs_snapshot), known)
