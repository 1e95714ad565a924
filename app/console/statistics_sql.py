"""The statements of the statistics: one a measure, whatever the range (ADM-12.2).

Each is given the same: $1 first and $2 last day, $3 academic year, $4 region, $5 type of school, $6 lead provider;
None and '' leave it open. Removed registrations are left out. Each answers rows as lists of values.
"""

from __future__ import annotations

ASKED = """asked AS (SELECT $1::date AS first, $2::date AS last, $3::int AS year, $4::text AS region,
    $5::int AS type_code, $6::uuid AS provider)"""
OF_SCHOOL = """(a.region = '' OR s.region = a.region) AND (a.type_code IS NULL OR s.type_code = a.type_code)"""
OF_TRAINING = """(a.year IS NULL OR tp.contract_period_year = a.year)
    AND (a.provider IS NULL OR lp.public_id = a.provider)"""


def _stays(table: str, role: str, body: str, training: str) -> str:
    return f"""SELECT '{role}' AS role, st.id, st.teacher_id, st.started_on, st.finished_on, st.created_at,
        {body} AS body_id, st.school_id
    FROM asked a CROSS JOIN {table} st JOIN school s ON s.id = st.school_id
    WHERE st.removed_at IS NULL AND {OF_SCHOOL} AND (a.year IS NULL AND a.provider IS NULL OR EXISTS (
        SELECT FROM training_period tp LEFT JOIN lead_provider lp ON lp.id = tp.lead_provider_id
        WHERE tp.{training} = st.id AND tp.cancelled_at IS NULL AND {OF_TRAINING}))"""  # noqa: S608 - constants


ECTS = _stays("ect_at_school_period", "ect", "st.school_reported_appropriate_body_id", "ect_at_school_period_id")
MENTORS = _stays("mentor_at_school_period", "mentor", "NULL::bigint", "mentor_at_school_period_id")
# An ECT is in progress until the day before their induction ended; an exempt one never is (STA-01).
IN_PROGRESS = f"""in_progress AS (SELECT e.*, coalesce(least(e.finished_on, least(
            (SELECT min(i.finished_on) FROM induction_period i
                WHERE i.teacher_id = e.teacher_id AND i.outcome IS NOT NULL),
            CASE WHEN t.trs_induction_status IN ('Passed', 'Failed', 'FailedInWales')
                THEN coalesce(t.trs_induction_completed_date, e.started_on) END) - 1), 'infinity') AS last_on
        FROM ({ECTS}) e JOIN teacher t ON t.id = e.teacher_id
        WHERE t.trs_induction_status IS DISTINCT FROM 'Exempt')"""  # noqa: S608 - constants
DAYS = "days AS (SELECT day::date FROM asked a, generate_series(a.first, a.last, interval '1 day') day)"


def _rows(columns: str, order: str, source: str) -> str:
    return f"(SELECT coalesce(json_agg(json_build_array({columns}) ORDER BY {order}), '[]') FROM ({source}) r)"  # noqa: S608 - constants


