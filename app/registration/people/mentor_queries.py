"""Reads about the mentors of one school, for its pages: one statement each, whatever the number of rows (PRF-3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.documents import document
from app.db.shown_names import shown_to_schools
from app.registration.people.mentor_facts import ListedMentor, MentorAtSchool
from app.registration.people.school_queries import INDUCTION, MENTORSHIP, STAY, TRAINING_ROWS, email_failed_at, name_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from uuid import UUID

    from app.terms import MentorAtSchoolId, SchoolId

MENTOR_STAY = """json_build_object('id', n.id, 'school_id', n.school_id, 'started_on', n.started_on,
    'finished_on', n.finished_on, 'end_reason', n.end_reason, 'removed', n.removed_at IS NOT NULL)"""
MENTORED = f"json_build_object('mentorship', {MENTORSHIP}, 'stay', {STAY}, 'induction', {INDUCTION})"
ECTS_OF = """FROM mentorship_period m JOIN ect_at_school_period e ON e.id = m.ect_at_school_period_id
    JOIN teacher t ON t.id = e.teacher_id WHERE m.mentor_at_school_period_id = n.id AND m.cancelled_at IS NULL"""

LISTED = f"""
    SELECT coalesce(json_agg(json_build_object('stay', {MENTOR_STAY}, 'public_id', n.public_id, 'trn', w.trn,
        'name', {name_of("w")}, 'search_name', w.search_name, 'ects',
        (SELECT coalesce(json_agg({MENTORED}), '[]') {ECTS_OF} AND coalesce(m.finished_on, 'infinity') >= $2))), '[]')
    FROM mentor_at_school_period n JOIN teacher w ON w.id = n.teacher_id
    WHERE n.school_id = $1 AND n.removed_at IS NULL"""  # noqa: S608 - constants

MENTOR = f"""json_build_object('teacher_id', n.teacher_id, 'public_id', n.public_id,
    'trn', w.trn, 'name', {name_of("w")}, 'email', n.email, 'registered_at', n.created_at,
    'registered_by', {shown_to_schools("u")}, 'removed_at', n.removed_at, 'removal_reason', n.removal_reason,
    'leaving_reported_by', n.leaving_reported_by_school_id, 'email_failed_at', {email_failed_at("n")},
    'stay', {MENTOR_STAY}, 'ineligible_on', w.mentor_ineligible_on, 'ineligible_reason', w.mentor_ineligible_reason,
    'trained_before', EXISTS (SELECT FROM across_schools.training_of(n.teacher_id) mine
        WHERE mine.role = 'mentor' AND mine.cancelled_at IS NULL),
    'trainings', ({TRAINING_ROWS} WHERE tp.mentor_at_school_period_id = n.id AND tp.cancelled_at IS NULL),
    'mentorships', (SELECT coalesce(json_agg(json_build_object('mentored', {MENTORED}, 'ect', {name_of("t")},
        'ect_public_id', e.public_id) ORDER BY m.started_on, m.id), '[]') {ECTS_OF}))"""
FROM = """FROM mentor_at_school_period n JOIN teacher w ON w.id = n.teacher_id
    LEFT JOIN app_user u ON u.id = n.registered_by_user_id"""

SOME = f"SELECT coalesce(json_agg({MENTOR}), '[]') {FROM} WHERE n.school_id = $1 AND n.id = ANY($2)"
ONE = f"SELECT {MENTOR} {FROM} WHERE n.school_id = $1 AND n.public_id = $2"


async def listed_mentors(school_id: SchoolId, today: date) -> tuple[ListedMentor, ...]:
    """Return a light row of every mentor of a school whose registration stands, in no order (LS-01)."""
    return await document(tuple[ListedMentor, ...], LISTED, school_id, today) or ()


async def mentors(school_id: SchoolId, ids: Collection[MentorAtSchoolId]) -> tuple[MentorAtSchool, ...]:
    """Return everything about some mentors of a school, in the order of the ids; foreign ones are left out (GEN-05)."""
    found = await document(tuple[MentorAtSchool, ...], SOME, school_id, list(ids)) or ()
    by_id = {mentor.stay.id: mentor for mentor in found}
    return tuple(by_id[stay_id] for stay_id in ids if stay_id in by_id)


async def mentor(school_id: SchoolId, public_id: UUID) -> MentorAtSchool | None:
    """Return everything about one mentor of a school, also a removed one; None for any other id (GEN-05)."""
    return await document(MentorAtSchool, ONE, school_id, public_id)
