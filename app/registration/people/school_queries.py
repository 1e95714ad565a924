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
from app.training.queries import TRAINING, TRAINING_JOINS, TRAINING_ROW

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


def email_failed_at(stay: str) -> str:
    """Return SQL for when the last mail to an address with a known end bounced, by the alias of the stay (MSG-03)."""
    return f"""(SELECT CASE WHEN latest.state = 'bounced' THEN latest.finished_at END
        FROM (SELECT ms.state, ms.finished_at FROM message ms WHERE lower(ms.recipient) = lower({stay}.email)
            AND ms.state IN ('delivered', 'bounced') ORDER BY ms.finished_at DESC NULLS LAST LIMIT 1) latest)"""  # noqa: S608 - constants


# Rows that PostgreSQL turns into JSON whole cost it half of what objects do that name each key (PRF-4). A row inside
# another is a lateral one, whose alias must be no column's name: the column would win.
STAY_ROW = """CROSS JOIN LATERAL (SELECT e.id, e.school_id, e.started_on, e.finished_on, e.end_reason,
    e.removed_at IS NOT NULL AS removed) a_stay"""


def _name_row(teacher: str, row: str) -> str:
    columns = f"{teacher}.trs_first_name, {teacher}.trs_last_name, {teacher}.corrected_name"
    return f"CROSS JOIN LATERAL (SELECT {columns}) {row}"


def _induction_row(periods: str = "") -> str:
    return f"""CROSS JOIN LATERAL (SELECT t.trs_induction_status AS trs_status,
        t.trs_induction_start_date AS trs_started_on, ARRAY(SELECT i FROM (SELECT appropriate_body_id, started_on,
            finished_on, outcome FROM induction_period WHERE teacher_id = e.teacher_id{periods}
            ORDER BY started_on) i) AS periods) an_induction"""  # noqa: S608 - constants


# `awaiting`: the earliest training that goes on (PER-20) names a lead provider and has no partnership yet.
LISTED = f"""
    SELECT coalesce(json_agg(listed), '[]') FROM (
        SELECT a_stay AS stay, e.public_id, t.trn, a_name AS name, t.search_name, an_induction AS induction,
            EXISTS (SELECT FROM mentorship_period m WHERE m.ect_at_school_period_id = e.id
                AND m.cancelled_at IS NULL AND coalesce(m.finished_on, 'infinity') >= $2) AS mentored,
            coalesce((SELECT tp.training_programme = 'provider_led' AND tp.school_partnership_id IS NULL
                FROM training_period tp WHERE tp.ect_at_school_period_id = e.id AND tp.cancelled_at IS NULL
                AND tp.withdrawn_at IS NULL AND tp.deferred_at IS NULL AND coalesce(tp.finished_on, 'infinity') >= $2
                ORDER BY tp.started_on, tp.id LIMIT 1), false) AS awaiting
        FROM ect_at_school_period e JOIN teacher t ON t.id = e.teacher_id
        {STAY_ROW} {_name_row("t", "a_name")} {_induction_row(" AND outcome IS NOT NULL")}
        WHERE e.school_id = $1 AND e.removed_at IS NULL) listed"""  # noqa: S608 - constants

TRAINING_NAMES = """LEFT JOIN lead_provider lp ON lp.id = tp.lead_provider_id
        LEFT JOIN delivery_partner dp ON dp.id = sp.delivery_partner_id
        LEFT JOIN school_partnership earlier ON earlier.id = sp.carried_from_partnership_id"""
TRAINING_ROWS = f"""SELECT coalesce(json_agg(json_build_object('training', {TRAINING}, 'lead_provider', lp.name,
        'delivery_partner', dp.name, 'self_funded', tp.self_funded, 'source', tp.confirmation_source,
        'continues_from', earlier.contract_period_year, 'challenged_at', sp.challenged_at,
        'withdrawal_reason', tp.withdrawal_reason, 'deferral_reason', tp.deferral_reason)
        ORDER BY tp.started_on, tp.id), '[]')
        FROM training_period tp {TRAINING_JOINS} {TRAINING_NAMES}"""  # noqa: S608 - constants
"""The rows of training of whoever a WHERE says, as `TrainingRow`s."""

ECT_ROWS = f"""
    SELECT e.teacher_id, e.public_id, t.trn, a_name AS name, e.email, e.created_at AS registered_at,
        {shown_to_schools("u")} AS registered_by, e.removed_at, e.removal_reason,
        e.leaving_reported_by_school_id AS leaving_reported_by, {email_failed_at("e")} AS email_failed_at,
        a_stay AS stay, an_induction AS induction, t.trs_induction_completed_date AS induction_completed_on,
        t.trs_qts_awarded_on AS qts_awarded_on, e.working_pattern,
        e.school_reported_appropriate_body_id AS reported_body_id,
        ARRAY(SELECT b FROM (SELECT id, name, active_to, contact_email, contact_url FROM appropriate_body
            WHERE id = e.school_reported_appropriate_body_id OR id = ANY (ARRAY(
                SELECT i.appropriate_body_id FROM induction_period i WHERE i.teacher_id = e.teacher_id))) b) AS bodies,
        ARRAY(SELECT row FROM (
            SELECT a_training AS training, lp.name AS lead_provider, dp.name AS delivery_partner, tp.self_funded,
                tp.confirmation_source AS source, earlier.contract_period_year AS continues_from, sp.challenged_at,
                tp.withdrawal_reason, tp.deferral_reason
            FROM training_period tp {TRAINING_JOINS} {TRAINING_NAMES} {TRAINING_ROW}
            WHERE tp.ect_at_school_period_id = e.id AND tp.cancelled_at IS NULL
            ORDER BY tp.started_on, tp.id) row) AS trainings,
        ARRAY(SELECT row FROM (
            SELECT a_mentorship AS mentorship, a_mentor AS mentor, n.public_id AS mentor_public_id,
                n.leaving_reported_at
            FROM mentorship_period m JOIN teacher w ON w.id = m.mentor_teacher_id
            JOIN mentor_at_school_period n ON n.id = m.mentor_at_school_period_id
            {_name_row("w", "a_mentor")}
            CROSS JOIN LATERAL (SELECT m.id, m.started_on, m.finished_on, false AS cancelled,
                m.ect_at_school_period_id AS ect_stay_id, m.mentor_at_school_period_id AS mentor_stay_id,
                m.mentor_teacher_id) a_mentorship
            WHERE m.ect_at_school_period_id = e.id AND m.cancelled_at IS NULL
            ORDER BY m.started_on, m.id) row) AS mentorships
    FROM ect_at_school_period e JOIN teacher t ON t.id = e.teacher_id
    LEFT JOIN app_user u ON u.id = e.registered_by_user_id
    {STAY_ROW} {_name_row("t", "a_name")} {_induction_row()}"""  # noqa: S608 - constants
"""Everything about ECTs, a row for each that a WHERE says."""
SOME = f"SELECT coalesce(json_agg(ect), '[]') FROM ({ECT_ROWS} WHERE e.school_id = $1 AND e.id = ANY($2)) ect"  # noqa: S608 - constants
ONE = f"SELECT to_json(ect) FROM ({ECT_ROWS} WHERE e.school_id = $1 AND e.public_id = $2) ect"  # noqa: S608 - constants

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
