"""What every registration needs to know about the person and the school, loaded before it is walked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.db.documents import NOTHING, together
from app.db.reference import VERSION
from app.registration.queries import KnownPerson, OtherDraft, other_draft_wanted, person_and_address
from app.teachers import snapshot as snapshots
from app.teachers.rules import teaching_record_name
from app.terms import DraftKind, SchoolKind
from app.training.queries import kept_market, providers_of, providers_wanted
from app.values import Invalid, parse_email

if TYPE_CHECKING:
    from datetime import date

    from app.db.documents import Wanted
    from app.drafts.store import Draft
    from app.policy import Policy
    from app.schools.rules import SchoolLevel
    from app.teachers.snapshot import Snapshot
    from app.terms import TRN, IdentityMatch, Role, SchoolId
    from app.training.periods import Calendar
    from app.training.queries import SchoolProviders
    from app.web.session import Here


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


async def registration_facts(draft: Draft, here: Here, *, provider_led_offered: bool) -> tuple[dict[str, Any], str]:
    """Return the fields of `RegistrationFacts` but for the registration itself, and the version of reference data.

    Everything of the school is read in one statement, and everything about the person in another.
    """
    matched, taken = await _matched(draft, here.today)
    version, other, rows = await together(VERSION, _other_draft(draft, matched), providers_wanted(here.school.id))
    market = await kept_market.at(version)
    fields = {
        "today": here.today,
        "policy": here.policy,
        "calendar": here.calendar,
        "school": _school(here),
        "lookup_step": draft.lookup_step,
        "trn": draft.trn,
        "matched": matched,
        "other_draft": other,
        "email_taken": taken,
        "providers": providers_of(rows, market, provider_led_offered=provider_led_offered),
    }
    return fields, version


def _school(here: Here) -> SchoolHere:
    school = here.school
    return SchoolHere(school.id, school.name, SchoolKind(school.kind), here.level, school.district_code)


async def _matched(draft: Draft, today: date) -> tuple[Matched | None, bool]:
    """Return who was matched, and whether the address given for them is somebody else's."""
    if draft.trn is None or draft.identity_match is None or draft.trs_snapshot is None:
        return None, False
    known, taken = await person_and_address(draft.trn, _address(draft), today)
    return Matched(draft.trn, draft.identity_match, snapshots.from_dict(draft.trs_snapshot), known), taken


def _address(draft: Draft) -> str | None:
    form = draft.answers.get("email-address")
    if form is None:
        return None
    try:
        return parse_email(form)
    except Invalid:
        return None


def _other_draft(draft: Draft, matched: Matched | None) -> Wanted[Any]:
    if matched is None:
        return NOTHING
    return other_draft_wanted(draft.school_id, matched.trn, draft.kind.value, draft.id)
