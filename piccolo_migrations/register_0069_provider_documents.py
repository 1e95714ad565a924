"""How each resource of the lead provider API is made of the facts, as functions of the database (API, 9 to 16)."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import fetch

ID = "2026-11-27T09:00:00:000069"
VERSION = "1.38.0"
DESCRIPTION = "Documents for lead providers"

DOCUMENT = """CREATE TYPE provider_document AS (
    lead_provider_id bigint, resource_id uuid, cohort int, subject_id bigint, listed boolean, body text,
    cohorts int[], statuses text[], from_ids uuid[], urn text, delivery_partner_public_id uuid,
    first_at timestamptz, valid_from date, valid_until date)"""
"""One resource for one lead provider on a day; the facts give the same from valid_from to valid_until.

In body, "updated_at":"@" stands for the stamp, and "created_at":"@" for the time of becoming listed.
"""

SHOWN_TIME = """
    SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""

# Whatever a lead provider may be shown of training: neither cancelled nor of a removed stay (API, section 2).
KEPT = """t.cancelled_at IS NULL AND NOT EXISTS (
        SELECT FROM ect_at_school_period e WHERE e.id = t.ect_at_school_period_id AND e.removed_at IS NOT NULL)
    AND NOT EXISTS (
        SELECT FROM mentor_at_school_period m WHERE m.id = t.mentor_at_school_period_id AND m.removed_at IS NOT NULL)"""

# The mentorships of one ECT stay, and the one that counts on the day (API-12.2).
MENTORSHIPS = """SELECT s.* FROM mentorship_period s
    WHERE s.ect_at_school_period_id = {stay} AND s.cancelled_at IS NULL"""
PRESENT = (
    """coalesce(s.finished_on, 'infinity') >= today ORDER BY s.started_on <= today DESC, s.started_on, s.id LIMIT 1"""
)

NAME = """coalesce(nullif(coalesce(p.corrected_name, btrim(concat_ws(' ', nullif(btrim(p.trs_first_name), '.'),
    nullif(btrim(p.trs_last_name), '.')))), ''), 'Unknown')"""

