"""One stay of an ECT or a mentor with everything inside it, as closing, restoring and removing need it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.db.documents import document
from app.events.record import About
from app.registration.people.ect_facts import PersonName
from app.registration.rules import Mentorship
from app.terms import (
    TRN,
    ConfirmationSource,
    Period,
    Role,
    SchoolId,
    StayEndReason,
    TeacherId,
    UserId,
)
from app.training.queries import TRAINING, TRAINING_JOINS
from app.training.rules import Training


@dataclass(frozen=True, kw_only=True)
class TrainingInStay(Training):
    """A training of the stay, with its lead provider's name and the source of its confirmation."""

    lead_provider: str | None = None
    confirmation_source: ConfirmationSource | None = None

    @property
    def words(self) -> str:
        """Whose training it is, in words."""
        return f"training with {self.lead_provider}" if self.lead_provider else "school-led training"


@dataclass(frozen=True, kw_only=True)
class MentorshipInStay(Mentorship):
    """A mentorship of the stay, from either side, with both people and how long each of them is there.

    succeeded: the ECT has another mentor later.
    """

    ect: PersonName
    mentor: PersonName
    ect_teacher_id: TeacherId
    ect_public_id: UUID
    mentor_public_id: UUID | None = None
    ect_finished_on: date | None = None
    ect_removed: bool = False
    mentor_finished_on: date | None = None
    mentor_removed: bool = False
    succeeded: bool = False

    def other_until(self, role: Role) -> date | None:
        """Return the last day of the other person, for somebody in a role."""
        return self.mentor_finished_on if role is Role.ECT else self.ect_finished_on

    @property
    def of_ect(self) -> About:
        """The ids of an event in the history of the ECT."""
        return About(
            teacher_id=self.ect_teacher_id,
            ect_at_school_period_id=self.ect_stay_id,
            mentor_at_school_period_id=self.mentor_stay_id,
            mentorship_period_id=self.id,
        )

    @property
    def of_mentor(self) -> About:
        """The ids of an event in the history of the mentor."""
        return About(
            teacher_id=self.mentor_teacher_id,
            ect_at_school_period_id=self.ect_stay_id,
            mentor_at_school_period_id=self.mentor_stay_id,
            mentorship_period_id=self.id,
        )


@dataclass(frozen=True)
class WholeStay:
    """A stay, whose it is and where, with every training and mentorship of it, cancelled ones included."""

    role: Role
    id: int
    public_id: UUID
    school_id: SchoolId
    school: str
    teacher_id: TeacherId
    trn: TRN
    person: PersonName
    email: str
    started_on: date
    registered_at: datetime
    trainings: tuple[TrainingInStay, ...]
    mentorships: tuple[MentorshipInStay, ...]
    finished_on: date | None = None
    end_reason: StayEndReason | None = None
    removed_at: datetime | None = None
    registered_by_user_id: UserId | None = None

    @property
    def name(self) -> str:
        """The name shown everywhere (NAM-01)."""
        return self.person.displayed

    @property
    def period(self) -> Period:
        """The days it covers, both ends included (GEN-02)."""
        return Period(self.started_on, self.finished_on)

    @property
    def about(self) -> About:
        """The ids of an event about the stay."""
        own = "ect_at_school_period_id" if self.role is Role.ECT else "mentor_at_school_period_id"
        return About(school_id=self.school_id, teacher_id=self.teacher_id, **{own: self.id})


def _name(teacher: str) -> str:
    columns = ("trs_first_name", "trs_last_name", "corrected_name")
    parts = ", ".join(f"'{column}', {teacher}.{column}" for column in columns)
    return f"json_build_object({parts})"


def _statement(role: Role) -> str:
    own, column = f"{role.value}_at_school_period", f"{role.value}_at_school_period_id"
    return f"""
    SELECT json_build_object('role', '{role.value}', 'id', s.id, 'public_id', s.public_id, 'school_id', s.school_id,
        'school', school.name, 'teacher_id', s.teacher_id, 'trn', t.trn, 'person', {_name("t")}, 'email', s.email,
        'started_on', s.started_on, 'finished_on', s.finished_on, 'end_reason', s.end_reason,
        'removed_at', s.removed_at, 'registered_by_user_id', s.registered_by_user_id, 'registered_at', s.created_at,
        'trainings', (SELECT coalesce(json_agg({TRAINING}::jsonb || jsonb_build_object('lead_provider', lp.name,
            'confirmation_source', tp.confirmation_source) ORDER BY tp.started_on, tp.id), '[]')
            FROM training_period tp {TRAINING_JOINS} LEFT JOIN lead_provider lp ON lp.id = tp.lead_provider_id
            WHERE tp.{column} = s.id),
        'mentorships', (SELECT coalesce(json_agg(json_build_object('id', m.id, 'started_on', m.started_on,
            'finished_on', m.finished_on, 'cancelled', m.cancelled_at IS NOT NULL,
            'ect_stay_id', m.ect_at_school_period_id, 'mentor_stay_id', m.mentor_at_school_period_id,
            'mentor_teacher_id', m.mentor_teacher_id, 'ect_teacher_id', m.ect_teacher_id,
            'ect', {_name("ect")}, 'mentor', {_name("mentor")}, 'ect_public_id', es.public_id,
            'mentor_public_id', ms.public_id, 'ect_finished_on', es.finished_on,
            'ect_removed', es.removed_at IS NOT NULL,
            'mentor_finished_on', ms.finished_on, 'mentor_removed', ms.removed_at IS NOT NULL,
            'succeeded', EXISTS (SELECT FROM mentorship_period later WHERE later.cancelled_at IS NULL
                AND later.ect_at_school_period_id = m.ect_at_school_period_id AND later.started_on > m.started_on))
            ORDER BY m.started_on, m.id), '[]')
            FROM mentorship_period m
            JOIN teacher ect ON ect.id = m.ect_teacher_id JOIN teacher mentor ON mentor.id = m.mentor_teacher_id
            JOIN ect_at_school_period es ON es.id = m.ect_at_school_period_id
            JOIN mentor_at_school_period ms ON ms.id = m.mentor_at_school_period_id
            WHERE m.{column} = s.id))
    FROM {own} s JOIN teacher t ON t.id = s.teacher_id JOIN school ON school.id = s.school_id
    WHERE s.id = $1"""  # noqa: S608 - constants


STATEMENTS = {role: _statement(role) for role in Role}


async def whole_stay(role: Role, stay_id: int) -> WholeStay:
    """Return a stay by its internal id; raises LookupError when there is none."""
    found = await document(WholeStay, STATEMENTS[role], stay_id)
    if found is None:
        raise LookupError(f"no stay {stay_id}")
    return found