# With the six days before, for the mean of seven days.
REGISTRATIONS = f"""WITH {ASKED},
    counted AS (SELECT role, (created_at AT TIME ZONE 'Europe/London')::date AS day, count(*) AS n
        FROM ({ECTS} UNION ALL {MENTORS}) st GROUP BY 1, 2)
    SELECT {
    _rows(
        "r.day, r.role, r.n",
        "r.day, r.role",
        '''SELECT moment::date AS day, roles.role, coalesce(c.n, 0) AS n FROM asked a,
            generate_series(a.first - 6, a.last, interval '1 day') moment
            CROSS JOIN (VALUES ('ect'), ('mentor')) roles (role)
            LEFT JOIN counted c ON c.day = moment::date AND c.role = roles.role''',
    )
}"""  # noqa: S608 - constants
PROGRAMMES = f"""WITH {ASKED}, {IN_PROGRESS},
    trained AS (SELECT DISTINCT ON (p.id) coalesce(tp.training_programme, 'none') AS programme
        FROM asked a CROSS JOIN in_progress p LEFT JOIN training_period tp ON tp.ect_at_school_period_id = p.id
            AND tp.cancelled_at IS NULL AND tp.started_on <= a.last AND coalesce(tp.finished_on, 'infinity') >= a.last
        WHERE a.last BETWEEN p.started_on AND p.last_on ORDER BY p.id, tp.started_on, tp.id),
    counted AS (SELECT programme, count(*) AS n FROM trained GROUP BY programme)
    SELECT {
    _rows(
        "r.day, r.programme, r.n",
        "r.place",
        '''SELECT a.last AS day, kinds.*, coalesce(c.n, 0) AS n FROM asked a
            CROSS JOIN (VALUES ('provider_led', 1), ('school_led', 2), ('none', 3)) kinds (programme, place)
            LEFT JOIN counted c ON c.programme = kinds.programme''',
    )
}"""  # noqa: S608 - constants


def _trained(stays: str, training: str) -> str:
    return f"""SELECT lp.id, lp.name, tp.role, tp.school_partnership_id
    FROM asked a CROSS JOIN ({stays}) st JOIN training_period tp ON tp.{training} = st.id
    JOIN lead_provider lp ON lp.id = tp.lead_provider_id
    WHERE tp.cancelled_at IS NULL AND tp.withdrawn_at IS NULL AND tp.started_on <= a.last
        AND coalesce(tp.finished_on, 'infinity') >= a.last AND {OF_TRAINING}"""  # noqa: S608 - constants


PROVIDERS = f"""WITH {ASKED} SELECT {
    _rows(
        "r.name, r.role, r.confirmed, r.requested",
        "lower(r.name), r.role",
        f'''SELECT name, role, count(*) FILTER (WHERE school_partnership_id IS NOT NULL) AS confirmed,
                count(*) FILTER (WHERE school_partnership_id IS NULL) AS requested
            FROM ({_trained(ECTS, "ect_at_school_period_id")}
                UNION ALL {_trained(MENTORS, "mentor_at_school_period_id")}) tp GROUP BY id, name, role''',
    )
}"""  # noqa: S608 - constants
# Who comes and who goes on each day, summed up: one pass however long the range is.
MENTORED = f"""WITH {ASKED}, {IN_PROGRESS}, {DAYS},
    mentored AS (SELECT greatest(m.started_on, p.started_on) AS first_on,
            least(coalesce(m.finished_on, 'infinity'), p.last_on) AS last_on
        FROM mentorship_period m JOIN in_progress p ON p.id = m.ect_at_school_period_id WHERE m.cancelled_at IS NULL),
    moves AS (SELECT started_on AS day, 1 AS ects, 0 AS mentored FROM in_progress WHERE last_on >= started_on
        UNION ALL SELECT last_on + 1, -1, 0 FROM in_progress WHERE last_on >= started_on AND last_on <> 'infinity'
        UNION ALL SELECT first_on, 0, 1 FROM mentored WHERE last_on >= first_on
        UNION ALL SELECT last_on + 1, 0, -1 FROM mentored WHERE last_on >= first_on AND last_on <> 'infinity'),
    moved AS (SELECT greatest(m.day, a.first) AS day, sum(ects) AS ects, sum(mentored) AS mentored
        FROM moves m, asked a WHERE m.day <= a.last GROUP BY 1),
    firsts AS (SELECT p.id, min(m.started_on) AS day, greatest(min(m.started_on) - min(p.started_on), 0) AS waited
        FROM in_progress p JOIN mentorship_period m ON m.ect_at_school_period_id = p.id AND m.cancelled_at IS NULL
        GROUP BY p.id),
    waits AS (SELECT f.day, count(*) AS n, percentile_cont(0.5) WITHIN GROUP (ORDER BY f.waited) AS median
        FROM firsts f, asked a WHERE f.day BETWEEN a.first AND a.last GROUP BY f.day)
    SELECT {
    _rows(
        "r.day, r.ects, r.mentored, r.n, r.median",
        "r.day",
        '''SELECT d.day, sum(coalesce(m.ects, 0)) OVER (ORDER BY d.day) AS ects,
                sum(coalesce(m.mentored, 0)) OVER (ORDER BY d.day) AS mentored, coalesce(w.n, 0) AS n, w.median
            FROM days d LEFT JOIN moved m ON m.day = d.day LEFT JOIN waits w ON w.day = d.day''',
    )
}"""  # noqa: S608 - constants
BANDS = "count(*) FILTER (WHERE open AND age <= 7), count(*) FILTER (WHERE open AND age BETWEEN 8 AND 14)"
MORE = "count(*) FILTER (WHERE open AND age BETWEEN 15 AND 28), count(*) FILTER (WHERE open AND age >= 29)"
WAITED = f"""json_build_array(name, count(days), percentile_cont(0.5) WITHIN GROUP (ORDER BY days),
    percentile_cont(0.9) WITHIN GROUP (ORDER BY days), {BANDS}, {MORE}) AS line"""