PARTICIPANT = f"""
#variable_conflict use_column
BEGIN RETURN QUERY
WITH confirmed AS (
    SELECT t.*, sp.delivery_partner_id, sp.school_id AS partnership_school_id
    FROM training_period t
    JOIN school_partnership sp ON sp.id = t.school_partnership_id AND sp.challenged_at IS NULL
    WHERE t.teacher_id = ANY (subjects) AND {KEPT}
), latest AS (
    SELECT DISTINCT ON (c.teacher_id, c.role, c.lead_provider_id) c.*,
        CASE WHEN c.withdrawn_at IS NULL AND c.deferred_at IS NULL THEN 'active'
            WHEN c.deferred_at IS NULL OR c.withdrawn_at > c.deferred_at THEN 'withdrawn'
            ELSE 'deferred' END AS status
    FROM confirmed c ORDER BY c.teacher_id, c.role, c.lead_provider_id, c.started_on DESC, c.id DESC
), inducted AS (
    SELECT p.id AS teacher_id,
        coalesce((SELECT max(i.finished_on) FROM induction_period i WHERE i.teacher_id = p.id AND i.outcome IS NOT NULL),
            p.trs_induction_completed_date) AS ended_on,
        (SELECT i.finished_on FROM induction_period i WHERE i.teacher_id = p.id
            ORDER BY i.started_on DESC, i.id DESC LIMIT 1) AS latest_ended_on,
        coalesce((SELECT min(i.started_on) FROM induction_period i WHERE i.teacher_id = p.id),
            p.trs_induction_start_date) AS began_on
    FROM teacher p WHERE p.id = ANY (subjects)
), enrolment AS (
    SELECT l.teacher_id, l.lead_provider_id, l.role, l.contract_period_year AS year, l.status,
        (SELECT row_to_json(shown) FROM (SELECT
            tr.public_id AS training_record_id,
            coalesce(e.email, m.email) AS email,
            CASE WHEN l.role = 'ect' THEN mentor.public_id END AS mentor_id,
            school.urn AS school_urn,
            l.role AS participant_type,
            l.contract_period_year::text AS cohort,
            l.status AS training_status,
            CASE WHEN l.status <> 'active' THEN CASE WHEN l.finished_on > today THEN 'leaving' ELSE 'left' END
                WHEN completed.on_day IS NOT NULL AND completed.on_day <= coalesce(l.finished_on, 'infinity') THEN 'active'
                WHEN l.finished_on > today THEN 'leaving'
                WHEN l.finished_on <= today THEN 'left'
                WHEN l.started_on > today THEN 'joining'
                ELSE 'active' END AS participant_status,
            CASE WHEN l.self_funded THEN false
                WHEN funded.eligible_on IS NOT NULL
                    THEN funded.ineligible_on IS NULL OR funded.eligible_on <= funded.ineligible_on
                WHEN funded.ineligible_on IS NOT NULL THEN false END AS eligible_for_funding,
            cp.uplift_fees AND coalesce(su.pupil_premium, false) AS pupil_premium_uplift,
            cp.uplift_fees AND coalesce(su.sparsity, false) AS sparsity_uplift,
            sc.identifier AS schedule_identifier,
            dp.public_id AS delivery_partner_id,
            CASE WHEN l.status = 'withdrawn' THEN json_build_object('reason', replace(l.withdrawal_reason, '_', '-'),
                'date', shown_time(l.withdrawn_at)) END AS withdrawal,
            CASE WHEN l.status = 'deferred' THEN json_build_object('reason', replace(l.deferral_reason, '_', '-'),
                'date', shown_time(l.deferred_at)) END AS deferral,
            shown_time(CASE WHEN l.role = 'ect' THEN (SELECT x.created_at FROM ect_at_school_period x
                    WHERE x.teacher_id = l.teacher_id AND x.removed_at IS NULL ORDER BY x.started_on, x.id LIMIT 1)
                ELSE (SELECT x.created_at FROM mentor_at_school_period x
                    WHERE x.teacher_id = l.teacher_id AND x.removed_at IS NULL ORDER BY x.started_on, x.id LIMIT 1)
                END) AS created_at,
            CASE WHEN l.role = 'ect' THEN i.ended_on END AS induction_end_date,
            CASE WHEN l.role = 'ect' THEN i.latest_ended_on END AS most_recent_induction_period_end_date,
            CASE WHEN l.role = 'ect' THEN i.began_on END AS overall_induction_start_date,
            CASE WHEN l.role = 'mentor' THEN p.mentor_ineligible_on END AS mentor_funding_end_date,
            CASE WHEN l.role = 'ect' THEN p.ect_payments_frozen_year ELSE p.mentor_payments_frozen_year END IS NOT NULL
                AS cohort_changed_after_payments_frozen,
            CASE WHEN l.role = 'mentor' THEN p.mentor_ineligible_reason END AS mentor_ineligible_for_funding_reason,
            CASE WHEN l.role = 'ect' THEN (SELECT x.working_pattern FROM ect_at_school_period x
                WHERE x.teacher_id = l.teacher_id AND x.removed_at IS NULL
                ORDER BY x.started_on DESC, x.id DESC LIMIT 1) END AS working_pattern
        ) shown) AS shown,
        greatest(turns.before, ends.before) AS valid_from, least(turns.after, ends.after) AS valid_until
    FROM latest l
    JOIN teacher p ON p.id = l.teacher_id
    JOIN inducted i ON i.teacher_id = l.teacher_id
    JOIN contract_period cp ON cp.year = l.contract_period_year
    JOIN schedule sc ON sc.id = l.schedule_id
    JOIN delivery_partner dp ON dp.id = l.delivery_partner_id
    JOIN school ON school.id = l.partnership_school_id
    LEFT JOIN school_uplift su ON su.school_id = l.partnership_school_id AND su.contract_period_year = cp.year
    LEFT JOIN ect_at_school_period e ON e.id = l.ect_at_school_period_id
    LEFT JOIN mentor_at_school_period m ON m.id = l.mentor_at_school_period_id
    LEFT JOIN training_record tr ON tr.teacher_id = l.teacher_id AND tr.role = l.role
    CROSS JOIN LATERAL (SELECT CASE WHEN l.role = 'ect' THEN i.ended_on ELSE p.mentor_ineligible_on END AS on_day) completed
    CROSS JOIN LATERAL (SELECT
        (CASE WHEN l.role = 'ect' THEN p.ect_first_eligible_at ELSE p.mentor_first_eligible_at END
            AT TIME ZONE 'Europe/London')::date AS eligible_on,
        CASE WHEN l.role = 'mentor' THEN p.mentor_ineligible_on END AS ineligible_on) funded
    LEFT JOIN LATERAL (SELECT (SELECT mp.public_id FROM teacher mp WHERE mp.id = s.mentor_teacher_id)
        FROM ({MENTORSHIPS.format(stay="l.ect_at_school_period_id")}) s WHERE {PRESENT}) mentor ON true
    CROSS JOIN LATERAL (SELECT max(d) FILTER (WHERE d <= today) AS before, min(d) FILTER (WHERE d > today) - 1 AS after
        FROM ({MENTORSHIPS.format(stay="l.ect_at_school_period_id")}) s,
            unnest(ARRAY[s.started_on, s.finished_on + 1]) d) turns
    CROSS JOIN LATERAL (SELECT max(d) FILTER (WHERE d <= today) AS before, min(d) FILTER (WHERE d > today) - 1 AS after
        FROM unnest(ARRAY[l.started_on, l.finished_on]) d) ends
)
SELECT n.lead_provider_id, p.public_id, 0, p.id, true,
    '{{"id":"' || p.public_id || '","type":"participant","attributes":' || (SELECT row_to_json(a)::text FROM (SELECT
        {NAME} AS full_name, p.trn AS teacher_reference_number,
        json_agg(n.shown ORDER BY n.role) AS ecf_enrolments,
        coalesce((SELECT json_agg(json_build_object('from_participant_id', f.public_id, 'to_participant_id', g.public_id,
            'changed_at', shown_time(x.changed_at)) ORDER BY x.changed_at, x.id)
            FROM participant_id_change x JOIN teacher f ON f.id = x.from_teacher_id
            JOIN teacher g ON g.id = x.to_teacher_id WHERE x.from_teacher_id = ANY (merged.ids)), '[]'::json)
            AS participant_id_changes,
        '@' AS updated_at) a) || '}}',
    array_agg(n.year ORDER BY n.role), array_agg(n.status ORDER BY n.role),
    coalesce((SELECT array_agg(f.public_id ORDER BY f.id) FROM teacher f WHERE f.id = ANY (merged.ids)), '{{}}'),
    NULL::text, NULL::uuid,
    coalesce((SELECT min(t.confirmed_at) FROM training_period t WHERE t.teacher_id = p.id), p.created_at),
    coalesce(max(n.valid_from), '-infinity'), coalesce(min(n.valid_until), 'infinity')
FROM enrolment n JOIN teacher p ON p.id = n.teacher_id
CROSS JOIN LATERAL (SELECT CASE WHEN EXISTS (SELECT FROM participant_id_change x WHERE x.to_teacher_id = p.id)
    THEN participants_merged_into(p.id) ELSE '{{}}' END AS ids) merged
WHERE p.merged_into_teacher_id IS NULL AND p.anonymised_at IS NULL
GROUP BY n.lead_provider_id, p.id, merged.ids;
END"""

