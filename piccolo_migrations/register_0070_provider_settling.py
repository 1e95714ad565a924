"""Noting what was touched, and settling it at the end of each transaction: records, stamps, feed (API, 17 and 18)."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import fetch

ID = "2026-11-27T09:00:00:000070"
VERSION = "1.38.0"
DESCRIPTION = "Settling the records of lead providers"

OURS = (
    "('training_record', 'participant_id_change', 'provider_record', 'change', 'change_counter', 'idempotent_request')"
)
DROP_DEFAULTS = f"""
    DO $$ DECLARE found record; BEGIN
        FOR found IN SELECT table_name, column_name FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name IN {OURS}
            AND column_default IS NOT NULL AND column_default NOT LIKE 'nextval%'
        LOOP
            EXECUTE format('ALTER TABLE %I ALTER COLUMN %I DROP DEFAULT', found.table_name, found.column_name);
        END LOOP;
        ALTER TABLE training_record ALTER COLUMN public_id SET DEFAULT gen_random_uuid();
    END $$"""

# What a transaction touched, until it settles; lost in a crash together with the transaction.
TOUCH = "CREATE UNLOGGED TABLE provider_touch (kind text NOT NULL, id bigint NOT NULL)"

KEYS = "cohorts, statuses, from_ids, urn, delivery_partner_public_id, updated_at, valid_from, valid_until, id"
INDEXES = {
    "training_record_one": "UNIQUE INDEX {} ON training_record (teacher_id, role)",
    "participant_merged_once": "UNIQUE INDEX {} ON participant_id_change (from_teacher_id)",
    "provider_record_one": "UNIQUE INDEX {} ON provider_record (resource_type, resource_id, lead_provider_id, cohort)",
    "change_number": "UNIQUE INDEX {} ON change (lead_provider_id, number)",
    "change_counter_one": "UNIQUE INDEX {} ON change_counter (lead_provider_id, resource_type)",
    "idempotent_request_one": "UNIQUE INDEX {} ON idempotent_request (lead_provider_id, key)",
    "provider_record_subject": "INDEX {} ON provider_record (resource_type, subject_id)",
    "provider_record_created": "INDEX {} ON provider_record"
    f" (lead_provider_id, resource_type, created_second, resource_id) INCLUDE ({KEYS})"
    " WHERE listed AND resource_type <> 'school'",
    "provider_record_updated": "INDEX {} ON provider_record"
    f" (lead_provider_id, resource_type, updated_second, resource_id) INCLUDE ({KEYS})"
    " WHERE listed AND resource_type <> 'school'",
    "provider_record_school_created": "INDEX {} ON provider_record"
    " (lead_provider_id, cohort, created_second, resource_id) INCLUDE (urn, updated_at, valid_from, valid_until, id)"
    " WHERE listed AND resource_type = 'school'",
    "provider_record_school_updated": "INDEX {} ON provider_record"
    " (lead_provider_id, cohort, updated_second, resource_id) INCLUDE (urn, updated_at, valid_from, valid_until, id)"
    " WHERE listed AND resource_type = 'school'",
    "provider_record_over": "INDEX {} ON provider_record (lead_provider_id, resource_type, valid_until)"
    " WHERE valid_until < 'infinity'",
    "provider_record_not_yet": "INDEX {} ON provider_record (lead_provider_id, resource_type, valid_from)"
    " WHERE valid_from > '-infinity'",
    "change_created": "INDEX {} ON change (created_at)",
    "idempotent_request_created": "INDEX {} ON idempotent_request (created_at)",
    "participant_merged_into": "INDEX {} ON participant_id_change (to_teacher_id)",
    "mentorship_mentor_teacher": "INDEX {} ON mentorship_period (mentor_teacher_id)",
    "mentorship_ect_teacher": "INDEX {} ON mentorship_period (ect_teacher_id)",
}

# Table: what is noted as (kind, column with the id, columns that matter; none = any). Kinds are read in SETTLE.
NAMES = "trn, trs_first_name, trs_last_name, corrected_name"
FACTS = (
    f"{NAMES}, trs_induction_start_date, trs_induction_completed_date, merged_into_teacher_id, anonymised_at,"
    " ect_first_eligible_at, mentor_first_eligible_at, ect_payments_frozen_year, mentor_payments_frozen_year,"
    " mentor_ineligible_on, mentor_ineligible_reason"
)
STAY = (
    "teacher_id, school_id, started_on, finished_on, end_reason, ended_by_stay_id, continues_stay_id, email, removed_at"
)
TRAINING = (
    "teacher_id, role, school_id, ect_at_school_period_id, mentor_at_school_period_id, training_programme,"
    " lead_provider_id, contract_period_year, school_partnership_id, schedule_id, requested_at, confirmed_at,"
    " self_funded, started_on, finished_on, withdrawn_at, withdrawal_reason, deferred_at, deferral_reason, cancelled_at"
)
MENTORSHIP = (
    "ect_at_school_period_id, ect_teacher_id, mentor_at_school_period_id, mentor_teacher_id, started_on, finished_on,"
    " cancelled_at"
)
SCHOOL = (
    "urn, name, type_code, status_code, opened_on, closed_on, district_code, section_41_approved, access_override,"
    " access_override_until, primary_email, secondary_email, alias_of_school_id"
)
NOTED = {
    "teacher": (("teacher", "id", FACTS),),
    "ect_at_school_period": (
        ("teacher", "teacher_id", f"{STAY}, working_pattern"),
        ("school", "school_id", "school_id, removed_at"),
    ),
    "mentor_at_school_period": (("teacher", "teacher_id", STAY), ("school", "school_id", "school_id, removed_at")),
    "mentorship_period": (("teacher", "ect_teacher_id", MENTORSHIP), ("teacher", "mentor_teacher_id", MENTORSHIP)),
    "training_period": (
        ("teacher", "teacher_id", TRAINING),
        ("school", "school_id", TRAINING),
        ("training", "id", "school_partnership_id"),
    ),
    "induction_period": (("teacher", "teacher_id", "teacher_id, started_on, finished_on, outcome"),),
    "school_partnership": (
        ("partnership", "id", "school_id, lead_provider_id, delivery_partner_id, contract_period_year, challenged_at"),
        ("school", "school_id", "school_id"),
    ),
    "school": (("school", "id", SCHOOL), ("people", "id", "urn")),
    "induction_tutor": (("school", "school_id", "school_id, name, email, ended_at"),),
    "school_uplift": (("people", "school_id", "school_id, contract_period_year, pupil_premium, sparsity"),),
    "contract_period": (("year", "year", "started_on, finished_on, uplift_fees"),),
    "delivery_partner": (("partner", "id", "name"),),
    "provider_pairing": (
        ("pairing", "delivery_partner_id", "lead_provider_id, delivery_partner_id, contract_period_year"),
    ),
    "lead_provider": (("provider", "id", "name"),),
    "service_setting": (("setting", "id", "key, value"),),
}
EVENTS = {
    "insert": "AFTER INSERT ON {} REFERENCING NEW TABLE AS after_rows",
    "update": "AFTER UPDATE ON {} REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows",
    "delete": "AFTER DELETE ON {} REFERENCING OLD TABLE AS before_rows",
}


def note_of(table: str) -> str:
    """Return the body of the trigger function that notes what one table's changes touch."""
    whole = {"INSERT": "after_rows", "DELETE": "before_rows"}
    parts = []
    for event, rows in whole.items():
        notes = " ".join(
            f"INSERT INTO provider_touch SELECT DISTINCT '{kind}', {column} FROM {rows};"
            for kind, column, _ in NOTED[table]
        )
        parts.append(f"IF TG_OP = '{event}' THEN {notes} END IF;")
    key = "year" if table == "contract_period" else "id"
    notes = " ".join(
        f"""INSERT INTO provider_touch SELECT DISTINCT '{kind}', touched FROM after_rows a JOIN before_rows b USING ({key}),
            LATERAL (VALUES (a.{column}), (b.{column})) AS either (touched)
            WHERE ({_of("a", columns)}) IS DISTINCT FROM ({_of("b", columns)});"""
        if column != key
        else f"""INSERT INTO provider_touch SELECT '{kind}', {key} FROM after_rows a JOIN before_rows b USING ({key})
            WHERE ({_of("a", columns)}) IS DISTINCT FROM ({_of("b", columns)});"""
        for kind, column, columns in NOTED[table]
    )
    parts.append(f"IF TG_OP = 'UPDATE' THEN {notes} END IF;")
    skip = "IF current_setting('register.provider_records', true) = 'later' THEN RETURN NULL; END IF;"
    return f"BEGIN {skip} {' '.join(parts)} RETURN NULL; END"


