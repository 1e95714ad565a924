"""The conditions of the queues that follow what others said or what failed: records, mail, duplicates (ADM-8.2)."""

from __future__ import annotations

from app.console.queue_of_work import Queue
from app.drafts.store import CANNOT_FILE

OPEN_STAYS = """
    SELECT 'ect' AS role, e.teacher_id, e.school_id, e.started_on, e.id FROM ect_at_school_period e
        WHERE e.removed_at IS NULL AND coalesce(e.finished_on, 'infinity') >= $1
    UNION ALL SELECT 'mentor', m.teacher_id, m.school_id, m.started_on, m.id FROM mentor_at_school_period m
        WHERE m.removed_at IS NULL AND coalesce(m.finished_on, 'infinity') >= $1"""
REGISTERED = """
    SELECT e.teacher_id, e.school_id, e.started_on, lower(e.email) AS email, e.created_at FROM ect_at_school_period e
        WHERE e.removed_at IS NULL
    UNION ALL SELECT m.teacher_id, m.school_id, m.started_on, lower(m.email), m.created_at
        FROM mentor_at_school_period m
        WHERE m.removed_at IS NULL"""
SHOWN_NAME = "coalesce({0}.corrected_name, {0}.trs_first_name || ' ' || {0}.trs_last_name)"
FAILING = """(SELECT m.state FROM message m WHERE lower(m.recipient) = lower({}) AND m.state IN ('delivered', 'bounced')
    ORDER BY m.finished_at DESC LIMIT 1) = 'bounced'"""
ADDRESS = "coalesce(nullif(btrim(s.primary_email), ''), nullif(btrim(s.secondary_email), ''))"
REQUESTED_WITHIN, REMOVED_WITHIN = 30, 400
"""In days."""

_OWN = f"""SELECT own.email FROM ({REGISTERED}) own WHERE own.teacher_id = $3
    UNION SELECT lower(v.changes #>> '{{email,old}}') FROM event v WHERE v.teacher_id = $3 AND v.changes ? 'email'"""  # noqa: S608 - constants
NEAR = f"""SELECT near.teacher_id FROM ({REGISTERED}) near WHERE near.school_id = ANY(ARRAY(
        SELECT own.school_id FROM ({REGISTERED}) own WHERE own.teacher_id = $3))
    UNION SELECT near.teacher_id FROM ({REGISTERED}) near WHERE near.email = ANY(ARRAY({_OWN}))
    UNION SELECT v.teacher_id FROM event v WHERE v.changes ? 'email'
        AND lower(v.changes #>> '{{email,old}}') = ANY(ARRAY({_OWN}))"""  # noqa: S608 - constants
"""Whoever is or was at a school of the person $3, or has or had an address of theirs; lists are looked up by index."""
FORMER = "SELECT v.teacher_id, lower(v.changes #>> '{email,old}') AS email FROM event v WHERE v.changes ? 'email'"
SUSPECTS = f"""WITH address AS MATERIALIZED (SELECT a.email FROM (
            SELECT r.teacher_id, r.email FROM ({REGISTERED}) r UNION ALL {FORMER}) a
        GROUP BY a.email HAVING min(a.teacher_id) <> max(a.teacher_id)),
    named AS MATERIALIZED (SELECT r.school_id, lower({SHOWN_NAME.format("t")}) AS name
        FROM ({REGISTERED}) r JOIN teacher t ON t.id = r.teacher_id
        GROUP BY r.school_id, lower({SHOWN_NAME.format("t")}) HAVING min(r.teacher_id) <> max(r.teacher_id))
    SELECT near.teacher_id FROM ({REGISTERED}) near WHERE near.email = ANY(ARRAY(SELECT email FROM address))
    UNION SELECT f.teacher_id FROM ({FORMER}) f WHERE f.email = ANY(ARRAY(SELECT email FROM address))
    UNION SELECT near.teacher_id FROM (SELECT r.teacher_id, r.school_id FROM ({REGISTERED}) r
            WHERE r.school_id = ANY(ARRAY(SELECT school_id FROM named))) near
        JOIN teacher t ON t.id = near.teacher_id
        JOIN named n ON n.school_id = near.school_id AND n.name = lower({SHOWN_NAME.format("t")})"""  # noqa: S608 - constants
