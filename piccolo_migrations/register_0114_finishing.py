"""What a transaction does last, in one statement: whoever waits for its locks waits for no round trip (SEC-33, PRF-18)."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import fetch

ID = "2026-11-27T20:40:00:000114"
VERSION = "1.38.0"
DESCRIPTION = "The end of a transaction in one statement"

CHAIN = 7_203_412

# Put events at the end of the chain, whose lock is held until the transaction ends. Each comes as its canonical JSON in
# two pieces, between which its number belongs: what is hashed is what is stored.
WRITE = f"""
DECLARE number bigint; previous bytea; body text; made event;
BEGIN
PERFORM pg_advisory_xact_lock({CHAIN});
SELECT e.id, e.hash INTO number, previous FROM event e ORDER BY e.id DESC LIMIT 1;
number := coalesce(number, 0);
previous := coalesce(previous, decode(repeat('00', 32), 'hex'));
FOR place IN 1 .. cardinality(before_number) LOOP
    number := number + 1;
    body := before_number[place] || number || after_number[place];
    made := jsonb_populate_record(NULL::event, body::jsonb);
    made.prev_hash := previous;
    previous := sha256(previous || convert_to(body, 'UTF8'));
    made.hash := previous;
    INSERT INTO event SELECT made.*;
END LOOP;
END"""

# Deferred constraints are checked, and what can still be refused is, before anybody has to wait.
FINISH = """
BEGIN
SET CONSTRAINTS ALL IMMEDIATE;
PERFORM settle_provider_records(stamp, today);
IF cardinality(before_number) > 0 THEN
    PERFORM write_events(before_number, after_number);
END IF;
END"""

EVENTS = "before_number text[], after_number text[]"
FUNCTIONS = {
    f"write_events({EVENTS})": WRITE,
    f"finish_transaction(stamp timestamptz, today date, {EVENTS})": FINISH,
}


async def forwards() -> MigrationManager:
    """Make the functions."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def make() -> None:
        for signature, body in FUNCTIONS.items():
            await fetch(f"CREATE FUNCTION {signature} RETURNS void LANGUAGE plpgsql AS $body${body}$body$")

    async def unmake() -> None:
        for signature in reversed(FUNCTIONS):
            await fetch(f"DROP FUNCTION {signature}")

    manager.add_raw(make)
    manager.add_raw_backwards(unmake)
    return manager