MERGED = """
    WITH RECURSIVE gone AS (
        SELECT x.from_teacher_id AS id FROM participant_id_change x WHERE x.to_teacher_id = survivor
        UNION SELECT x.from_teacher_id FROM participant_id_change x JOIN gone ON x.to_teacher_id = gone.id
    ) SELECT coalesce(array_agg(id), '{}') FROM gone"""

# The last or first training of a stay, with the lead provider that it is confirmed with.
OF_STAY = """SELECT t.*, CASE WHEN sp.challenged_at IS NULL THEN sp.lead_provider_id END AS confirmed_with
    FROM training_period t LEFT JOIN school_partnership sp ON sp.id = t.school_partnership_id
    WHERE t.teacher_id = a.teacher_id AND t.role = a.role AND t.cancelled_at IS NULL
        AND coalesce(t.ect_at_school_period_id, t.mentor_at_school_period_id) = {stay}
    ORDER BY t.started_on {order}, t.id {order} LIMIT 1"""

TRANSFER = f"""
#variable_conflict use_column
BEGIN RETURN QUERY
WITH stay AS (
    SELECT e.id, 'ect' AS role, e.teacher_id, e.school_id, e.started_on, e.finished_on, e.end_reason,
        e.continues_stay_id, e.ended_by_stay_id
    FROM ect_at_school_period e WHERE e.teacher_id = ANY (subjects) AND e.removed_at IS NULL
    UNION ALL
    SELECT m.id, 'mentor', m.teacher_id, m.school_id, m.started_on, m.finished_on, m.end_reason,
        m.continues_stay_id, m.ended_by_stay_id
    FROM mentor_at_school_period m WHERE m.teacher_id = ANY (subjects) AND m.removed_at IS NULL
), paired AS (
    SELECT a.*, lead(a.id) OVER following AS next_id, lead(a.school_id) OVER following AS next_school_id,
        lead(a.continues_stay_id) OVER following AS next_continues
    FROM stay a WINDOW following AS (PARTITION BY a.teacher_id, a.role ORDER BY a.started_on, a.id)
), transfer AS (
    SELECT a.teacher_id, a.role, a.school_id, a.next_id, a.next_school_id,
        last.created_at, last.started_on, last.finished_on AS left_on, last.confirmed_with AS left_provider,
        first.started_on AS joins_on, first.confirmed_with AS joins_provider
    FROM paired a
    JOIN LATERAL ({OF_STAY.format(stay="a.id", order="DESC")}) last ON last.finished_on IS NOT NULL
    LEFT JOIN LATERAL ({OF_STAY.format(stay="a.next_id", order="ASC")}) first ON true
    JOIN teacher p ON p.id = a.teacher_id
    WHERE a.finished_on IS NOT NULL
        AND CASE WHEN a.next_id IS NOT NULL THEN a.next_school_id <> a.school_id
                AND a.next_continues IS DISTINCT FROM a.id
            ELSE a.end_reason <> 'school_closed' AND (a.role = 'mentor' OR p.trs_induction_completed_date IS NULL
                AND NOT EXISTS (SELECT FROM induction_period i WHERE i.teacher_id = p.id
                    AND i.outcome IS NOT NULL AND i.finished_on IS NOT NULL)) END
        AND NOT (a.end_reason = 'school_closed' AND a.ended_by_stay_id IS NOT NULL)
)
SELECT viewer.id, p.public_id, 0, p.id, true,
    '{{"id":"' || p.public_id || '","type":"participant-transfer","attributes":' || (SELECT row_to_json(a)::text FROM (
        SELECT '@' AS updated_at, json_agg((SELECT row_to_json(shown) FROM (SELECT
            tr.public_id AS training_record_id,
            CASE WHEN x.joins_on IS NULL THEN 'unknown'
                WHEN x.left_provider IS DISTINCT FROM x.joins_provider THEN 'new_provider'
                ELSE 'new_school' END AS transfer_type,
            CASE WHEN x.left_on > today OR x.joins_on > today THEN 'incomplete' ELSE 'complete' END AS status,
            shown_time(x.created_at) AS created_at,
            json_build_object('school_urn', old.urn, 'provider', old_provider.name, 'date', x.left_on) AS leaving,
            CASE WHEN x.joins_on IS NOT NULL THEN json_build_object('school_urn', new.urn, 'provider', new_provider.name,
                'date', x.joins_on) END AS joining
        ) shown) ORDER BY x.started_on, x.role) AS transfers) a) || '}}',
    '{{}}'::int[], '{{}}'::text[], '{{}}'::uuid[], NULL::text, NULL::uuid,
    coalesce((SELECT min(t.confirmed_at) FROM training_period t WHERE t.teacher_id = p.id), p.created_at),
    coalesce(max(turn.before), '-infinity'), coalesce(min(turn.after), 'infinity')
FROM transfer x
JOIN teacher p ON p.id = x.teacher_id
JOIN lead_provider viewer ON viewer.id IN (x.left_provider, x.joins_provider)
LEFT JOIN training_record tr ON tr.teacher_id = x.teacher_id AND tr.role = x.role
JOIN school old ON old.id = x.school_id
LEFT JOIN school new ON new.id = x.next_school_id
LEFT JOIN lead_provider old_provider ON old_provider.id = x.left_provider
LEFT JOIN lead_provider new_provider ON new_provider.id = x.joins_provider
CROSS JOIN LATERAL (SELECT max(d) FILTER (WHERE d <= today) AS before, min(d) FILTER (WHERE d > today) - 1 AS after
    FROM unnest(ARRAY[x.left_on, x.joins_on]) d) turn
WHERE p.merged_into_teacher_id IS NULL AND p.anonymised_at IS NULL
GROUP BY viewer.id, p.id;
END"""