"""Whoever shares an address with somebody, or a name with somebody at the same school: few of all people."""


def _duplicates(among: str) -> str:
    """Return the condition of Q-11 for those whom another condition picks.

    An address that was corrected counts up to then: whoever got it once it was free is somebody else (0118).
    """
    return f"""WITH registered AS MATERIALIZED (SELECT r.*, lower({SHOWN_NAME.format("t")}) AS name
            FROM ({REGISTERED}) r JOIN teacher t ON t.id = r.teacher_id
            WHERE t.merged_into_teacher_id IS NULL AND t.anonymised_at IS NULL AND {among}),
        changed AS (SELECT v.teacher_id, v.recorded_at, lower(v.changes #>> '{{email,old}}') AS old,
                lower(v.changes #>> '{{email,new}}') AS new FROM event v WHERE v.changes ? 'email'
                AND EXISTS (SELECT FROM registered r WHERE r.teacher_id = v.teacher_id)),
        addresses AS (SELECT r.teacher_id, r.email, coalesce(max(c.recorded_at), min(r.created_at)) AS since,
                'infinity'::timestamptz AS until FROM registered r
                LEFT JOIN changed c ON c.teacher_id = r.teacher_id AND c.new = r.email GROUP BY r.teacher_id, r.email
            UNION ALL SELECT teacher_id, old, '-infinity', max(recorded_at) FROM changed GROUP BY teacher_id, old),
        pairs AS (SELECT one.teacher_id AS older, other.teacher_id AS newer, 'email address' AS alike
            FROM addresses one JOIN addresses other ON other.email = one.email AND other.teacher_id > one.teacher_id
                AND other.since <= one.until AND one.since <= other.until
            UNION SELECT one.teacher_id, other.teacher_id, 'name at the same school'
            FROM registered one JOIN registered other ON other.school_id = one.school_id AND other.name = one.name
                AND other.teacher_id > one.teacher_id AND abs(other.started_on - one.started_on) <= 365)
        SELECT 'people ' || p.older || ' ' || p.newer AS key, newer.created_at AS since,
            (SELECT r.school_id FROM registered r WHERE r.teacher_id = p.newer
                ORDER BY r.started_on DESC, r.school_id LIMIT 1) AS school_id, p.newer AS teacher_id,
            'Same ' || string_agg(p.alike, ' and ' ORDER BY p.alike) || ' as ' || {SHOWN_NAME.format("older")}
                || ' (TRN ' || older.trn || ')' AS facts
        FROM pairs p JOIN teacher older ON older.id = p.older JOIN teacher newer ON newer.id = p.newer
        GROUP BY p.older, p.newer, older.id, newer.id"""  # noqa: S608 - constants


