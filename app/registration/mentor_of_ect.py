"""Reading who mentors an ECT, with everything a first training of theirs depends on (PER-34)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.documents import document
from app.registration.mentor_follows import MentorOfECT
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
        'earlier', (SELECT coalesce(json_agg(json_build_object('mentor', e.mentor_teacher_id,
            'period', json_build_object('started_on', e.started_on, 'finished_on', e.finished_on),
            'declared_on', (SELECT coalesce(json_agg(d.declared_on), '[]') FROM declaration d
                JOIN training_period x ON x.id = d.training_period_id
                WHERE x.teacher_id = e.mentor_teacher_id AND x.role = 'mentor' AND d.voided_at IS NULL))), '[]')
            FROM mentorship_period e WHERE e.ect_teacher_id = m.ect_teacher_id AND e.cancelled_at IS NULL))
    FROM mentorship_period m JOIN mentor_at_school_period s ON s.id = m.mentor_at_school_period_id
    JOIN teacher t ON t.id = m.mentor_teacher_id
    WHERE m.ect_at_school_period_id = $1 AND m.cancelled_at IS NULL AND coalesce(m.finished_on, 'infinity') >= $2
    ORDER BY m.started_on, m.id LIMIT 1"""  # noqa: S608 - constants


async def mentor_of_ect(stay_id: ECTAtSchoolId, day: date) -> MentorOfECT | None:
    """Return an ECT's mentor on a day, or the first one after it; None without either."""
    return await document(MentorOfECT, MENTOR, stay_id, day)
