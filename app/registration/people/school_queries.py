"""Reads about the ECTs of one school, for its pages: one statement each, whatever the number of rows (PRF-3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.documents import document
from app.db.engine import fetch
from app.db.shown_names import shown_to_schools
from app.registration.changes.body_changes import BodyHolder
from app.registration.people.ect_facts import ECTAtSchool, ListedECT
from app.teachers.rules import fold
from app.terms import TRN
from app.training.queries import TRAINING, TRAINING_JOINS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date
    from uuid import UUID

    from app.terms import ECTAtSchoolId, SchoolId

STAY = """json_build_object('id', e.id, 'school_id', e.school_id, 'started_on', e.started_on,
    'finished_on', e.finished_on, 'end_reason', e.end_reason, 'removed', e.removed_at IS NOT NULL)"""
INDUCTION = """json_build_object('trs_status', t.trs_induction_status, 'trs_started_on', t.trs_induction_start_date,
    'periods', (SELECT coalesce(json_agg(json_build_object('appropriate_body_id', i.appropriate_body_id,
        'started_on', i.started_on, 'finished_on', i.finished_on, 'outcome', i.outcome) ORDER BY i.started_on), '[]')
        FROM induction_period i WHERE i.teacher_id = e.teacher_id))"""

MENTORSHIP = """json_build_object('id', m.id, 'started_on', m.started_on, 'finished_on', m.finished_on,
    'cancelled', false, 'ect_stay_id', m.ect_at_school_period_id, 'mentor_stay_id', m.mentor_at_school_period_id,
    'mentor_teacher_id', m.mentor_teacher_id)"""


def name_of(teacher: str) -> str:
    """Return SQL that gives the names of a teacher by its alias (NAM-01)."""
    columns = ("trs_first_name", "trs_last_name", "corrected_name")
    parts = ", ".join(f"'{column}', {teacher}.{column}" for column in columns)
    return f"json_build_object({parts})"


def person_of(stay: str, teacher: str) -> str:
    """Return SQL with what a school sees of ECTs and mentors alike, by the aliases of stay and teacher.

    It ends inside `json_build_object(`, after a value. `email_failed_at` is as in MSG-03: the last mail to the
    address with a known end bounced.
    """
    return f"""json_build_object('teacher_id', {stay}.teacher_id, 'public_id', {stay}.public_id,
    'trn', {teacher}.trn, 'name', {name_of(teacher)}, 'email', {stay}.email, 'registered_at', {stay}.created_at,
    'registered_by', {shown_to_schools("u")}, 'removed_at', {stay}.removed_at, 'removal_reason', {stay}.removal_reason,
    'leaving_reported_by', {stay}.leaving_reported_by_school_id,
    'email_failed_at', (SELECT CASE WHEN latest.state = 'bounced' THEN latest.finished_at END
        FROM (SELECT ms.state, ms.finished_at FROM message ms WHERE lower(ms.recipient) = lower({stay}.email)
            AND ms.state IN ('delivered', 'bounced') ORDER BY ms.finished_at DESC NULLS LAST LIMIT 1) latest)"""  # noqa: S608 - constants


# `awaiting`: the earliest training that goes on (PER-20) names a lead provider and has no partnership yet.
LISTED = f"""
    SELECT coalesce(json_agg(json_build_object('stay', {STAY}, 'public_id', e.public_id, 'trn', t.trn,
        'name', {name_of("t")}, 'search_name', t.search_name, 'induction', {INDUCTION},
        'mentored', EXISTS (SELECT FROM mentorship_period m WHERE m.ect_at_school_period_id = e.id
            AND m.cancelled_at IS NULL AND coalesce(m.finished_on, 'infinity') >= $2),
        'awaiting', coalesce((SELECT tp.training_programme = 'provider_led' AND tp.school_partnership_id IS NULL
            FROM training_period tp WHERE tp.ect_at_school_period_id = e.id AND tp.cancelled_at IS NULL
            AND tp.withdrawn_at IS NULL AND tp.deferred_at IS NULL AND coalesce(tp.finished_on, 'infinity') >= $2
            ORDER BY tp.started_on, tp.id LIMIT 1), false))), '[]')
    FROM ect_at_school_period e JOIN teacher t ON t.id = e.teacher_id
    WHERE e.school_id = $1 AND e.removed_at IS NULL"""  # noqa: S608 - constants

TRAINING_ROWS = f"""SELECT coalesce(json_agg(json_build_object('training', {TRAINING}, 'lead_provider', lp.name,
        'delivery_partner', dp.name, 'self_funded', tp.self_funded, 'source', tp.confirmation_source,
        'continues_from', earlier.contract_period_year, 'challenged_at', sp.challenged_at,
        'withdrawal_reason', tp.withdrawal_reason, 'deferral_reason', tp.deferral_reason)
        ORDER BY tp.started_on, tp.id), '[]')
        FROM training_period tp {TRAINING_JOINS}
        LEFT JOIN lead_provider lp ON lp.id = tp.lead_provider_id
        LEFT JOIN delivery_partner dp ON dp.id = sp.delivery_partner_id
        LEFT JOIN school_partnership earlier ON earlier.id = sp.carried_from_partnership_id"""  # noqa: S608 - constants
"""The rows of training of whoever a WHERE says, as `TrainingRow`s."""

ECT = f"""{person_of("e", "t")}, 'stay', {STAY}, 'induction', {INDUCTION},
    'induction_completed_on', t.trs_induction_completed_date, 'qts_awarded_on', t.trs_qts_awarded_on,
    'working_pattern', e.working_pattern, 'reported_body_id', e.school_reported_appropriate_body_id,
    'bodies', (SELECT coalesce(json_agg(json_build_object('id', b.id, 'name', b.name, 'active_to', b.active_to,
        'contact_email', b.contact_email, 'contact_url', b.contact_url)), '[]') FROM appropriate_body b
        WHERE b.id = e.school_reported_appropriate_body_id
        OR b.id IN (SELECT i.appropriate_body_id FROM induction_period i WHERE i.teacher_id = e.teacher_id)),
    'trainings', ({TRAINING_ROWS} WHERE tp.ect_at_school_period_id = e.id AND tp.cancelled_at IS NULL),
    'mentorships', (SELECT coalesce(json_agg(json_build_object('mentor', {name_of("mentor")},
        'mentor_public_id', n.public_id, 'leaving_reported_at', n.leaving_reported_at, 'mentorship', {MENTORSHIP})
        ORDER BY m.started_on, m.id), '[]')
        FROM mentorship_period m JOIN teacher mentor ON mentor.id = m.mentor_teacher_id
        JOIN mentor_at_school_period n ON n.id = m.mentor_at_school_period_id
        WHERE m.ect_at_school_period_id = e.id AND m.cancelled_at IS NULL))"""  # noqa: S608 - constants
FROM = """FROM ect_at_school_period e JOIN teacher t ON t.id = e.teacher_id
    LEFT JOIN app_user u ON u.id = e.registered_by_user_id"""

SOME = f"SELECT coalesce(json_agg({ECT}), '[]') {FROM} WHERE e.school_id = $1 AND e.id = ANY($2)"
ONE = f"SELECT {ECT} {FROM} WHERE e.school_id = $1 AND e.public_id = $2"

HOLDERS = f"""
    SELECT coalesce(json_agg(json_build_object('stay', {STAY}, 'public_id', e.public_id, 'teacher_id', e.teacher_id,
        'trn', t.trn, 'name', {name_of("t")}, 'induction', {INDUCTION},
        'reported_id', b.id, 'reported_name', b.name, 'reported_until', b.active_to)), '[]')
    FROM ect_at_school_period e JOIN teacher t ON t.id = e.teacher_id
    LEFT JOIN appropriate_body b ON b.id = e.school_reported_appropriate_body_id
    WHERE e.school_id = $1 AND e.removed_at IS NULL AND ($2::bigint[] IS NULL OR e.id = ANY($2))"""  # noqa: S608 - constants


async def listed_ects(school_id: SchoolId, today: date) -> tuple[ListedECT, ...]:
    """Return a light row of every ECT of a school whose registration stands, in no order (LS-01)."""
    return await document(tuple[ListedECT, ...], LISTED, school_id, today) or ()


async def ects(school_id: SchoolId, ids: Collection[ECTAtSchoolId]) -> tuple[ECTAtSchool, ...]:
    """Return everything about some ECTs of a school, in the order of the ids; foreign ones are left out (GEN-05)."""
    found: tuple[ECTAtSchool, ...] = await document(tuple[ECTAtSchool, ...], SOME, school_id, list(ids)) or ()
    by_id = {ect.stay.id: ect for ect in found}
    return tuple(by_id[stay_id] for stay_id in ids if stay_id in by_id)


async def ect(school_id: SchoolId, public_id: UUID) -> ECTAtSchool | None:
    """Return everything about one ECT of a school, also a removed one; None for any other id (GEN-05)."""
    return await document(ECTAtSchool, ONE, school_id, public_id)


async def body_holders(school_id: SchoolId, ids: Iterable[ECTAtSchoolId] | None = None) -> tuple[BodyHolder, ...]:
    """Return ECTs of a school, all or some, with the appropriate body reported of each, by name (CH-11)."""
    found = await document(tuple[BodyHolder, ...], HOLDERS, school_id, list(ids) if ids is not None else None) or ()
    return tuple(sorted(found, key=lambda holder: (fold(holder.displayed), holder.trn)))


async def corrected_names(trns: Collection[TRN]) -> dict[TRN, str]:
    """Return the corrected names that are known of some people (NAM-01)."""
    if not trns:
        return {}
    rows = await fetch(
        "SELECT trn, corrected_name FROM teacher WHERE trn = ANY($1) AND corrected_name IS NOT NULL", list(trns)
    )
    return {TRN(row["trn"]): row["corrected_name"] for row in rows}