def _of(alias: str, columns: str) -> str:
    return ", ".join(f"{alias}.{column.strip()}" for column in columns.split(","))


# Recompute the records of some subjects, stamp what differs and, unless quiet, write it into the feeds.
KEEP = """
DECLARE looked_at bigint;
BEGIN
WITH computed AS MATERIALIZED (
    SELECT * FROM provider_documents(resource, subjects, today)
), there AS MATERIALIZED (
    SELECT * FROM provider_record r WHERE r.resource_type = resource AND r.subject_id = ANY (subjects)
), merged AS MATERIALIZED (
    SELECT r.id AS record_id, coalesce(c.lead_provider_id, r.lead_provider_id) AS lead_provider_id,
        coalesce(c.resource_id, r.resource_id) AS resource_id, coalesce(c.cohort, r.cohort) AS cohort,
        coalesce(c.subject_id, r.subject_id) AS subject_id, coalesce(c.listed, false) AS listed,
        CASE WHEN c.listed THEN c.body END AS body, coalesce(c.cohorts, '{}') AS cohorts,
        coalesce(c.statuses, '{}') AS statuses, coalesce(c.from_ids, '{}') AS from_ids, c.urn,
        c.delivery_partner_public_id, c.first_at, coalesce(c.valid_from, '-infinity') AS valid_from,
        coalesce(c.valid_until, 'infinity') AS valid_until, coalesce(r.listed, false) AS was_listed,
        coalesce(c.listed, false) AND (r.id IS NULL OR NOT r.listed OR r.body IS DISTINCT FROM c.body) AS shows,
        r.id IS NOT NULL AND (r.valid_from, r.valid_until, r.listed) IS DISTINCT FROM
            (coalesce(c.valid_from, '-infinity'), coalesce(c.valid_until, 'infinity'), coalesce(c.listed, false)) AS moves
    FROM computed c FULL JOIN there r ON r.lead_provider_id = c.lead_provider_id AND r.resource_id = c.resource_id
        AND r.cohort = c.cohort
), made AS (
    INSERT INTO provider_record (created_at, updated_at, created_second, updated_second, lead_provider_id, resource_type,
        resource_id, cohort, subject_id, listed, body, cohorts, statuses, from_ids, urn, delivery_partner_public_id,
        valid_from, valid_until)
    SELECT coalesce(m.first_at, stamp), stamp, date_trunc('second', coalesce(m.first_at, stamp)),
        date_trunc('second', stamp), m.lead_provider_id, resource, m.resource_id, m.cohort, m.subject_id, m.listed, m.body,
        m.cohorts, m.statuses, m.from_ids, m.urn, m.delivery_partner_public_id, m.valid_from, m.valid_until
    FROM merged m WHERE m.record_id IS NULL ORDER BY m.lead_provider_id, m.subject_id, m.cohort
), remade AS (
    UPDATE provider_record r SET listed = m.listed, body = m.body, cohorts = m.cohorts, statuses = m.statuses,
        from_ids = m.from_ids, urn = m.urn, delivery_partner_public_id = m.delivery_partner_public_id,
        valid_from = m.valid_from, valid_until = m.valid_until,
        created_at = CASE WHEN m.first_at IS NULL AND m.shows AND NOT m.was_listed THEN stamp ELSE r.created_at END,
        created_second = CASE WHEN m.first_at IS NULL AND m.shows AND NOT m.was_listed THEN date_trunc('second', stamp)
            ELSE r.created_second END,
        updated_at = CASE WHEN m.shows THEN stamp ELSE r.updated_at END,
        updated_second = CASE WHEN m.shows THEN date_trunc('second', stamp) ELSE r.updated_second END
    FROM merged m WHERE r.id = m.record_id AND (m.shows OR m.moves)
), own AS (
    SELECT m.resource_id, m.cohort, array_agg(m.lead_provider_id) AS viewers FROM merged m
    WHERE m.lead_provider_id <> 0 AND resource = 'school' GROUP BY m.resource_id, m.cohort
), told AS (
    SELECT l.id AS lead_provider_id, m.resource_id, m.cohort, m.subject_id, m.listed, m.shows, m.was_listed
    FROM merged m LEFT JOIN own o ON o.resource_id = m.resource_id AND o.cohort = m.cohort
    JOIN lead_provider l ON l.id = m.lead_provider_id
        OR m.lead_provider_id = 0 AND NOT l.id = ANY (coalesce(o.viewers, '{}'))
    WHERE NOT quiet
), counted AS (
    SELECT t.*, CASE WHEN t.shows THEN 'upsert' ELSE 'delete' END AS action,
        CASE WHEN resource = 'school' THEN count(*) FILTER (WHERE t.listed) OVER school END AS listed_in,
        CASE WHEN resource = 'school' THEN count(*) FILTER (WHERE t.shows) OVER school END AS shown_in
    FROM told t WINDOW school AS (PARTITION BY t.lead_provider_id, t.resource_id)
), entry AS (
    SELECT DISTINCT c.lead_provider_id, c.resource_id, c.action, c.subject_id,
        CASE WHEN c.cohort = 0 THEN NULL
            WHEN c.shows AND c.listed_in > 1 AND c.shown_in = c.listed_in THEN NULL
            ELSE c.cohort END AS cohort
    FROM counted c WHERE c.shows OR c.was_listed AND NOT c.listed
), reasoned AS (
    SELECT e.*, gone.public_id AS moved_to, CASE WHEN e.action = 'upsert' THEN NULL
        WHEN gone.public_id IS NOT NULL THEN 'merged'
        WHEN resource IN ('partnership', 'participant', 'participant-transfer', 'unfunded-mentor')
            AND EXISTS (SELECT FROM school_partnership sp WHERE sp.id = ANY (partnerships)
                AND sp.lead_provider_id = e.lead_provider_id AND sp.challenged_at IS NOT NULL) THEN 'challenged'
        WHEN resource = 'expression-of-interest' AND EXISTS (
            SELECT FROM training_period t JOIN school_partnership sp ON sp.id = t.school_partnership_id
            WHERE (t.id = ANY (trainings) OR sp.id = ANY (partnerships)) AND sp.challenged_at IS NULL
                AND t.school_id = e.subject_id AND t.lead_provider_id = e.lead_provider_id
                AND t.contract_period_year = e.cohort AND t.cancelled_at IS NULL) THEN 'confirmed'
        ELSE 'no_longer_listed' END AS reason
    FROM entry e LEFT JOIN LATERAL (SELECT survivor.public_id FROM teacher p
        JOIN teacher survivor ON survivor.id = p.merged_into_teacher_id
        WHERE resource IN ('participant', 'participant-transfer', 'unfunded-mentor') AND e.action = 'delete'
            AND p.id = e.subject_id) gone ON true
), numbered AS (
    SELECT r.*, coalesce((SELECT max(n.number) FROM change_counter n WHERE n.lead_provider_id = r.lead_provider_id), 0)
        + row_number() OVER (PARTITION BY r.lead_provider_id ORDER BY r.resource_id, r.cohort) AS number
    FROM reasoned r
), written AS (
    INSERT INTO change (created_at, updated_at, lead_provider_id, number, resource_type, resource_id, cohort, action,
        reason, moved_to)
    SELECT stamp, stamp, n.lead_provider_id, n.number, resource, n.resource_id, n.cohort, n.action, n.reason, n.moved_to
    FROM numbered n ORDER BY n.lead_provider_id, n.number
), advanced AS (
    INSERT INTO change_counter AS c (created_at, updated_at, lead_provider_id, resource_type, number)
    SELECT stamp, stamp, n.lead_provider_id, resource, max(n.number) FROM numbered n GROUP BY n.lead_provider_id
    ON CONFLICT (lead_provider_id, resource_type) DO UPDATE SET number = excluded.number, updated_at = excluded.updated_at
)
SELECT count(*) INTO looked_at FROM merged;
END"""

