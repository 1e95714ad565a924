"""What every registration needs to know about the person and the school, loaded before it is walked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.registration.queries import KnownPerson, OtherDraft, email_in_use, other_draft, person
from app.teachers import snapshot as snapshots
from app.teachers.rules import teaching_record_name
from app.terms import DraftKind, SchoolKind
from app.values import Invalid, parse_email

if TYPE_CHECKING:
    from datetime import date

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


async def person_facts(draft: Draft, here: Here) -> dict[str, Any]:
    """Return the fields of `RegistrationFacts` but for the registration itself and its lead providers."""
    matched = await _matched(draft)
    return {
        "today": here.today,
        "policy": here.policy,
        "calendar": here.calendar,
        "school": _school(here),
        "lookup_step": draft.lookup_step,
        "trn": draft.trn,
        "matched": matched,
        "other_draft": await _other_draft(draft, matched),
        "email_taken": await _email_taken(draft, matched, here.today),
    }


def _school(here: Here) -> SchoolHere:
    school = here.school
    return SchoolHere(school.id, school.name, SchoolKind(school.kind), here.level, school.district_code)


async def _matched(draft: Draft) -> Matched | None:
    if draft.trn is None or draft.identity_match is None or draft.trs_snapshot is None:
        return None
    return Matched(draft.trn, draft.identity_match, snapshots.from_dict(draft.trs_snapshot), await person(draft.trn))


async def _other_draft(draft: Draft, matched: Matched | None) -> OtherDraft | None:
    if matched is None:
        return None
    return await other_draft(draft.school_id, matched.trn, draft.kind.value, draft.id)


async def _email_taken(draft: Draft, matched: Matched | None, today: date) -> bool:
    form = draft.answers.get("email-address")
    if matched is None or form is None:
        return False
    try:
        return await email_in_use(parse_email(form), matched.trn, today)
    except Invalid:
        return False
