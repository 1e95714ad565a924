"""What else than its ECTs makes tasks for a school: its mentors, addresses that fail, its years; one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from app.db.documents import document
from app.registration.home.to_do import Known, MentorAround
from app.registration.people.mentor_facts import ListedMentor
from app.registration.people.mentor_queries import LISTED
from app.registration.people.school_queries import TRAINING_ROWS, name_of
from app.registration.people.statuses import london_day
from app.terms import TRN, ExpectingECTs, TeacherId, Year

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.terms import SchoolId


@dataclass(frozen=True)
class Failed:
    """An address, in small letters, whose last mail with a known end did not arrive."""

    email: str
    at: datetime


@dataclass(frozen=True)
class Exemption:
    """When we learnt that somebody is exempt."""

    teacher_id: TeacherId
    at: datetime


@dataclass(frozen=True)
class YearAnswer:
    """What a school answered about one academic year (SCH-06)."""

    year: int
    expecting_ects: ExpectingECTs | None = None
    all_registered_at: datetime | None = None


@dataclass(frozen=True)
class Corrected:
    """A corrected name of somebody in an unfinished registration."""

    trn: TRN
    name: str


@dataclass(frozen=True)
class TutorContact:
    """The induction tutor as far as tasks need them."""

    name: str
    email: str


@dataclass(frozen=True)
class Report:
    """A partnership that a lead provider reported and the school has neither challenged nor found right."""

    public_id: UUID
    name: str
    year: Year
    reported_at: datetime


@dataclass(frozen=True)
class Around:
    """Everything about a school beside its ECTs."""

    mentors: tuple[MentorAround, ...] = ()
    failed: tuple[Failed, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    years: tuple[YearAnswer, ...] = ()
    corrected: tuple[Corrected, ...] = ()
    tutor: TutorContact | None = None
    reports: tuple[Report, ...] = ()
    reminders_off_until: date | None = None
    listed_mentors: tuple[ListedMentor, ...] = ()

    @property
    def known(self) -> Known:
        """What the tasks of people need to know of them."""
        failed = {address.email: london_day(address.at) for address in self.failed}
        return Known(failed, {found.teacher_id: london_day(found.at) for found in self.exemptions})

    @property
    def answers(self) -> Mapping[int, ExpectingECTs | None]:
        """What was answered for each year."""
        return {answer.year: answer.expecting_ects for answer in self.years}

    @property
    def names(self) -> Mapping[TRN, str]:
        """The corrected names of people in unfinished registrations."""
        return {person.trn: person.name for person in self.corrected}


# $1 the school, $2 today
AROUND = f"""
    WITH staying AS (
        SELECT e.email, e.teacher_id FROM ect_at_school_period e
        WHERE e.school_id = $1 AND e.removed_at IS NULL AND coalesce(e.finished_on, 'infinity') >= $2
    ), mentors AS (
        SELECT m.* FROM mentor_at_school_period m
        WHERE m.school_id = $1 AND m.removed_at IS NULL AND coalesce(m.finished_on, 'infinity') >= $2
    ), addresses AS (
        SELECT lower(email) AS email FROM staying UNION SELECT lower(email) FROM mentors
        UNION SELECT lower(email) FROM induction_tutor WHERE school_id = $1 AND ended_at IS NULL
    )
    SELECT json_build_object(
        'mentors', (SELECT coalesce(json_agg(json_build_object('public_id', m.public_id, 'name', {name_of("t")},
            'email', m.email, 'started_on', m.started_on, 'trainings',
            ({TRAINING_ROWS} WHERE tp.mentor_at_school_period_id = m.id AND tp.cancelled_at IS NULL))), '[]')
            FROM mentors m JOIN teacher t ON t.id = m.teacher_id),
        'failed', (SELECT coalesce(json_agg(json_build_object('email', a.email, 'at', last.finished_at)), '[]')
            FROM addresses a CROSS JOIN LATERAL (SELECT state, finished_at FROM message
                WHERE lower(recipient) = a.email AND state IN ('delivered', 'bounced')
                ORDER BY finished_at DESC LIMIT 1) last WHERE last.state = 'bounced'),
        'exemptions', (SELECT coalesce(json_agg(json_build_object('teacher_id', x.teacher_id, 'at', x.at)), '[]')
            FROM (SELECT e.teacher_id, max(e.recorded_at) AS at FROM event e
                WHERE e.kind = 'teacher_trs_induction_changed' AND e.teacher_id IN (SELECT s.teacher_id FROM staying s
                    JOIN teacher t ON t.id = s.teacher_id AND t.trs_induction_status = 'Exempt')
                GROUP BY e.teacher_id) x),
        'years', (SELECT coalesce(json_agg(json_build_object('year', y.contract_period_year,
            'expecting_ects', y.expecting_ects, 'all_registered_at', y.all_registered_at)), '[]')
            FROM school_year y WHERE y.school_id = $1),
        'corrected', (SELECT coalesce(json_agg(json_build_object('trn', t.trn, 'name', t.corrected_name)), '[]')
            FROM teacher t WHERE t.corrected_name IS NOT NULL AND t.trn IN (
                SELECT d.trn FROM draft d WHERE d.school_id = $1 AND d.state = 'open')),
        'reports', (SELECT coalesce(json_agg(json_build_object('public_id', sp.public_id,
            'name', lp.name || ' and ' || dp.name, 'year', sp.contract_period_year,
            'reported_at', sp.reported_at)), '[]') FROM school_partnership sp
            JOIN lead_provider lp ON lp.id = sp.lead_provider_id
            JOIN delivery_partner dp ON dp.id = sp.delivery_partner_id
            WHERE sp.school_id = $1 AND sp.origin = 'reported' AND sp.challenged_at IS NULL
                AND sp.checked_at IS NULL),
        'tutor', (SELECT json_build_object('name', i.name, 'email', i.email) FROM induction_tutor i
            WHERE i.school_id = $1 AND i.ended_at IS NULL),
        'listed_mentors', ({LISTED}),
        'reminders_off_until', (SELECT s.reminders_off_until FROM school s WHERE s.id = $1))"""  # noqa: S608 - constants


async def around(school_id: SchoolId, today: date) -> Around:
    """Return what else makes tasks for a school on a day."""
    return await document(Around, AROUND, school_id, today) or Around()