ANY_TRAINING = (
    "EXISTS (SELECT FROM training_period t WHERE t.teacher_id = ANY (people) AND t.school_partnership_id IS NOT NULL)"
)

# Settle what the transaction touched, and what others left that committed without settling. One transaction settles at a
# time and holds the lock until it ends, so numbers and stamps never overtake each other; without a stamp, it is taken
# under the lock.
SETTLE = """
DECLARE people bigint[]; schools bigint[]; partnerships bigint[]; trainings bigint[]; partners bigint[];
    pairings bigint[]; around bigint[]; providers bigint[]; years bigint[]; settings bigint[];
BEGIN
SET CONSTRAINTS ALL DEFERRED;
IF NOT EXISTS (SELECT FROM provider_touch) THEN RETURN; END IF;
PERFORM pg_advisory_xact_lock({lock});
stamp := coalesce(stamp, clock_timestamp());
WITH touched AS (DELETE FROM provider_touch RETURNING kind, id)
SELECT INTO people, schools, partnerships, trainings, partners, pairings, around, providers, years, settings
    array_agg(DISTINCT t.id) FILTER (WHERE t.kind = 'teacher'), array_agg(DISTINCT t.id) FILTER (WHERE t.kind = 'school'),
    array_agg(DISTINCT t.id) FILTER (WHERE t.kind = 'partnership'),
    array_agg(DISTINCT t.id) FILTER (WHERE t.kind = 'training'),
    array_agg(DISTINCT t.id) FILTER (WHERE t.kind = 'partner'), array_agg(DISTINCT t.id) FILTER (WHERE t.kind = 'pairing'),
    array_agg(DISTINCT t.id) FILTER (WHERE t.kind = 'people'), array_agg(DISTINCT t.id) FILTER (WHERE t.kind = 'provider'),
    array_agg(DISTINCT t.id) FILTER (WHERE t.kind = 'year'), array_agg(DISTINCT t.id) FILTER (WHERE t.kind = 'setting')
FROM touched t;
IF partnerships IS NOT NULL THEN
    schools := array(SELECT unnest(schools) UNION SELECT p.school_id FROM school_partnership p WHERE p.id = ANY (partnerships));
    people := array(SELECT unnest(people) UNION
        SELECT t.teacher_id FROM training_period t WHERE t.school_partnership_id = ANY (partnerships));
END IF;
IF around IS NOT NULL OR providers IS NOT NULL OR years IS NOT NULL THEN
    people := array(SELECT unnest(people) UNION SELECT t.teacher_id FROM training_period t
        WHERE t.school_id = ANY (around) OR t.lead_provider_id = ANY (providers) OR t.contract_period_year = ANY (years));
    people := array(SELECT unnest(people) UNION SELECT e.teacher_id FROM ect_at_school_period e WHERE e.school_id = ANY (around)
        UNION SELECT m.teacher_id FROM mentor_at_school_period m WHERE m.school_id = ANY (around));
END IF;
IF years IS NOT NULL OR settings IS NOT NULL THEN
    schools := array(SELECT unnest(schools) UNION SELECT s.id FROM school s
        WHERE years IS NOT NULL OR s.type_code IN (10, 11, 37));
END IF;
PERFORM settle_people(people, partnerships, trainings, stamp, today, false);
IF schools IS NOT NULL THEN
    PERFORM keep_provider_records('school', schools, partnerships, trainings, stamp, today, false);
    IF EXISTS (SELECT FROM training_period t WHERE t.school_id = ANY (schools) AND t.lead_provider_id IS NOT NULL) THEN
        PERFORM keep_provider_records('expression-of-interest', schools, partnerships, trainings, stamp, today, false);
    END IF;
END IF;
IF schools IS NOT NULL OR partners IS NOT NULL THEN
    around := array(SELECT p.id FROM school_partnership p
        WHERE p.school_id = ANY (schools) OR p.delivery_partner_id = ANY (partners));
    IF cardinality(around) > 0 THEN
        PERFORM keep_provider_records('partnership', around, partnerships, trainings, stamp, today, false);
    END IF;
END IF;
IF partners IS NOT NULL OR pairings IS NOT NULL THEN
    PERFORM keep_provider_records('delivery-partner', partners || pairings, NULL, NULL, stamp, today, false);
END IF;
END"""

