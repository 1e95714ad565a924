"""What the list of ECTs shows, read as somebody good would write it for this one page: two plain statements (PRF-4).

No views, no JSON, no row-level policies, every row once and only the columns that the page needs. What is read is
compared with what the page shows before anything is measured.
"""

from __future__ import annotations

from app.notices.school_notices import BY_OTHERS, COLLEAGUES, KEPT_DAYS, LOOKED_AT, settled_on

WITH_AN_END = (
    "teacher_training_withdrawn",
    "teacher_training_deferred",
    "school_partnership_created",
    "school_partnership_reported_again",
    "school_partnership_challenged",
    "school_closure_announced",
    "school_choices_ended",
    "email_bounced",
    "teacher_left_school_as_mentor",
)
"""Events that are no notice any more once the matter is settled."""


def _words(*values: str) -> str:
    return ", ".join(f"'{value}'" for value in values)


# $1 hash of the session's id, $2 moment, $3 day in London.
VISITOR = f"""
    WITH s AS (
        UPDATE session SET last_seen_at = greatest(last_seen_at, $2)
        WHERE id_hash = $1 AND $2 < absolute_expires_at AND $2 < last_seen_at + interval '2 hours'
        RETURNING *, set_config('synchronous_commit', 'off', true))
    SELECT s.id, s.csrf_secret, s.method, s.signed_in_at, s.last_seen_at, s.absolute_expires_at, s.return_path,
        s.clock_at, s.notice, s.acting_until, s.elevated_until,
        u.id AS user_id, u.audience, u.name AS user_name, u.email, u.active, u.staff_roles, u.accepted_privacy_version,
        (SELECT count(DISTINCT school_id) FROM school_access WHERE user_id = u.id AND ended_at IS NULL) AS open_schools,
        c.id AS school_id, c.public_id, c.urn, c.name, c.kind, c.type_name, c.type_code, c.status_code, c.opened_on,
        c.closed_on, c.district_code, c.section_41_approved, c.access_override, c.access_override_until,
        c.type_code IN (10, 11) AND NOT c.section_41_approved AND EXISTS (SELECT FROM training_period
            WHERE school_id = c.id AND cancelled_at IS NULL AND coalesce(finished_on, 'infinity') >= $3)
            AS has_open_training,
        i.public_id AS tutor_id, i.name AS tutor_name, i.email AS tutor_email, i.confirmed_for_year,
        x.starts_on, x.ends_on, x.message,
        ARRAY(SELECT y FROM contract_period y ORDER BY y.started_on) AS periods,
        ARRAY(SELECT v FROM service_setting v) AS settings,
        (SELECT count(*) FROM (SELECT * FROM event WHERE school_id = c.id AND id > coalesce(p.notices_read_to, 0)
                AND recorded_at <= $2 AND recorded_at > $2 - interval '{KEPT_DAYS} days' ORDER BY id DESC
                LIMIT {LOOKED_AT}) v
            WHERE NOT (v.actor_kind = 'school_user' AND v.actor_id = u.id)
            AND (v.kind IN ({_words(*BY_OTHERS)}) AND (v.kind <> 'teacher_trs_record_changed'
                    OR v.metadata ->> 'state' <> 'in_order')
                OR v.kind IN ({_words(*COLLEAGUES)})
                    AND v.actor_kind IN ('school_user', 'staff', 'staff_for_school', 'operator')
                OR v.kind = 'teacher_left_school_as_ect' AND v.metadata ->> 'why' = 'joined_another_school'
                OR v.kind = 'school_partnership_created' AND v.actor_kind IN ('lead_provider', 'staff'))
            AND (v.kind NOT IN ({_words(*WITH_AN_END)}) OR NOT {settled_on("$3")})) AS unread_notices
    FROM s JOIN app_user u ON u.id = s.user_id
    JOIN school c ON c.id = s.school_id AND EXISTS (SELECT FROM school_access a
        WHERE a.user_id = u.id AND a.school_id = c.id AND a.ended_at IS NULL)
    LEFT JOIN induction_tutor i ON i.school_id = c.id AND i.ended_at IS NULL
    LEFT JOIN school_preference p ON p.user_id = u.id AND p.school_id = c.id
    LEFT JOIN registration_closure x ON $3 BETWEEN x.starts_on AND x.ends_on
    LIMIT 1"""  # noqa: S608 - constants

_FOLDED = """regexp_replace(translate(lower(normalize(coalesce(t.corrected_name,
    t.trs_first_name || ' ' || t.trs_last_name), NFKD)), '-''’', ' '), '[^a-z ]', '', 'g')"""