UNFUNDED = f"""
#variable_conflict use_column
BEGIN RETURN QUERY
WITH mentored AS (
    SELECT DISTINCT s.ect_teacher_id FROM mentorship_period s
    WHERE s.mentor_teacher_id = ANY (subjects) AND s.cancelled_at IS NULL
), latest AS (
    SELECT DISTINCT ON (t.teacher_id, t.lead_provider_id) t.lead_provider_id, t.ect_at_school_period_id AS stay_id
    FROM training_period t
    JOIN mentored ON mentored.ect_teacher_id = t.teacher_id
    JOIN teacher ect ON ect.id = t.teacher_id AND ect.merged_into_teacher_id IS NULL AND ect.anonymised_at IS NULL
    JOIN school_partnership sp ON sp.id = t.school_partnership_id AND sp.challenged_at IS NULL
    WHERE t.role = 'ect' AND {KEPT}
    ORDER BY t.teacher_id, t.lead_provider_id, t.started_on DESC, t.id DESC
), pair AS (
    SELECT l.lead_provider_id, s.mentor_teacher_id, turns.before, turns.after,
        present.id = s.id AS present, s.mentor_at_school_period_id AS stay_id
    FROM latest l
    CROSS JOIN LATERAL ({MENTORSHIPS.format(stay="l.stay_id")} AND s.mentor_teacher_id = ANY (subjects)) s
    LEFT JOIN LATERAL (SELECT s.id FROM ({MENTORSHIPS.format(stay="l.stay_id")}) s WHERE {PRESENT}) present ON true
    CROSS JOIN LATERAL (SELECT max(d) FILTER (WHERE d <= today) AS before, min(d) FILTER (WHERE d > today) - 1 AS after
        FROM ({MENTORSHIPS.format(stay="l.stay_id")}) s, unnest(ARRAY[s.started_on, s.finished_on + 1]) d) turns
), mentor AS (
    SELECT pair.lead_provider_id, pair.mentor_teacher_id, coalesce(bool_or(pair.present), false) AS listed,
        coalesce(max(pair.before), '-infinity') AS valid_from, coalesce(min(pair.after), 'infinity') AS valid_until,
        (SELECT m.email FROM mentor_at_school_period m WHERE m.id = ANY (array_agg(pair.stay_id) FILTER (WHERE pair.present))
            ORDER BY m.started_on DESC, m.id DESC LIMIT 1) AS email
    FROM pair GROUP BY pair.lead_provider_id, pair.mentor_teacher_id
)
SELECT c.lead_provider_id, p.public_id, 0, p.id, c.listed,
    CASE WHEN c.listed THEN '{{"id":"' || p.public_id || '","type":"unfunded-mentor","attributes":' || (
        SELECT row_to_json(a)::text FROM (SELECT {NAME} AS full_name, c.email AS email,
            p.trn AS teacher_reference_number, shown_time(p.created_at) AS created_at, '@' AS updated_at) a) || '}}' END,
    '{{}}'::int[], '{{}}'::text[], '{{}}'::uuid[], NULL::text, NULL::uuid, p.created_at, c.valid_from, c.valid_until
FROM mentor c JOIN teacher p ON p.id = c.mentor_teacher_id
WHERE p.merged_into_teacher_id IS NULL AND p.anonymised_at IS NULL
    AND NOT EXISTS (SELECT FROM training_period t JOIN school_partnership sp ON sp.id = t.school_partnership_id
        WHERE t.teacher_id = p.id AND sp.lead_provider_id = c.lead_provider_id AND sp.challenged_at IS NULL AND {KEPT});
END"""

