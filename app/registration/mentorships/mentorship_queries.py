"""Reads for assigning mentors: the ECTs of a school who may need one, and its mentors, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from app.db.documents import document
from app.registration.mentorships.mentorship_rules import MentoredECT, PossibleMentor, why_not_mentor
from app.registration.mentorships.placing import NewMentorship
from app.registration.people.ect_facts import PersonName
from app.registration.people.school_queries import INDUCTION, STAY
from app.teachers.rules import fold
from app.terms import TRN
from app.training.mentor_training import ECTToMentor, MentorHistory
from app.training.periods import EarlierMentorship
from app.training.queries import TRAINING, TRAINING_JOINS
from app.training.rules import Training, decisive_training

if TYPE_CHECKING:
    from datetime import date

    from app.registration.rules import Mentorship
    from app.terms import SchoolId


@dataclass(frozen=True)
class ECTHere:
    """An ECT of a school with the mentorships and training of this stay.

    mentors: who mentors in each mentorship; earlier: every mentorship so far, at any school, with the days declared
    on that mentor's training (SCD-03).
    """

    mentored: MentoredECT
    public_id: UUID
    trn: TRN
    name: PersonName
    mentors: dict[int, PersonName]
    trainings: tuple[Training, ...] = ()
    earlier: tuple[EarlierMentorship, ...] = ()

    @property
    def displayed(self) -> str:
        """The name shown everywhere (NAM-01)."""
        return self.name.displayed

    def mentor_of(self, mentorship: Mentorship) -> str:
        """Return the name of whoever mentors in a mentorship of this stay."""
        return self.mentors[mentorship.id].displayed

    def to_train_for(self, today: date) -> ECTToMentor:
        """Return what a mentor's training takes from this ECT (MFT-03)."""
        return ECTToMentor(decisive_training(self.trainings, today), self.earlier)


@dataclass(frozen=True)
class MentorHere:
    """A mentor of a school, with their training as a mentor at every school."""

    mentor: PossibleMentor
    public_id: UUID
    trn: TRN
    name: PersonName
    history: MentorHistory

    @property
    def displayed(self) -> str:
        """The name shown everywhere (NAM-01)."""
        return self.name.displayed


@dataclass(frozen=True)
class Mentoring:
    """The ECTs and mentors of a school whose registration stands and who are there, or left lately."""

    ects: tuple[ECTHere, ...] = ()
    mentors: tuple[MentorHere, ...] = ()

    def ect(self, public_id: UUID) -> ECTHere | None:
        """Find an ECT."""
        return next((ect for ect in self.ects if ect.public_id == public_id), None)

    def mentor(self, public_id: UUID) -> MentorHere | None:
        """Find a mentor."""
        return next((mentor for mentor in self.mentors if mentor.public_id == public_id), None)

    def mentors_for(self, ect: ECTHere, today: date) -> tuple[MentorHere, ...]:
        """Return who can become an ECT's mentor, by name (PER-61)."""
        found = (m for m in self.mentors if why_not_mentor(ect.mentored, m.mentor, today) is None)
        return tuple(sorted(found, key=lambda m: (fold(m.displayed), m.mentor.stay.id)))

    def ects_for(self, mentor: MentorHere, today: date) -> tuple[ECTHere, ...]:
        """Return whom a mentor can be given, those without a mentor first, then by name (AM-06, PER-61)."""
        found = (e for e in self.ects if why_not_mentor(e.mentored, mentor.mentor, today) is None)
        return tuple(sorted(found, key=lambda e: (e.mentored.present(today) is not None, *_by_name(e))))

    def without_mentor(self, today: date) -> tuple[ECTHere, ...]:
        """Return the ECTs in progress whom nobody mentors or will mentor, by name."""
        found = (e for e in self.ects if e.mentored.assignable(today) and e.mentored.present(today) is None)
        return tuple(sorted(found, key=_by_name))

    def mentored_by(self, mentor: MentorHere, today: date) -> tuple[ECTHere, ...]:
        """Return the ECTs in progress whom somebody mentors now or later."""
        return tuple(
            ect
            for ect in self.ects
            if ect.mentored.assignable(today)
            and any(m.period.is_open(today) and m.mentor_stay_id == mentor.mentor.stay.id for m in ect.mentored.kept)
        )


def new_mentorship(ect: ECTHere, mentor: MentorHere, started_on: date) -> NewMentorship:
    """Return the mentorship of two people of a school from a day on."""
    return NewMentorship(ect.mentored, ect.displayed, mentor.mentor, mentor.displayed, started_on)


