"""Reads about one person across schools, for the decisions of a registration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from app.db.documents import Wanted, document
from app.db.reference import Kept
from app.db.shown_names import shown_to_schools
from app.db.sight import across_schools
from app.db.survivors import survivors
from app.registration.registering.appropriate_bodies import AppropriateBody
from app.registration.rules import ECTStay, Induction, InductionRecord, Mentorship, MentorStay, PersonFound
from app.teachers.rules import display_name
from app.terms import TRN, MentorIneligibleReason, SchoolId, TeacherId, UserId, Year
from app.training.mentor_training import MentorHistory
from app.training.queries import TRAINING, TRAINING_JOINS
from app.training.rules import Training

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.teachers.snapshot import Snapshot


@dataclass(frozen=True)
class TeacherRow:
    """A known teacher, as far as a registration needs them."""

    id: TeacherId
    public_id: UUID
    trs_first_name: str
    trs_last_name: str
    corrected_name: str | None = None
    trs_induction_start_date: date | None = None
    ect_first_eligible: bool = False
    ect_payments_frozen_year: Year | None = None
    mentor_payments_frozen_year: Year | None = None
    mentor_ineligible_on: date | None = None
    mentor_ineligible_reason: MentorIneligibleReason | None = None


@dataclass(frozen=True)
class StayDetails:
    """What the step `registered-before` shows of an earlier stay, and who is told of a transfer (RE-09, M-05)."""

    stay_id: int
    public_id: UUID
    school_id: SchoolId
    school_name: str
    appropriate_body: str | None = None
    lead_provider: str | None = None
    delivery_partner: str | None = None
    programme: str | None = None
    confirmed: bool = False
    registered_by_user_id: UserId | None = None


@dataclass(frozen=True)
class KnownPerson:
    """Everything stored about one TRN, at every school; empty for somebody never registered."""

    teacher: TeacherRow | None = None
    ect_stays: tuple[ECTStay, ...] = ()
    mentor_stays: tuple[MentorStay, ...] = ()
    trainings: tuple[Training, ...] = ()
    mentorships: tuple[Mentorship, ...] = ()
    inductions: tuple[Induction, ...] = ()
    details: tuple[StayDetails, ...] = ()

    def found(self, snapshot: Snapshot) -> PersonFound:
        """Return the facts of the gate with what the teaching record says now (IDN-07)."""
        record = InductionRecord(snapshot.induction_status, snapshot.induction_start_date, self.inductions)
        return PersonFound(self.ect_stays, self.mentor_stays, record, snapshot.prohibited)

    @property
    def as_mentor(self) -> MentorHistory:
        """The person as a mentor so far (MFT-01)."""
        if self.teacher is None:
            return MentorHistory()
        teacher = self.teacher
        return MentorHistory(teacher.id, self.trainings, teacher.mentor_ineligible_reason, teacher.mentor_ineligible_on)

    def details_of(self, stay: ECTStay) -> StayDetails:
        """Return what is shown of an ECT stay."""
        return next(details for details in self.details if details.stay_id == stay.id)

    def shown_name(self, snapshot: Snapshot) -> str:
        """Return the name used for the person here (NAM-01)."""
        corrected = self.teacher.corrected_name if self.teacher else None
        return display_name(corrected, snapshot.first_name, snapshot.last_name)


PERSON = f"""
    SELECT json_build_object(
        'teacher', json_build_object('id', t.id, 'public_id', t.public_id, 'trs_first_name', t.trs_first_name,
            'trs_last_name', t.trs_last_name, 'corrected_name', t.corrected_name,
            'trs_induction_start_date', t.trs_induction_start_date,
            'ect_first_eligible', t.ect_first_eligible_at IS NOT NULL,
            'ect_payments_frozen_year', t.ect_payments_frozen_year,
            'mentor_payments_frozen_year', t.mentor_payments_frozen_year,
            'mentor_ineligible_on', t.mentor_ineligible_on, 'mentor_ineligible_reason', t.mentor_ineligible_reason),
        'ect_stays', (SELECT coalesce(json_agg(json_build_object('id', id, 'school_id', school_id, 'started_on',
        started_on,
            'finished_on', finished_on, 'end_reason', end_reason, 'removed', removed_at IS NOT NULL)), '[]')
            FROM ect_at_school_period WHERE teacher_id = t.id),
        'mentor_stays', (SELECT coalesce(json_agg(json_build_object('id', id, 'school_id', school_id,
            'started_on', started_on, 'finished_on', finished_on, 'removed', removed_at IS NOT NULL)), '[]')
            FROM mentor_at_school_period WHERE teacher_id = t.id),
        'trainings', (SELECT coalesce(json_agg({TRAINING}), '[]')
            FROM training_period tp {TRAINING_JOINS} WHERE tp.teacher_id = t.id),
        'mentorships', (SELECT coalesce(json_agg(json_build_object('id', id, 'started_on', started_on,
            'finished_on', finished_on, 'cancelled', cancelled_at IS NOT NULL, 'ect_stay_id', ect_at_school_period_id,
            'mentor_stay_id', mentor_at_school_period_id, 'mentor_teacher_id', mentor_teacher_id)), '[]')
            FROM mentorship_period WHERE ect_teacher_id = t.id),
        'inductions', (SELECT coalesce(json_agg(json_build_object('appropriate_body_id', appropriate_body_id,
            'started_on', started_on, 'finished_on', finished_on, 'outcome', outcome)), '[]')
            FROM induction_period WHERE teacher_id = t.id),
        'details', (SELECT coalesce(json_agg(json_build_object('stay_id', e.id, 'public_id', e.public_id,
            'school_id', e.school_id, 'school_name', s.name,
            'appropriate_body', coalesce(recorded.name, ab.name), 'registered_by_user_id', e.registered_by_user_id,
            'programme', tp.training_programme, 'lead_provider', lp.name, 'delivery_partner', dp.name,
            'confirmed', sp.id IS NOT NULL AND sp.challenged_at IS NULL)), '[]')
            FROM ect_at_school_period e JOIN school s ON s.id = e.school_id
            LEFT JOIN appropriate_body ab ON ab.id = e.school_reported_appropriate_body_id
            LEFT JOIN LATERAL (SELECT b.name FROM induction_period i JOIN appropriate_body b
                ON b.id = i.appropriate_body_id
                WHERE i.teacher_id = e.teacher_id AND i.finished_on IS NULL AND i.started_on >= e.started_on
                AND i.started_on <= coalesce(e.finished_on, 'infinity') LIMIT 1)
                recorded ON true
            LEFT JOIN LATERAL (SELECT * FROM training_period x WHERE x.ect_at_school_period_id = e.id
                AND x.cancelled_at IS NULL ORDER BY x.started_on DESC, x.id DESC LIMIT 1) tp ON true
            LEFT JOIN lead_provider lp ON lp.id = tp.lead_provider_id
            LEFT JOIN school_partnership sp ON sp.id = tp.school_partnership_id
            LEFT JOIN delivery_partner dp ON dp.id = sp.delivery_partner_id
            WHERE e.teacher_id = t.id))
    FROM teacher t WHERE t.id = {survivors("started.trn = $1")}"""  # noqa: S608 - constants

BODIES = """
    SELECT coalesce(json_agg(json_build_object('id', id, 'public_id', public_id, 'name', name, 'type', type,
        'allowed_school_kinds', allowed_school_kinds, 'active_from', active_from, 'active_to', active_to,
        'districts', districts)), '[]')
    FROM appropriate_body"""

# EML-01: an open stay, at any school, of somebody else, ignoring case.
EMAIL_IN_USE = f"""
    SELECT to_json(EXISTS (SELECT FROM across_schools.holders_of($1, $3)
        WHERE holder NOT IN {survivors("started.trn = $2::text")}))"""  # noqa: S608 - constants

# The same of the address that a draft has.
DRAFT_EMAIL_IN_USE = f"""
    SELECT to_json(EXISTS (SELECT FROM across_schools.holders_of(d.answers -> 'email-address' ->> 'email', $3)
        WHERE holder NOT IN {survivors("started.trn = d.trn")})) FROM draft d
    WHERE d.id = $1 AND d.school_id = $2 AND d.trn IS NOT NULL"""  # noqa: S608 - constants

# Another listed draft of this school for the same person and role (DRF-10).
OTHER_DRAFT = f"""
    SELECT json_build_object('id', d.id, 'started_by', {shown_to_schools("u")}, 'created_at', d.created_at)
    FROM draft mine JOIN draft d ON d.trn = mine.trn AND d.kind = mine.kind AND d.id <> mine.id
    JOIN app_user u ON u.id = d.started_by_user_id
    WHERE mine.id = $1 AND mine.school_id = $2 AND mine.identity_match IS NOT NULL
    AND d.school_id = $2 AND d.state = 'open' AND d.identity_match IS NOT NULL
    ORDER BY d.created_at, d.id LIMIT 1"""  # noqa: S608 - constants

STORED = """
    SELECT to_json(EXISTS (SELECT FROM teacher t WHERE t.trn = d.trn)) FROM draft d
    WHERE d.id = $1 AND d.school_id = $2"""


def _by_public_id(found: tuple[AppropriateBody, ...]) -> Mapping[str, AppropriateBody]:
    return {str(body.public_id): body for body in found}


kept_bodies: Kept[tuple[AppropriateBody, ...], Mapping[str, AppropriateBody]] = Kept(
    Wanted(tuple[AppropriateBody, ...], BODIES), _by_public_id
)
"""Every appropriate body, selectable or not, by the public id that forms send."""


@dataclass(frozen=True)
class OtherDraft:
    """Somebody else's, or one's own, unfinished registration of the same person."""

    id: UUID
    started_by: str
    created_at: datetime


async def person(trn: TRN) -> KnownPerson:
    """Return everything stored about a TRN, at any school, in one statement; pages show what ACC-14.3 lists.

    The TRN of a record that was merged into another finds that other (FIX-12).
    """
    with across_schools("ACC-14.3"):
        return await document(KnownPerson, PERSON, trn) or KnownPerson()


async def appropriate_bodies() -> tuple[AppropriateBody, ...]:
    """Return every appropriate body, selectable or not."""
    return tuple((await kept_bodies.now()).values())


async def email_in_use(email: str, trn: TRN, today: date) -> bool:
    """Tell whether somebody with another TRN holds the address on an open stay (EML-01)."""
    return await document(bool, EMAIL_IN_USE, email, trn, today) is True


def email_in_use_wanted(draft_id: UUID, school_id: SchoolId, today: date) -> Wanted[bool]:
    """Say how `email_in_use` is read of the person and the address that a draft of the school is about."""
    return Wanted(bool, DRAFT_EMAIL_IN_USE, (draft_id, school_id, today))


def stored_wanted(draft_id: UUID, school_id: SchoolId) -> Wanted[bool]:
    """Say how it is read whether anything is stored about the person that a draft of the school is about."""
    return Wanted(bool, STORED, (draft_id, school_id))


def other_draft_wanted(draft_id: UUID, school_id: SchoolId) -> Wanted[OtherDraft]:
    """Say how another unfinished registration of the same person and role at this school is read (DRF-10)."""
    return Wanted(OtherDraft, OTHER_DRAFT, (draft_id, school_id))