TUTOR = """LEFT JOIN induction_tutor tutor ON tutor.school_id = {school}.id AND tutor.ended_at IS NULL"""
TUTOR_EMAIL = (
    """coalesce(nullif(tutor.email, ''), nullif({school}.primary_email, ''), nullif({school}.secondary_email, ''))"""
)

PARTNERSHIP = f"""
#variable_conflict use_column
BEGIN RETURN QUERY
SELECT sp.lead_provider_id, sp.public_id, sp.contract_period_year, sp.id, true,
    '{{"id":"' || sp.public_id || '","type":"partnership","attributes":' || (SELECT row_to_json(a)::text FROM (SELECT
        sp.contract_period_year::text AS cohort, school.urn AS urn, school.public_id AS school_id,
        dp.public_id AS delivery_partner_id, dp.name AS delivery_partner_name,
        tutor.name AS induction_tutor_name, {TUTOR_EMAIL.format(school="school")} AS induction_tutor_email,
        coalesce(count.present, 0) AS participants_currently_training, '@' AS updated_at,
        shown_time(sp.created_at) AS created_at) a) || '}}',
    ARRAY[sp.contract_period_year], '{{}}'::text[], '{{}}'::uuid[], school.urn, dp.public_id, sp.created_at,
    coalesce(count.before, '-infinity'), coalesce(count.after, 'infinity')
FROM school_partnership sp
JOIN school ON school.id = sp.school_id
JOIN delivery_partner dp ON dp.id = sp.delivery_partner_id
{TUTOR.format(school="school")}
CROSS JOIN LATERAL (
    SELECT count(DISTINCT t.id) FILTER (WHERE t.started_on <= today AND coalesce(t.finished_on, 'infinity') >= today)
            AS present,
        max(d) FILTER (WHERE d <= today) AS before, min(d) FILTER (WHERE d > today) - 1 AS after
    FROM training_period t, unnest(ARRAY[t.started_on, t.finished_on + 1]) d
    WHERE t.school_partnership_id = sp.id AND {KEPT}) count
WHERE sp.id = ANY (subjects) AND sp.challenged_at IS NULL;
END"""