SIGNS: tuple[Queue, ...] = (
    Queue(
        "Q-04",
        "Teaching record changed",
        "Read the record again, merge two records, or end the registration",
        f"""SELECT 'person ' || t.id AS key, coalesce(said.recorded_at, t.trs_refreshed_at) AS since, stay.school_id,
            t.id AS teacher_id, CASE
                WHEN t.trs_answer = 'not_found' THEN 'No teaching record has their TRN any more'
                WHEN t.trs_answer = 'deactivated' THEN 'Their teaching record is deactivated'
                WHEN t.trs_answer = 'merged' THEN 'Their teaching record was merged into ' || t.trs_merged_into_trn
                WHEN said.state = 'restricted' THEN 'They are prohibited from teaching'
                WHEN t.trs_induction_status = 'Exempt' THEN 'They are exempt from induction, and registered as an ECT'
                WHEN t.trs_induction_status = 'Passed' THEN 'They passed induction, and are registered as an ECT'
                ELSE 'They failed induction, and are registered as an ECT' END AS facts
        FROM teacher t
        JOIN (SELECT DISTINCT ON (open.teacher_id) open.* FROM ({OPEN_STAYS}) open
            JOIN teacher asked ON asked.id = open.teacher_id WHERE asked.trs_answer <> 'found'
                OR asked.trs_induction_status IN ('Exempt', 'Passed', 'Failed', 'FailedInWales')
                OR asked.id = ANY(ARRAY(SELECT v.teacher_id FROM event v WHERE v.kind = 'teacher_trs_record_changed'))
            ORDER BY open.teacher_id, open.role, open.started_on DESC, open.id) stay ON stay.teacher_id = t.id
        LEFT JOIN (SELECT DISTINCT ON (v.teacher_id) v.teacher_id, v.recorded_at, v.metadata ->> 'state' AS state
            FROM event v WHERE v.kind = 'teacher_trs_record_changed' ORDER BY v.teacher_id, v.id DESC)
            said ON said.teacher_id = t.id
        WHERE t.merged_into_teacher_id IS NULL AND (t.trs_answer <> 'found' OR said.state = 'restricted'
            OR (stay.role = 'ect' AND t.trs_induction_status IN ('Exempt', 'Passed', 'Failed', 'FailedInWales')
                AND NOT EXISTS (SELECT FROM ect_at_school_period done WHERE done.id = stay.id
                    AND done.end_reason = 'induction_completed')))""",  # noqa: S608 - constants
    ),
    Queue(
        "Q-09",
        "Access asked for, and mail does not arrive",
        "Set sign-in by email link, or give somebody access",
        f"""SELECT 'school ' || s.id AS key, max(v.recorded_at) AS since, s.id AS school_id, NULL::bigint AS teacher_id,
            CASE WHEN {ADDRESS} IS NULL THEN 'The register holds no address'
                ELSE 'The address of the register does not accept mail: ' || {ADDRESS} END AS facts
        FROM event v JOIN school s ON s.id = v.school_id
        WHERE v.kind = 'access_link_requested' AND v.recorded_at > $1::date - {REQUESTED_WITHIN}
            AND ({ADDRESS} IS NULL OR {FAILING.format(ADDRESS)})
        GROUP BY s.id""",  # noqa: S608 - constants
    ),
    Queue(
        "Q-11",
        "Possible duplicates",
        "Merge the two records, or dismiss the item",
        _duplicates(f"r.teacher_id = ANY(ARRAY({SUSPECTS}))"),
        of_person=_duplicates(f"r.teacher_id = ANY(ARRAY({NEAR}))"),
    ),
    Queue(
        "Q-14",
        "Parked messages and jobs",
        "Try them again, or discard them: that takes the role for reference data, imports and settings",
        """SELECT 'message ' || m.id AS key, coalesce(m.finished_at, m.updated_at) AS since, m.school_id, m.teacher_id,
            m.message_id || ' to somebody at ' || split_part(m.recipient, '@', 2) || ' is ' || m.state || ' after '
                || m.attempts || ' tries' || coalesce(' (' || m.last_error || ')', '') AS facts
        FROM message m WHERE m.state IN ('parked', 'failed')
        UNION ALL SELECT 'job ' || j.id, coalesce((SELECT max(e.at) FROM procrastinate_events e WHERE e.job_id = j.id),
            now()), NULL, NULL, 'The job ' || j.task_name || ' failed after ' || j.attempts || ' tries'
        FROM procrastinate_jobs j WHERE j.status = 'failed'
        UNION ALL SELECT 'induction ' || i.id, i.finished_at, NULL, i.teacher_id,
            'The teaching record does not take the induction that support recorded (' || i.said || '): '
                || i.status
        FROM induction_to_tell i WHERE i.state = 'rejected'""",
        page="/admin/jobs",
    ),
    Queue(
        "Q-16",
        "Cannot be filed",
        "Mend the reference data, or put the registration right",
        f"""SELECT 'draft ' || d.id AS key, d.last_saved_at AS since, d.school_id, t.id AS teacher_id,
            'The reference data has a gap for what ' || u.name || ' wants to file' AS facts
        FROM draft d JOIN app_user u ON u.id = d.last_saved_by_user_id LEFT JOIN teacher t ON t.trn = d.trn
        WHERE d.state = 'open' AND d.next_question = '{CANNOT_FILE}'
        UNION ALL SELECT 'removal ' || v.id, v.recorded_at, v.school_id, v.teacher_id,
            'After the removal of a registration, ' || (v.metadata ->> 'not_restored')
                || ' registrations elsewhere did not get their former dates back'
        FROM event v WHERE v.kind = 'teacher_registration_removed' AND (v.metadata ->> 'not_restored')::int > 0
            AND v.recorded_at > $1::date - {REMOVED_WITHIN}""",  # noqa: S608 - constants
    ),
)
