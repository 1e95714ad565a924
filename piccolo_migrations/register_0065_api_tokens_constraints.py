"""What a token must never be, and the function that counts its requests (API-21.1, API-3.6)."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import fetch

ID = "2026-11-27T06:10:00:000065"
VERSION = "1.38.0"
DESCRIPTION = "Constraints of API tokens"

# Piccolo gives every column a default; here a missing value must be refused, never filled in silently.
DROP_DEFAULTS = """
    DO $$ DECLARE found record; BEGIN
        FOR found IN SELECT table_name, column_name FROM information_schema.columns
            WHERE table_schema = 'public'
            AND table_name IN ('api_token', 'api_token_day', 'api_token_use', 'api_request_slot')
            AND column_default IS NOT NULL AND column_default NOT LIKE 'nextval%'
            AND column_default <> 'gen_random_uuid()'
        LOOP
            EXECUTE format('ALTER TABLE %I ALTER COLUMN %I DROP DEFAULT', found.table_name, found.column_name);
        END LOOP;
    END $$"""
CONSTRAINTS = {
    "api_token": {
        "api_token_scope_is_known": "CHECK (scope IN ('read', 'read+write'))",
        "api_token_hash_whole": "CHECK (length(token_hash) = 32)",
        "api_token_eight_characters": "CHECK (length(first_characters) = 8)",
    },
    "api_token_day": {"api_token_day_once": "UNIQUE (token_id, day)"},
    "api_token_use": {"api_token_use_of_token": "FOREIGN KEY (id) REFERENCES api_token (id)"},
}
# A ring of the last 1,000 requests: one may pass when the place it takes was last used over 300 seconds ago. The row
# of the token is locked meanwhile, so that processes wait for each other.
COUNT = """
CREATE FUNCTION count_api_request(token bigint, weight int, OUT wait int, OUT remaining int, OUT reset int)
LANGUAGE plpgsql AS $body$
DECLARE
    before bigint;
    moment timestamptz;
    freed timestamptz;
    today date;
BEGIN
    SELECT requests INTO before FROM api_token_use WHERE id = token FOR UPDATE;
    IF before IS NULL THEN
        INSERT INTO api_token_use (id, requests) VALUES (token, 0) ON CONFLICT (id) DO NOTHING;
        SELECT requests INTO before FROM api_token_use WHERE id = token FOR UPDATE;
    END IF;
    moment := clock_timestamp();
    today := (moment AT TIME ZONE 'Europe/London')::date;
    SELECT at + interval '300 seconds' INTO freed FROM api_request_slot
        WHERE id = token * 1000 + (before + weight - 1) % 1000;
    IF freed > moment THEN
        wait := greatest(1, ceil(extract(epoch FROM freed - moment)))::int;
        INSERT INTO api_token_day (created_at, updated_at, token_id, day, calls, refusals)
            VALUES (moment, moment, token, today, 0, 1)
            ON CONFLICT (token_id, day) DO UPDATE SET refusals = api_token_day.refusals + 1, updated_at = moment;
    ELSE
        wait := 0;
        INSERT INTO api_request_slot (id, at)
            SELECT token * 1000 + (before + place) % 1000, moment FROM generate_series(0, weight - 1) place
            ON CONFLICT (id) DO UPDATE SET at = moment;
        UPDATE api_token_use SET requests = before + weight WHERE id = token;
        UPDATE api_token SET last_used_at = moment
            WHERE id = token AND coalesce(last_used_at, '-infinity') <= moment - interval '60 seconds';
        INSERT INTO api_token_day (created_at, updated_at, token_id, day, calls, refusals)
            VALUES (moment, moment, token, today, 1, 0)
            ON CONFLICT (token_id, day) DO UPDATE SET calls = api_token_day.calls + 1, updated_at = moment;
    END IF;
    SELECT 1000 - count(*), coalesce(ceil(extract(epoch FROM min(at) + interval '300 seconds' - moment)), 0)
        INTO remaining, reset FROM api_request_slot
        WHERE id BETWEEN token * 1000 AND token * 1000 + 999 AND at > moment - interval '300 seconds';
END $body$"""


async def forwards() -> MigrationManager:
    """Make them all."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def make() -> None:
        await fetch(DROP_DEFAULTS)
        for table, rules in CONSTRAINTS.items():
            for name, rule in rules.items():
                await fetch(f"ALTER TABLE {table} ADD CONSTRAINT {name} {rule}")
        await fetch("CREATE INDEX api_token_of_provider ON api_token (lead_provider_id)")
        await fetch(COUNT)

    async def unmake() -> None:
        await fetch("DROP FUNCTION count_api_request(bigint, int)")
        await fetch("DROP INDEX api_token_of_provider")
        for table, rules in CONSTRAINTS.items():
            for name in rules:
                await fetch(f"ALTER TABLE {table} DROP CONSTRAINT {name}")

    manager.add_raw(make)
    manager.add_raw_backwards(unmake)
    return manager