DELIVERY_PARTNER = """
#variable_conflict use_column
BEGIN RETURN QUERY
SELECT pp.lead_provider_id, dp.public_id, 0, dp.id, true,
    '{"id":"' || dp.public_id || '","type":"delivery-partner","attributes":' || (SELECT row_to_json(a)::text FROM (SELECT
        dp.name AS name, shown_time(dp.created_at) AS created_at, '@' AS updated_at,
        array_agg(DISTINCT pp.contract_period_year::text ORDER BY pp.contract_period_year::text) AS cohort) a) || '}',
    array_agg(DISTINCT pp.contract_period_year ORDER BY pp.contract_period_year), '{}'::text[], '{}'::uuid[],
    NULL::text, NULL::uuid, dp.created_at, '-infinity'::date, 'infinity'::date
FROM provider_pairing pp JOIN delivery_partner dp ON dp.id = pp.delivery_partner_id
WHERE dp.id = ANY (subjects) GROUP BY pp.lead_provider_id, dp.id;
END"""

EXPRESSION = f"""
#variable_conflict use_column
BEGIN RETURN QUERY
WITH waiting AS (
    SELECT t.school_id, t.lead_provider_id, t.contract_period_year AS year, t.role, t.started_on, t.finished_on,
        t.requested_at, sp.challenged_at, coalesce(t.finished_on, 'infinity') >= today AS open
    FROM training_period t LEFT JOIN school_partnership sp ON sp.id = t.school_partnership_id
    WHERE t.school_id = ANY (subjects) AND t.training_programme = 'provider_led'
        AND (sp.id IS NULL OR sp.challenged_at IS NOT NULL) AND {KEPT}
), counted AS (
    SELECT w.school_id, w.lead_provider_id, w.year,
        count(*) FILTER (WHERE w.open AND w.role = 'ect') AS ects,
        count(*) FILTER (WHERE w.open AND w.role = 'mentor') AS mentors,
        count(*) FILTER (WHERE w.open AND w.challenged_at IS NOT NULL) AS disputed,
        min(w.started_on) FILTER (WHERE w.open) AS earliest_start_date,
        coalesce(min(w.requested_at) FILTER (WHERE w.open), min(w.challenged_at) FILTER (WHERE w.open)) AS requested_at,
        max(w.finished_on + 1) FILTER (WHERE w.finished_on + 1 <= today) AS before,
        min(w.finished_on) FILTER (WHERE w.open) AS after
    FROM waiting w GROUP BY w.school_id, w.lead_provider_id, w.year
)
SELECT c.lead_provider_id, given.id, c.year, s.id, c.ects + c.mentors > 0,
    CASE WHEN c.ects + c.mentors > 0 THEN '{{"id":"' || given.id || '","type":"expression-of-interest","attributes":' || (
        SELECT row_to_json(a)::text FROM (SELECT c.year::text AS cohort, s.public_id AS school_id, s.urn AS school_urn,
            s.name AS school_name, c.ects AS ects, c.mentors AS mentors, c.disputed AS disputed,
            c.earliest_start_date AS earliest_start_date, shown_time(c.requested_at) AS first_requested_at,
            '@' AS created_at, '@' AS updated_at) a) || '}}' END,
    ARRAY[c.year], '{{}}'::text[], '{{}}'::uuid[], s.urn, NULL::uuid, NULL::timestamptz,
    coalesce(c.before, '-infinity'), coalesce(c.after, 'infinity')
FROM counted c JOIN school s ON s.id = c.school_id
LEFT JOIN provider_record r ON r.lead_provider_id = c.lead_provider_id AND r.subject_id = s.id
    AND r.resource_type = 'expression-of-interest' AND r.cohort = c.year
CROSS JOIN LATERAL (SELECT coalesce(r.resource_id, gen_random_uuid()) AS id) given;
END"""