CONFIRMATIONS = f"""WITH {ASKED},
    asked_for AS (SELECT lp.name, (tp.confirmed_at AT TIME ZONE 'Europe/London')::date
                - (tp.requested_at AT TIME ZONE 'Europe/London')::date AS days,
            tp.school_partnership_id IS NULL AND tp.withdrawn_at IS NULL
                AND coalesce(tp.finished_on, 'infinity') >= a.last AS open,
            a.last - (tp.requested_at AT TIME ZONE 'Europe/London')::date AS age
        FROM asked a CROSS JOIN training_period tp JOIN lead_provider lp ON lp.id = tp.lead_provider_id
        JOIN school s ON s.id = tp.school_id
        LEFT JOIN ect_at_school_period e ON e.id = tp.ect_at_school_period_id
        LEFT JOIN mentor_at_school_period n ON n.id = tp.mentor_at_school_period_id
        WHERE (tp.requested_at AT TIME ZONE 'Europe/London')::date BETWEEN a.first AND a.last
            AND tp.cancelled_at IS NULL AND coalesce(e.removed_at, n.removed_at) IS NULL
            AND {OF_SCHOOL} AND {OF_TRAINING}),
    lines AS (SELECT name, {WAITED} FROM asked_for GROUP BY name)
    SELECT coalesce(json_agg(line ORDER BY lower(name)), '[]') FROM lines"""  # noqa: S608 - constants
INDUCTIONS = f"""WITH {ASKED}, {IN_PROGRESS},
    begun AS (SELECT p.*, i.created_at AS recorded_at, i.appropriate_body_id
        FROM asked a CROSS JOIN in_progress p LEFT JOIN LATERAL (SELECT i.* FROM induction_period i
            WHERE i.teacher_id = p.teacher_id AND i.started_on <= coalesce(p.finished_on, 'infinity')
                AND coalesce(i.finished_on, 'infinity') >= p.started_on
            ORDER BY i.created_at, i.id LIMIT 1) i ON true
        WHERE p.started_on BETWEEN a.first AND a.last),
    counted AS (SELECT coalesce(b.name, 'None reported') AS name, greatest(0,
                (g.recorded_at AT TIME ZONE 'Europe/London')::date - g.started_on) AS days,
            g.recorded_at IS NULL AND g.last_on >= a.last AS open, a.last - g.started_on AS age
        FROM asked a CROSS JOIN begun g
        LEFT JOIN appropriate_body b ON b.id = coalesce(g.appropriate_body_id, g.body_id)),
    lines AS (SELECT name, {WAITED} FROM counted GROUP BY name)
    SELECT coalesce(json_agg(line ORDER BY lower(name)), '[]') FROM lines"""  # noqa: S608 - constants