STALE = """
#variable_conflict use_column
DECLARE subjects bigint[];
BEGIN
subjects := array(
    SELECT r.subject_id FROM provider_record r WHERE r.lead_provider_id IN (viewer, 0) AND r.resource_type = resource
        AND r.valid_until < today AND r.valid_until < 'infinity'
    UNION
    SELECT r.subject_id FROM provider_record r WHERE r.lead_provider_id IN (viewer, 0) AND r.resource_type = resource
        AND r.valid_from > today AND r.valid_from > '-infinity');
IF cardinality(subjects) = 0 THEN RETURN; END IF;
RETURN QUERY SELECT r.id, d.body, d.cohort, d.cohorts, d.statuses, d.from_ids, d.urn, d.delivery_partner_public_id, r.resource_id,
    r.created_at, r.updated_at, r.created_second, r.updated_second
FROM provider_documents(resource, subjects, today) d
JOIN provider_record r ON r.resource_type = resource AND r.resource_id = d.resource_id
    AND r.lead_provider_id = d.lead_provider_id AND r.cohort = d.cohort
WHERE d.listed AND d.lead_provider_id IN (viewer, 0) AND NOT (today BETWEEN r.valid_from AND r.valid_until)
    AND (d.lead_provider_id <> 0 OR NOT EXISTS (SELECT FROM provider_record o WHERE o.lead_provider_id = viewer
        AND o.resource_type = resource AND o.resource_id = d.resource_id AND o.cohort = d.cohort));
END"""