# The twin of app.schools.rules.school_access; a test compares the two (SCH-02, ACC-13.5).
LEVEL = """
    SELECT CASE
        WHEN s.alias_of_school_id IS NOT NULL OR s.status_code = 2 AND (s.closed_on IS NULL OR s.closed_on < today)
            OR s.status_code = 4 OR s.opened_on > today THEN 'none'
        WHEN s.access_override IS NOT NULL AND coalesce(s.access_override_until, 'infinity') >= today THEN s.access_override
        WHEN s.type_code IN (1, 2, 3, 5, 6, 7, 8, 12, 14, 15, 18, 24, 28, 31, 32, 33, 34, 35, 36, 38, 39, 40, 41, 42, 43,
            44, 45, 46, 47, 48, 57) AND england.lies THEN 'full'
        WHEN s.type_code IN (10, 11) AND england.lies AND s.section_41_approved THEN 'full'
        WHEN EXISTS (SELECT FROM service_setting x WHERE x.key = 'admitted_unfunded_types'
            AND x.value @> to_jsonb(s.type_code)) THEN 'school_led_only'
        WHEN s.type_code IN (10, 11) AND england.lies AND EXISTS (SELECT FROM training_period t
            WHERE t.school_id = s.id AND coalesce(t.finished_on, 'infinity') >= today AND {kept}) THEN 'full_no_new_ects'
        ELSE 'none' END
    FROM (SELECT s.type_code NOT IN (25, 26, 30, 37) AND (coalesce(btrim(s.district_code), '') IN ('', '9999')
        OR btrim(s.district_code) LIKE 'E%') AS lies) england""".replace("{kept}", KEPT)

