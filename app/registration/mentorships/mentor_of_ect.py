"""Reading who mentors an ECT, with everything a first training of theirs depends on (PER-34)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.documents import document
from app.registration.changes.mentor_follows import MentorOfECT
from app.registration.mentorships.mentorship_queries import earlier_mentorships
from app.training.queries import TRAINING, TRAINING_JOINS

if TYPE_CHECKING:
    from datetime import date

    from app.terms import ECTAtSchoolId

MENTOR = f"""
    SELECT json_build_object('stay_id', s.id, 'trn', t.trn, 'started_on', s.started_on, 'finished_on', s.finished_on,
        'name', json_build_object('trs_first_name', t.trs_first_name, 'trs_last_name', t.trs_last_name,
            'corrected_name', t.corrected_name),
        'history', json_build_object('teacher_id', t.id, 'ineligible_reason', t.mentor_ineligible_reason,
            'ineligible_on', t.mentor_ineligible_on,
            'trainings', (SELECT coalesce(json_agg({TRAINING}), '[]')
                FROM training_period tp {TRAINING_JOINS} WHERE tp.teacher_id = t.id)),
        'earlier', {earlier_mentorships("met.ect_teacher_id")})
    FROM mentorship_period met JOIN mentor_at_school_period s ON s.id = met.mentor_at_school_period_id
    JOIN teacher t ON t.id = met.mentor_teacher_id
    WHERE met.ect_at_school_period_id = $1 AND met.cancelled_at IS NULL AND coalesce(met.finished_on, 'infinity') >= $2
    ORDER BY met.started_on, met.id LIMIT 1"""  # noqa: S608 - constants


async def mentor_of_ect(stay_id: ECTAtSchoolId, day: date) -> MentorOfECT | None:
    """Return an ECT's mentor on a day, or the first one after it; None without either."""
    return await document(MentorOfECT, MENTOR, stay_id, day)