PEOPLE = f"""
DECLARE mentors bigint[];
BEGIN
IF people IS NULL OR NOT ({ANY_TRAINING} OR EXISTS (SELECT FROM mentorship_period s
        WHERE s.mentor_teacher_id = ANY (people) OR s.ect_teacher_id = ANY (people)) OR EXISTS (
        SELECT FROM teacher p WHERE p.id = ANY (people) AND p.merged_into_teacher_id IS NOT NULL) OR EXISTS (
        SELECT FROM provider_record r WHERE r.subject_id = ANY (people)
            AND r.resource_type IN ('participant', 'participant-transfer', 'unfunded-mentor'))) THEN RETURN; END IF;
INSERT INTO participant_id_change (created_at, updated_at, from_teacher_id, to_teacher_id, changed_at)
    SELECT stamp, stamp, p.id, p.merged_into_teacher_id, stamp FROM teacher p
    WHERE p.id = ANY (people) AND p.merged_into_teacher_id IS NOT NULL ON CONFLICT DO NOTHING;
IF FOUND THEN
    people := array(WITH RECURSIVE survivor AS (SELECT unnest(people) AS id UNION SELECT p.merged_into_teacher_id
        FROM survivor JOIN teacher p ON p.id = survivor.id WHERE p.merged_into_teacher_id IS NOT NULL)
        SELECT id FROM survivor);
    UPDATE training_record r SET teacher_id = p.merged_into_teacher_id, updated_at = stamp FROM teacher p
        WHERE p.id = r.teacher_id AND p.id = ANY (people) AND p.merged_into_teacher_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM training_record o WHERE o.teacher_id = p.merged_into_teacher_id AND o.role = r.role);
END IF;
INSERT INTO training_record (created_at, updated_at, teacher_id, role)
    SELECT DISTINCT stamp, stamp, t.teacher_id, t.role FROM training_period t WHERE t.teacher_id = ANY (people)
        AND NOT EXISTS (SELECT FROM training_record r WHERE r.teacher_id = t.teacher_id AND r.role = t.role)
    ON CONFLICT DO NOTHING;
PERFORM keep_provider_records('participant', people, partnerships, trainings, stamp, today, quiet);
IF EXISTS (SELECT FROM ect_at_school_period e WHERE e.teacher_id = ANY (people) AND e.finished_on IS NOT NULL)
    OR EXISTS (SELECT FROM mentor_at_school_period e WHERE e.teacher_id = ANY (people) AND e.finished_on IS NOT NULL)
    OR EXISTS (SELECT FROM provider_record r WHERE r.subject_id = ANY (people) AND r.resource_type = 'participant-transfer')
THEN
    PERFORM keep_provider_records('participant-transfer', people, partnerships, trainings, stamp, today, quiet);
END IF;
mentors := array(SELECT s.mentor_teacher_id FROM mentorship_period s WHERE s.ect_teacher_id = ANY (people)
    UNION SELECT s.mentor_teacher_id FROM mentorship_period s WHERE s.mentor_teacher_id = ANY (people)
    UNION SELECT r.subject_id FROM provider_record r
        WHERE r.subject_id = ANY (people) AND r.resource_type = 'unfunded-mentor');
IF cardinality(mentors) > 0 THEN
    PERFORM keep_provider_records('unfunded-mentor', mentors, partnerships, trainings, stamp, today, quiet);
END IF;
END"""