def _by_name(ect: ECTHere) -> tuple[str, int]:
    return fold(ect.displayed), ect.mentored.stay.id


def earlier_mentorships(ect: str) -> str:
    """Return SQL for every mentorship of an ECT so far, with the days declared on that mentor's training (SCD-03).

    ect: SQL for the ECT's teacher id. The shape is that of `EarlierMentorship`.
    """
    return f"""(SELECT coalesce(json_agg(json_build_object('mentor', m.mentor_teacher_id,
            'period', json_build_object('started_on', m.started_on, 'finished_on', m.finished_on),
            'declared_on', (SELECT coalesce(json_agg(d.declared_on), '[]') FROM declaration d
                JOIN across_schools.training_of(m.mentor_teacher_id) tp ON tp.id = d.training_period_id
                WHERE tp.role = 'mentor' AND d.voided_at IS NULL))), '[]')
            FROM across_schools.mentorships_of({ect}) m WHERE m.cancelled_at IS NULL)"""  # noqa: S608 - constants


def _name(teacher: str) -> str:
    columns = ("trs_first_name", "trs_last_name", "corrected_name")
    parts = ", ".join(f"'{column}', {teacher}.{column}" for column in columns)
    return f"json_build_object({parts})"


LATELY = 31
"""So many days after their last one people are still read, to say of a stale choice why it is none any more."""

ECTS = f"""SELECT coalesce(json_agg(json_build_object(
        'mentored', json_build_object('stay', {STAY}, 'teacher_id', e.teacher_id, 'induction', {INDUCTION},
            'mentorships', (SELECT coalesce(json_agg(json_build_object('id', m.id, 'started_on', m.started_on,
                'finished_on', m.finished_on, 'cancelled', m.cancelled_at IS NOT NULL,
                'ect_stay_id', m.ect_at_school_period_id, 'mentor_stay_id', m.mentor_at_school_period_id,
                'mentor_teacher_id', m.mentor_teacher_id)), '[]')
                FROM mentorship_period m WHERE m.ect_at_school_period_id = e.id)),
        'public_id', e.public_id, 'trn', t.trn, 'name', {_name("t")},
        'mentors', (SELECT coalesce(json_object_agg(m.id, {_name("who")}), '{{}}')
            FROM mentorship_period m JOIN teacher who ON who.id = m.mentor_teacher_id
            WHERE m.ect_at_school_period_id = e.id),
        'trainings', (SELECT coalesce(json_agg({TRAINING}), '[]') FROM training_period tp {TRAINING_JOINS}
            WHERE tp.ect_at_school_period_id = e.id),
        'earlier', {earlier_mentorships("e.teacher_id")}
        ) ORDER BY e.id), '[]')
    FROM ect_at_school_period e JOIN teacher t ON t.id = e.teacher_id
    WHERE e.school_id = $1 AND e.removed_at IS NULL AND coalesce(e.finished_on, 'infinity') >= $2::date - {LATELY}"""  # noqa: S608 - constants
MENTORS = f"""SELECT coalesce(json_agg(json_build_object(
        'mentor', json_build_object('stay', json_build_object('id', e.id, 'school_id', e.school_id,
            'started_on', e.started_on, 'finished_on', e.finished_on, 'removed', false), 'teacher_id', e.teacher_id),
        'public_id', e.public_id, 'trn', t.trn, 'name', {_name("t")},
        'history', json_build_object('teacher_id', t.id, 'ineligible_reason', t.mentor_ineligible_reason,
            'ineligible_on', t.mentor_ineligible_on, 'trainings', (SELECT coalesce(json_agg({TRAINING}), '[]')
                FROM across_schools.training_of(t.id) tp {TRAINING_JOINS} WHERE tp.role = 'mentor')))
        ORDER BY t.search_name, e.id), '[]')
    FROM mentor_at_school_period e JOIN teacher t ON t.id = e.teacher_id
    WHERE e.school_id = $1 AND e.removed_at IS NULL AND coalesce(e.finished_on, 'infinity') >= $2::date - {LATELY}"""  # noqa: S608 - constants
MENTORING = f"SELECT json_build_object('ects', ({ECTS}), 'mentors', ({MENTORS}))"


async def mentoring_at(school_id: SchoolId, today: date) -> Mentoring:
    """Return who can be assigned to whom at a school."""
    return await document(Mentoring, MENTORING, school_id, today) or Mentoring()
