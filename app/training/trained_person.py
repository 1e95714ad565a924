"""What a lead provider's act on somebody's training has to know, read under the person's lock (API-13.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.db.documents import document
from app.db.engine import fetch_one
from app.events.record import About
from app.teachers.locks import lock_teachers
from app.terms import DeliveryPartnerId, LeadProviderId, MentorAtSchoolId, Role, TeacherId, UserId, Year
from app.training.provider_acts import Held, Refusal, Standing, Unreadable, held_by, refused
from app.training.queries import TRAINING, TRAINING_JOINS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.terms import ECTAtSchoolId, SchoolId, SchoolPartnershipId

PERSON = f"""
    SELECT json_build_object('teacher_id', t.id, 'role', $2::text,
        'name', coalesce(t.corrected_name, btrim(concat_ws(' ', nullif(t.trs_first_name, '.'),
            nullif(t.trs_last_name, '.')))),
        'frozen_year', CASE $2::text WHEN 'ect' THEN t.ect_payments_frozen_year ELSE t.mentor_payments_frozen_year END,
        'completed_on', CASE $2::text WHEN 'mentor' THEN t.mentor_ineligible_on ELSE coalesce(
            (SELECT i.finished_on FROM induction_period i WHERE i.teacher_id = t.id AND i.outcome IS NOT NULL),
            t.trs_induction_completed_date) END,
        'trainings', (SELECT coalesce(json_agg(json_build_object('training', {TRAINING},
            'stay', json_build_object('started_on', coalesce(e.started_on, m.started_on),
                'finished_on', coalesce(e.finished_on, m.finished_on)),
            'continues_stay_id', coalesce(e.continues_stay_id, m.continues_stay_id),
            'finished_on_before_stop', tp.finished_on_before_stop) ORDER BY tp.started_on, tp.id), '[]')
            FROM training_period tp {TRAINING_JOINS}
            LEFT JOIN ect_at_school_period e ON e.id = tp.ect_at_school_period_id
            LEFT JOIN mentor_at_school_period m ON m.id = tp.mentor_at_school_period_id
            WHERE tp.teacher_id = t.id AND tp.role = $2::text AND tp.cancelled_at IS NULL
                AND coalesce(e.removed_at, m.removed_at) IS NULL))
    FROM teacher t WHERE t.id = $1"""  # noqa: S608 - constants


@dataclass(frozen=True)
class TrainedPerson:
    """Somebody in one role, with every training that counts; `frozen_year` is the one remembered (CP-10)."""

    teacher_id: TeacherId
    role: Role
    name: str
    trainings: tuple[Held, ...]
    frozen_year: Year | None = None
    completed_on: date | None = None

    @property
    def standing(self) -> Standing:
        """How they stand in this role (API-13.10, rows 7 and 8)."""
        return Standing(self.role, self.completed_on, self.frozen_year)


@dataclass(frozen=True)
class ActOn:
    """Whose training an act is about, and the confirmed one with the lead provider that starts last: T."""

    person: TrainedPerson
    held: Held


async def act_on(
    teacher_id: TeacherId,
    role: Role | Unreadable,
    lead_provider_id: LeadProviderId,
    field_refusals: Iterable[Refusal | None] = (),
) -> ActOn:
    """Lock a person and return what a lead provider acts on; raises Refused, with what else is wrong (API-13.1).

    Code `blank` when no role was named, `no_training` when the lead provider has none confirmed in it.
    """
    await lock_teachers([teacher_id])
    if isinstance(role, Unreadable):
        raise refused([Refusal("course_identifier", "blank"), *field_refusals])
    person = await document(TrainedPerson, PERSON, teacher_id, role.value)
    held = held_by(person.trainings, lead_provider_id) if person else None
    if person is None or held is None:
        raise refused([Refusal("course_identifier", "no_training"), *field_refusals])
    return ActOn(person, held)


@dataclass(frozen=True)
class Named:
    """The names around one training, and who registered the person."""

    lead_provider: str
    delivery_partner_id: DeliveryPartnerId
    delivery_partner: str
    registered_by_user_id: UserId | None
    stay_public_id: str
    ect_at_school_period_id: ECTAtSchoolId | None
    mentor_at_school_period_id: MentorAtSchoolId | None
    school_id: SchoolId
    lead_provider_id: LeadProviderId
    school_partnership_id: SchoolPartnershipId

    @property
    def record(self) -> str:
        """The page of the person's record, at its training."""
        people = "ects" if self.ect_at_school_period_id else "mentors"
        return f"/school/{people}/{self.stay_public_id}"

    def about(self, teacher_id: TeacherId, training_period_id: int) -> About:
        """Return what an event about a training of this stay is about."""
        return About(
            school_id=self.school_id,
            teacher_id=teacher_id,
            ect_at_school_period_id=self.ect_at_school_period_id,
            mentor_at_school_period_id=self.mentor_at_school_period_id,
            training_period_id=training_period_id,
            school_partnership_id=self.school_partnership_id,
            lead_provider_id=self.lead_provider_id,
            delivery_partner_id=self.delivery_partner_id,
        )


async def names_around(training_period_id: int) -> Named:
    """Return the names around a confirmed training; raises LookupError when there is none."""
    row = await fetch_one(
        """SELECT lp.name AS lead_provider, dp.id AS delivery_partner_id, dp.name AS delivery_partner,
            coalesce(e.registered_by_user_id, m.registered_by_user_id) AS registered_by_user_id,
            coalesce(e.public_id, m.public_id)::text AS stay_public_id, tp.ect_at_school_period_id,
            tp.mentor_at_school_period_id, tp.school_id, tp.lead_provider_id, tp.school_partnership_id
        FROM training_period tp JOIN school_partnership sp ON sp.id = tp.school_partnership_id
            JOIN lead_provider lp ON lp.id = tp.lead_provider_id
            JOIN delivery_partner dp ON dp.id = sp.delivery_partner_id
            LEFT JOIN ect_at_school_period e ON e.id = tp.ect_at_school_period_id
            LEFT JOIN mentor_at_school_period m ON m.id = tp.mentor_at_school_period_id
        WHERE tp.id = $1""",
        training_period_id,
    )
    if row is None:
        raise LookupError("no such confirmed training")
    return Named(**dict(row))