LOCK = 7_203_413
STALE_COLUMNS = (
    "id bigint, body text, cohort int, cohorts int[], statuses text[], from_ids uuid[], urn text,"
    " delivery_partner_public_id uuid, resource_id uuid, created_at timestamptz, updated_at timestamptz,"
    " created_second timestamptz, updated_second timestamptz"
)
MOMENT = "stamp timestamptz, today date"
FUNCTIONS = {
    "keep_provider_records(resource text, subjects bigint[], partnerships bigint[], trainings bigint[],"
    f" {MOMENT}, quiet boolean)": ("void LANGUAGE plpgsql", KEEP),
    f"settle_people(people bigint[], partnerships bigint[], trainings bigint[], {MOMENT}, quiet boolean)": (
        "void LANGUAGE plpgsql",
        PEOPLE,
    ),
    "stale_provider_records(viewer bigint, resource text, today date)": (
        f"TABLE ({STALE_COLUMNS}) LANGUAGE plpgsql STABLE ROWS 1 SET plan_cache_mode = force_generic_plan",
        STALE,
    ),
    f"settle_provider_records({MOMENT})": (
        "void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp",
        SETTLE.replace("{lock}", str(LOCK)),
    ),
}


async def forwards() -> MigrationManager:
    """Make keys, functions and triggers."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def make() -> None:
        await fetch(DROP_DEFAULTS)
        await fetch(TOUCH)
        for name, definition in INDEXES.items():
            await fetch(f"CREATE {definition.format(name)}")
        for signature, (returns, body) in FUNCTIONS.items():
            await fetch(f"CREATE FUNCTION {signature} RETURNS {returns} AS $body${body}$body$")
        for table in NOTED:
            await fetch(
                f"CREATE FUNCTION note_{table}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"
                # The plan made for one row is kept; for the whole register, row by row would never end.
                f" SET search_path = public, pg_temp SET enable_nestloop = off AS $body${note_of(table)}$body$"
            )
            for event, when in EVENTS.items():
                await fetch(
                    f"CREATE TRIGGER note_{table}_{event} {when.format(table)}"
                    f" FOR EACH STATEMENT EXECUTE FUNCTION note_{table}()"
                )

    async def unmake() -> None:
        for table in NOTED:
            for event in EVENTS:
                await fetch(f"DROP TRIGGER note_{table}_{event} ON {table}")
            await fetch(f"DROP FUNCTION note_{table}()")
        for signature in reversed(FUNCTIONS):
            await fetch(f"DROP FUNCTION {signature}")
        for name in INDEXES:
            await fetch(f"DROP INDEX {name}")
        await fetch("DROP TABLE provider_touch")

    manager.add_raw(make)
    manager.add_raw_backwards(unmake)
    return manager