SCHOOL = f"""
#variable_conflict use_column
BEGIN RETURN QUERY
WITH asked AS MATERIALIZED (
    SELECT s.*, school_level(s, today) AS level, tutor.name AS tutor_name,
        {TUTOR_EMAIL.format(school="s")} AS tutor_email, turn.before, turn.after
    FROM school s {TUTOR.format(school="s")}
    CROSS JOIN LATERAL (SELECT max(d) FILTER (WHERE d <= today) AS before, min(d) FILTER (WHERE d > today) - 1 AS after
        FROM (SELECT unnest(ARRAY[s.opened_on, s.closed_on + 1, s.access_override_until + 1]) AS d UNION ALL
            SELECT max(t.finished_on) + 1 FROM training_period t
            WHERE t.school_id = s.id AND s.type_code IN (10, 11) AND NOT s.section_41_approved AND {KEPT}) days) turn
    WHERE s.id = ANY (subjects)
)
SELECT v.lead_provider_id, a.public_id, cp.year, a.id, judged.listed,
    CASE WHEN judged.listed THEN '{{"id":"' || a.public_id || '","type":"school","attributes":' || (
        SELECT row_to_json(shown)::text FROM (SELECT a.name AS name, a.urn AS urn, cp.year::text AS cohort,
            y.in_partnership AS in_partnership, y.choice AS induction_programme_choice,
            v.interest AS expression_of_interest, CASE WHEN v.interest THEN a.tutor_name END AS induction_tutor_name,
            CASE WHEN v.interest THEN a.tutor_email END AS induction_tutor_email,
            shown_time(a.created_at) AS created_at, '@' AS updated_at) shown) || '}}' END,
    ARRAY[cp.year], '{{}}'::text[], '{{}}'::uuid[], a.urn, NULL::uuid, a.created_at,
    coalesce(a.before, '-infinity'), coalesce(a.after, 'infinity')
FROM asked a CROSS JOIN contract_period cp
CROSS JOIN LATERAL (SELECT
    EXISTS (SELECT FROM school_partnership sp WHERE sp.school_id = a.id AND sp.contract_period_year = cp.year
        AND sp.challenged_at IS NULL) AS in_partnership,
    CASE WHEN EXISTS (SELECT FROM training_period t WHERE t.school_id = a.id AND t.contract_period_year = cp.year
            AND t.training_programme = 'provider_led' AND {KEPT}) THEN 'provider_led'
        WHEN EXISTS (SELECT FROM training_period t WHERE t.school_id = a.id AND t.training_programme = 'school_led'
            AND t.started_on BETWEEN cp.started_on AND cp.finished_on AND {KEPT}) THEN 'school_led'
        ELSE 'not_yet_known' END AS choice) y
CROSS JOIN LATERAL (
    SELECT 0::bigint AS lead_provider_id, false AS interest
    UNION ALL
    SELECT interested.lead_provider_id, bool_or(interested.now) FROM (
        SELECT t.lead_provider_id, true AS now FROM training_period t
        WHERE t.school_id = a.id AND t.contract_period_year = cp.year AND t.lead_provider_id IS NOT NULL AND {KEPT}
        UNION ALL
        SELECT r.lead_provider_id, false FROM provider_record r WHERE r.resource_type = 'school'
            AND r.resource_id = a.public_id AND r.cohort = cp.year AND r.lead_provider_id <> 0) interested
    GROUP BY interested.lead_provider_id) v
CROSS JOIN LATERAL (SELECT a.level = 'full' OR y.in_partnership
    OR v.interest AND a.level IN ('full_no_new_ects', 'school_led_only') AS listed) judged
WHERE judged.listed OR v.lead_provider_id <> 0 OR a.after IS NOT NULL OR EXISTS (SELECT FROM provider_record r
    WHERE r.lead_provider_id = 0 AND r.resource_type = 'school' AND r.resource_id = a.public_id AND r.cohort = cp.year);
END"""

DOCUMENTS = {
    "participant": PARTICIPANT,
    "participant-transfer": TRANSFER,
    "unfunded-mentor": UNFUNDED,
    "partnership": PARTNERSHIP,
    "delivery-partner": DELIVERY_PARTNER,
    "expression-of-interest": EXPRESSION,
    "school": SCHOOL,
}
"""By type of resource; `subjects` are internal ids: of teachers, partnerships, delivery partners, schools."""


def function_of(kind: str) -> str:
    """Return the name of the function that makes the documents of one type."""
    return f"{kind.replace('-', '_')}_documents"


EVERY = "".join(
    f"IF kind = '{kind}' THEN RETURN QUERY SELECT * FROM {function_of(kind)}(subjects, today); RETURN; END IF;\n"
    for kind in DOCUMENTS
)
FUNCTIONS = {
    "shown_time(moment timestamptz)": ("text LANGUAGE sql STABLE", SHOWN_TIME),
    "participants_merged_into(survivor bigint)": ("bigint[] LANGUAGE sql STABLE", MERGED),
    "school_level(s school, today date)": ("text LANGUAGE sql STABLE", LEVEL),
    **{
        f"{function_of(kind)}(subjects bigint[], today date)": ("SETOF provider_document LANGUAGE plpgsql STABLE", body)
        for kind, body in DOCUMENTS.items()
    },
    "provider_documents(kind text, subjects bigint[], today date)": (
        "SETOF provider_document LANGUAGE plpgsql STABLE",
        f"BEGIN {EVERY} RAISE EXCEPTION 'no resource is called %', kind; END",
    ),
}


async def forwards() -> MigrationManager:
    """Make them all."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def make() -> None:
        await fetch(DOCUMENT)
        for signature, (returns, body) in FUNCTIONS.items():
            await fetch(f"CREATE FUNCTION {signature} RETURNS {returns} AS $body${body}$body$")

    async def unmake() -> None:
        for signature in reversed(FUNCTIONS):
            await fetch(f"DROP FUNCTION {signature}")
        await fetch("DROP TYPE provider_document")

    manager.add_raw(make)
    manager.add_raw_backwards(unmake)
    return manager
