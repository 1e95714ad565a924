"""Turning the day for lead providers' records, filling them for facts that came in bulk, and checking them (API-18.5)."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import fetch

ID = "2026-11-27T09:00:00:000071"
VERSION = "1.38.0"
DESCRIPTION = "Days, filling and checking of lead providers' records"

SETTLING = 7_203_413
"""The lock of the migration before: filling, turning and putting right settle too."""
OF_PEOPLE = "('participant', 'participant-transfer', 'unfunded-mentor')"
TYPES = (
    "ARRAY['participant', 'participant-transfer', 'unfunded-mentor', 'school', 'expression-of-interest', 'partnership',"
    " 'delivery-partner']"
)

# Work out anew some of what the day has overtaken; returns how many subjects, none when the day has been turned.
TURN = f"""
DECLARE kind text; subjects bigint[];
BEGIN
PERFORM pg_advisory_xact_lock({SETTLING});
stamp := coalesce(stamp, clock_timestamp());
FOREACH kind IN ARRAY {TYPES} LOOP
    subjects := array(SELECT DISTINCT r.subject_id FROM provider_record r
        WHERE r.lead_provider_id IN (SELECT l.id FROM lead_provider l UNION SELECT 0) AND r.resource_type = kind
            AND (r.valid_until < today AND r.valid_until < 'infinity' OR r.valid_from > today AND r.valid_from > '-infinity')
        LIMIT most);
    IF cardinality(subjects) > 0 THEN
        PERFORM keep_provider_records(kind, subjects, NULL, NULL, stamp, today, false);
        RETURN cardinality(subjects);
    END IF;
END LOOP;
RETURN 0;
END"""

SUBJECTS = {
    "school": "school",
    "expression-of-interest": "school",
    "partnership": "school_partnership",
    "delivery-partner": "delivery_partner",
}
FILL_OTHERS = "".join(
    f"""
FOR subjects IN SELECT array_agg(x.id) FROM (SELECT f.id, (row_number() OVER (ORDER BY f.id) - 1) / 2000 AS part
    FROM {table} f) x GROUP BY x.part ORDER BY x.part LOOP
    PERFORM keep_provider_records('{kind}', subjects, NULL, NULL, stamp, today, true);
END LOOP;"""
    for kind, table in SUBJECTS.items()
)
# Make every record without entries in the feeds: for facts that were there before (API-17.8).
FILL = f"""
DECLARE subjects bigint[];
BEGIN
PERFORM pg_advisory_xact_lock({SETTLING});
stamp := coalesce(stamp, clock_timestamp());
DELETE FROM provider_touch;
FOR subjects IN SELECT array_agg(x.id) FROM (SELECT f.id, (row_number() OVER (ORDER BY f.id) - 1) / 2000 AS part
    FROM teacher f) x GROUP BY x.part ORDER BY x.part LOOP
    PERFORM settle_people(subjects, NULL, NULL, stamp, today, true);
END LOOP;{FILL_OTHERS}
ANALYZE provider_record;
END"""

# What is kept beside what the facts say, for some subjects; what another day will work out is left alone.
DIFFERENCES = """
#variable_conflict use_column
BEGIN RETURN QUERY
SELECT coalesce(d.lead_provider_id, r.lead_provider_id), coalesce(d.subject_id, r.subject_id),
    coalesce(d.resource_id, r.resource_id), coalesce(d.cohort, r.cohort),
    CASE WHEN r.id IS NULL THEN 'missing' WHEN d.listed AND NOT r.listed THEN 'not listed'
        WHEN coalesce(d.listed, false) THEN 'differs' ELSE 'still listed' END
FROM provider_documents(resource, subjects, today) d
FULL JOIN (SELECT * FROM provider_record k WHERE k.resource_type = resource AND k.subject_id = ANY (subjects)) r
    ON r.lead_provider_id = d.lead_provider_id AND r.resource_id = d.resource_id AND r.cohort = d.cohort
WHERE (r.id IS NULL OR today BETWEEN r.valid_from AND r.valid_until) AND (
    d.listed AND (r.id IS NULL OR NOT r.listed OR r.body IS DISTINCT FROM d.body
        OR (r.cohorts, r.statuses, r.from_ids, r.urn, r.delivery_partner_public_id)
            IS DISTINCT FROM (d.cohorts, d.statuses, d.from_ids, d.urn, d.delivery_partner_public_id))
    OR r.listed AND NOT coalesce(d.listed, false));
END"""

REPAIR = f"""
BEGIN
PERFORM pg_advisory_xact_lock({SETTLING});
stamp := coalesce(stamp, clock_timestamp());
IF resource IN {OF_PEOPLE} THEN
    PERFORM settle_people(subjects, NULL, NULL, stamp, today, false);
END IF;
PERFORM keep_provider_records(resource, subjects, NULL, NULL, stamp, today, false);
END"""

DEFINER = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan"
FUNCTIONS = {
    "turn_provider_records(stamp timestamptz, today date, most int)": (f"int {DEFINER}", TURN),
    "fill_provider_records(stamp timestamptz, today date)": (f"void {DEFINER}", FILL),
    "provider_record_differences(resource text, subjects bigint[], today date)": (
        "TABLE (lead_provider_id bigint, subject_id bigint, resource_id uuid, cohort int, difference text)"
        f" STABLE {DEFINER}",
        DIFFERENCES,
    ),
    "repair_provider_records(resource text, subjects bigint[], stamp timestamptz, today date)": (
        f"void {DEFINER}",
        REPAIR,
    ),
}
SETTLE = "settle_provider_records(timestamptz, date)"


async def forwards() -> MigrationManager:
    """Make the functions, and fill the records for the facts there are."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def make() -> None:
        for signature, (returns, body) in FUNCTIONS.items():
            await fetch(f"CREATE FUNCTION {signature} RETURNS {returns} AS $body${body}$body$")
        # Planning anew for each transaction costs several times what settling does.
        await fetch(f"ALTER FUNCTION {SETTLE} SET plan_cache_mode = force_generic_plan")
        await fetch(
            "SELECT fill_provider_records(NULL, (now() AT TIME ZONE 'Europe/London')::date)",
            seconds=3600,
        )

    async def unmake() -> None:
        for signature in reversed(FUNCTIONS):
            await fetch(f"DROP FUNCTION {signature}")
        await fetch(f"ALTER FUNCTION {SETTLE} RESET plan_cache_mode")

    manager.add_raw(make)
    manager.add_raw_backwards(unmake)
    return manager
