"""A version of the reference data that moves with every change of it, so that a process knows when what it kept is old.

The table is no table of the program: the database alone writes it.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import fetch

ID = "2026-11-27T17:00:00:000099"
VERSION = "1.38.0"
DESCRIPTION = "Version of the reference data"

TABLES = (
    "appropriate_body",
    "delivery_partner",
    "lead_provider",
    "lead_provider_contract",
    "provider_pairing",
    "schedule",
)
TABLE = "CREATE TABLE reference_version (one boolean PRIMARY KEY CHECK (one), version uuid NOT NULL)"
# Drawn, not counted: a number given by a transaction that was rolled back would be given again.
FUNCTION = """CREATE FUNCTION move_reference_version() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $body$
    BEGIN
        INSERT INTO reference_version VALUES (true, gen_random_uuid())
        ON CONFLICT (one) DO UPDATE SET version = excluded.version;
        RETURN NULL;
    END
    $body$"""


async def forwards() -> MigrationManager:
    """Make them."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def make() -> None:
        await fetch(TABLE)
        await fetch("INSERT INTO reference_version VALUES (true, gen_random_uuid())")
        await fetch(FUNCTION)
        for table in TABLES:
            await fetch(
                f"CREATE TRIGGER move_reference_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION move_reference_version()"
            )

    async def unmake() -> None:
        for table in TABLES:
            await fetch(f"DROP TRIGGER move_reference_version ON {table}")
        await fetch("DROP FUNCTION move_reference_version()")
        await fetch("DROP TABLE reference_version")

    manager.add_raw(make)
    manager.add_raw_backwards(unmake)
    return manager