# Totals have no step; the others count drafts that ended, or stand, at a step.
DRAFTS = f"""WITH {ASKED},
    begun AS (SELECT d.* FROM asked a CROSS JOIN draft d JOIN school s ON s.id = d.school_id
        WHERE (d.created_at AT TIME ZONE 'Europe/London')::date BETWEEN a.first AND a.last AND {OF_SCHOOL})
    SELECT {
    _rows(
        "r.journey, r.step, r.started, r.submitted, r.expired, r.blocked, r.stopped",
        "r.journey, r.total DESC, r.step",
        '''SELECT journey, coalesce(stopped_at, '') AS step, grouping(stopped_at) AS total,
                count(*) AS started, count(*) FILTER (WHERE state = 'submitted') AS submitted,
                count(*) FILTER (WHERE state = 'expired') AS expired,
                count(*) FILTER (WHERE state = 'blocked') AS blocked,
                count(*) FILTER (WHERE state <> 'submitted') AS stopped
            FROM begun GROUP BY GROUPING SETS ((journey), (journey, stopped_at))
            HAVING grouping(stopped_at) = 1 OR stopped_at IS NOT NULL''',
    )
}"""  # noqa: S608 - constants
FIELD_ERRORS = f"""WITH {ASKED} SELECT {
    _rows(
        "r.journey || ': ' || r.field, r.n",
        "r.n DESC, r.journey, r.field",
        '''SELECT journey, field, sum(errors) AS n FROM asked a, field_error
            WHERE day BETWEEN a.first AND a.last GROUP BY journey, field''',
    )
}"""  # noqa: S608 - constants
USE = f"""WITH {ASKED},
    signed AS (SELECT v.kind, v.school_id, coalesce(v.metadata ->> 'method', 'not known') AS method
        FROM asked a CROSS JOIN event v LEFT JOIN school s ON s.id = v.school_id
        WHERE v.kind IN ('school_user_signs_in', 'school_user_refused', 'staff_signs_in', 'staff_sign_in_refused')
            AND v.recorded_at >= a.first::timestamp AT TIME ZONE 'Europe/London'
            AND v.recorded_at < (a.last + 1)::timestamp AT TIME ZONE 'Europe/London' AND {OF_SCHOOL})
    SELECT json_build_array(
        json_build_array(json_build_array((SELECT count(DISTINCT school_id) FROM signed
            WHERE kind = 'school_user_signs_in'))),
        {
    _rows(
        "r.method, r.outcome, r.n",
        "r.method, r.outcome",
        '''SELECT method, CASE WHEN kind LIKE '%refused' THEN 'refused' ELSE 'signed in' END AS outcome,
            count(*) AS n FROM signed GROUP BY 1, 2''',
    )
},
        {
    _rows(
        "r.outcome, r.n",
        "r.outcome",
        f'''SELECT l.outcome, count(*) AS n FROM asked a CROSS JOIN lookup_attempt l
            JOIN school s ON s.id = l.school_id
            WHERE (l.at AT TIME ZONE 'Europe/London')::date BETWEEN a.first AND a.last AND {OF_SCHOOL}
            GROUP BY l.outcome''',
    )
},
        {
    _rows(
        "r.message_id, r.state, r.n",
        "r.message_id, r.state",
        f'''SELECT m.message_id, m.state, count(*) AS n FROM asked a CROSS JOIN message m
            LEFT JOIN school s ON s.id = m.school_id
            WHERE m.created_at >= a.first::timestamp AT TIME ZONE 'Europe/London'
                AND m.created_at < (a.last + 1)::timestamp AT TIME ZONE 'Europe/London' AND {OF_SCHOOL}
            GROUP BY m.message_id, m.state''',
    )
},
        {
    _rows(
        "r.satisfaction, r.n",
        "r.satisfaction DESC",
        '''SELECT f.satisfaction, count(*) AS n FROM asked a CROSS JOIN feedback f
            WHERE (f.at AT TIME ZONE 'Europe/London')::date BETWEEN a.first AND a.last GROUP BY f.satisfaction''',
    )
})"""  # noqa: S608 - constants
