"""What the registration of an ECT may need to know, loaded before it is walked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.registration.queries import KnownPerson, OtherDraft, appropriate_bodies, email_in_use, other_draft, person
from app.schools.rules import programmes_for_new_ects
from app.teachers import snapshot as snapshots
from app.teachers.rules import teaching_record_name
from app.terms import DraftKind, SchoolKind, TrainingProgramme
from app.training.queries import SchoolProviders, school_providers
from app.values import Invalid, parse_email

if TYPE_CHECKING:
    from datetime import date

    from app.drafts.store import Draft
    from app.policy import Policy
    from app.registration.appropriate_bodies import AppropriateBody
    from app.schools.rules import SchoolLevel
    from app.teachers.snapshot import Snapshot
    from app.terms import TRN, IdentityMatch, SchoolId
    from app.training.periods import Calendar
    from app.web.session import Here


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


@dataclass(frozen=True)
class RegisterECTFacts:
    """Everything the journey may need to know, loaded before it is walked."""

    today: date
    policy: Policy
    calendar: Calendar
    school: SchoolHere
    providers: SchoolProviders
    bodies: tuple[AppropriateBody, ...]
    lookup_step: str | None = None
    trn: TRN | None = None
    matched: Matched | None = None
    other_draft: OtherDraft | None = None
    email_taken: bool = False


async def load_facts(draft: Draft, here: Here) -> RegisterECTFacts:
    """Load everything the journey may need to know about a draft, in a fixed number of statements."""
    matched = await _matched(draft)
    return RegisterECTFacts(
        today=here.today,
        policy=here.policy,
        calendar=here.calendar,
        school=_school(here),
        providers=await _providers(here),
        bodies=await appropriate_bodies(),
        lookup_step=draft.lookup_step,
        trn=draft.trn,
        matched=matched,
        other_draft=await _other_draft(draft, matched),
        email_taken=await _email_taken(draft, matched, here.today),
    )


def _school(here: Here) -> SchoolHere:
    school = here.school
    return SchoolHere(school.id, school.name, SchoolKind(school.kind), here.level, school.district_code)


async def _providers(here: Here) -> SchoolProviders:
    offered = TrainingProgramme.PROVIDER_LED in programmes_for_new_ects(here.level, here.policy)
    return await school_providers(here.school.id, provider_led_offered=offered)


async def _matched(draft: Draft) -> Matched | None:
    if draft.trn is None or draft.identity_match is None or draft.trs_snapshot is None:
        return None
    return Matched(draft.trn, draft.identity_match, snapshots.from_dict(draft.trs_snapshot), await person(draft.trn))


async def _other_draft(draft: Draft, matched: Matched | None) -> OtherDraft | None:
    if matched is None:
        return None
    return await other_draft(draft.school_id, matched.trn, DraftKind.REGISTER_ECT.value, draft.id)


async def _email_taken(draft: Draft, matched: Matched | None, today: date) -> bool:
    form = draft.answers.get("email-address")
    if matched is None or form is None:
        return False
    try:
        return await email_in_use(parse_email(form), matched.trn, today)
    except Invalid:
        return False
