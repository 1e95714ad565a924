"""Putting off what lead providers are shown of facts that come by the thousand, until soon after (API-17.3, REF-2.11)."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import fetch

ID = "2026-11-27T09:00:00:000072"
VERSION = "1.38.0"
DESCRIPTION = "Settling the records of lead providers soon after"

SETTLING = 7_203_413
# Logged, unlike what a transaction touches: it stays when the transaction has committed and the server then stops.
TABLE = """CREATE TABLE provider_postponed (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind text NOT NULL, id bigint NOT NULL)"""

NOTES = (
    "SELECT oid::regprocedure::text AS name, prosrc FROM pg_proc WHERE proname ~ '^note_' AND prosrc ~ 'provider_touch'"
)
DEFINITION = "SELECT pg_get_functiondef($1::regprocedure) AS text"
HEAD = "BEGIN IF current_setting('register.provider_records', true) = 'later' THEN RETURN NULL; END IF; "
TAIL = " RETURN NULL; END"
POSTPONED = "IF current_setting('register.provider_records', true) = 'postponed' THEN "
AT_ONCE, ENDED = " ELSE ", " END IF;"

SETTLE_SOME = f"""
DECLARE settled int;
BEGIN
IF NOT EXISTS (SELECT FROM provider_postponed) THEN RETURN 0; END IF;
PERFORM pg_advisory_xact_lock({SETTLING});
WITH taken AS (
    DELETE FROM provider_postponed WHERE number IN (SELECT p.number FROM provider_postponed p ORDER BY p.number LIMIT most)
    RETURNING kind, id
)
INSERT INTO provider_touch SELECT DISTINCT kind, id FROM taken;
GET DIAGNOSTICS settled = ROW_COUNT;
PERFORM settle_provider_records(stamp, today);
RETURN settled;
END"""
SIGNATURE = "settle_postponed_records(stamp timestamptz, today date, most int)"


async def forwards() -> MigrationManager:
    """Make the table and the function, and let whoever notes what was touched put it off."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def make() -> None:
        await fetch(TABLE)
        for row in await fetch(NOTES):
            await _replace(row["name"], row["prosrc"], _with_postponing(row["prosrc"]))
        await fetch(
            f"CREATE FUNCTION {SIGNATURE} RETURNS int LANGUAGE plpgsql SECURITY DEFINER"
            f" SET search_path = public, pg_temp AS $body${SETTLE_SOME}$body$"
        )

    async def unmake() -> None:
        await fetch(f"DROP FUNCTION {SIGNATURE}")
        for row in await fetch(NOTES):
            await _replace(row["name"], row["prosrc"], _without(row["prosrc"]))
        await fetch("DROP TABLE provider_postponed")

    manager.add_raw(make)
    manager.add_raw_backwards(unmake)
    return manager


async def _replace(name: str, old: str, new: str) -> None:
    """Give a function another body, and leave everything else about it."""
    (row,) = await fetch(DEFINITION, name)
    await fetch(row["text"].replace(old, new))


def _with_postponing(source: str) -> str:
    notes = source.removeprefix(HEAD).removesuffix(TAIL)
    if HEAD + notes + TAIL != source:
        raise ValueError("a function that notes what was touched is not as it was made")
    later = notes.replace("INSERT INTO provider_touch", "INSERT INTO provider_postponed (kind, id)")
    return f"{HEAD}{POSTPONED}{later}{AT_ONCE}{notes}{ENDED}{TAIL}"


def _without(source: str) -> str:
    return HEAD + source.removesuffix(f"{ENDED}{TAIL}").partition(AT_ONCE)[2] + TAIL