# $1 school, $2 day in London. Only the default order is written out, as nobody has asked for another.
LIST = f"""
    WITH placed AS (
        SELECT e.id, e.public_id, e.email, e.started_on, e.finished_on, e.end_reason, t.id AS teacher_id, t.trn,
            coalesce(t.corrected_name, t.trs_first_name || ' ' || t.trs_last_name) AS name, {_FOLDED} AS folded,
            coalesce(i.started_on, t.trs_induction_start_date) AS induction_on, t.trs_induction_status AS status,
            t.trs_qts_awarded_on AS qts_on, coalesce(i.body_id, e.school_reported_appropriate_body_id) AS body_id,
            i.body_id IS NOT NULL AS body_is_recorded,
            CASE WHEN e.finished_on < $2 AND e.end_reason <> 'induction_completed' THEN 3
                WHEN t.trs_induction_status IN ('Passed', 'Failed', 'FailedInWales') OR i.has_ended
                    OR e.end_reason = 'induction_completed' THEN 2 ELSE 1 END AS tab,
            t.trs_induction_status IS NOT DISTINCT FROM 'Exempt' OR EXISTS (SELECT FROM mentorship_period
                WHERE ect_at_school_period_id = e.id AND cancelled_at IS NULL
                AND coalesce(finished_on, 'infinity') >= $2) AS is_cared_for
        FROM ect_at_school_period e JOIN teacher t ON t.id = e.teacher_id
        LEFT JOIN LATERAL (SELECT min(started_on) AS started_on, bool_or(outcome IN ('pass', 'fail')) AS has_ended,
                min(appropriate_body_id) FILTER (WHERE finished_on IS NULL AND started_on >= e.started_on
                    AND started_on <= coalesce(e.finished_on, 'infinity')) AS body_id
            FROM induction_period WHERE teacher_id = e.teacher_id) i ON true
        WHERE e.school_id = $1 AND e.removed_at IS NULL
    ), counted AS (
        SELECT count(*) FILTER (WHERE tab = 1) AS current, count(*) FILTER (WHERE tab = 2) AS completed,
            count(*) FILTER (WHERE tab = 3) AS gone FROM placed
    ), shown AS (
        SELECT * FROM placed, counted
        WHERE tab = CASE WHEN current > 0 THEN 1 WHEN completed > 0 THEN 2 WHEN gone > 0 THEN 3 ELSE 1 END
        ORDER BY is_cared_for, started_on DESC, substring(folded FROM '[^ ]*$'), folded, id LIMIT 20
    )
    SELECT e.*, b.name AS body, b.active_to, d.training_programme, d.self_funded, l.name AS lead_provider,
        dp.name AS delivery_partner, d.started_on AS training_on, d.finished_on AS training_until, d.requested_at,
        d.confirmed_at, d.withdrawn_at, d.deferred_at, sp.challenged_at, m.mentors, m.mentor_ids, m.since, m.until,
        (SELECT state = 'bounced' FROM message WHERE lower(recipient) = lower(e.email)
            AND state IN ('delivered', 'bounced') ORDER BY finished_at DESC NULLS LAST LIMIT 1) AS email_failed
    FROM shown e LEFT JOIN appropriate_body b ON b.id = e.body_id
    LEFT JOIN LATERAL (SELECT * FROM training_period WHERE ect_at_school_period_id = e.id AND cancelled_at IS NULL
        ORDER BY (withdrawn_at IS NULL AND deferred_at IS NULL AND coalesce(finished_on, 'infinity') >= $2) DESC,
            CASE WHEN withdrawn_at IS NULL AND deferred_at IS NULL AND coalesce(finished_on, 'infinity') >= $2
                THEN started_on - date '2000-01-01' ELSE date '2000-01-01' - started_on END LIMIT 1) d ON true
    LEFT JOIN lead_provider l ON l.id = d.lead_provider_id
    LEFT JOIN school_partnership sp ON sp.id = d.school_partnership_id
    LEFT JOIN delivery_partner dp ON dp.id = sp.delivery_partner_id
    LEFT JOIN LATERAL (SELECT array_agg(coalesce(mt.corrected_name, mt.trs_first_name || ' ' || mt.trs_last_name)
                ORDER BY mp.started_on, mp.id) AS mentors,
            array_agg(n.public_id ORDER BY mp.started_on, mp.id) AS mentor_ids,
            array_agg(mp.started_on ORDER BY mp.started_on, mp.id) AS since,
            array_agg(mp.finished_on ORDER BY mp.started_on, mp.id) AS until
        FROM mentorship_period mp JOIN teacher mt ON mt.id = mp.mentor_teacher_id
        JOIN mentor_at_school_period n ON n.id = mp.mentor_at_school_period_id
        WHERE mp.ect_at_school_period_id = e.id AND mp.cancelled_at IS NULL
            AND coalesce(mp.finished_on, 'infinity') >= $2) m ON true
    ORDER BY e.is_cared_for, e.started_on DESC, substring(e.folded FROM '[^ ]*$'), e.folded, e.id"""  # noqa: S608
