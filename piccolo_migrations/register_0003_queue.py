"""The tables and functions of the job queue, as its library ships them."""

from importlib.resources import files

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import connection, fetch

ID = "2026-11-23T09:00:00:000003"
VERSION = "1.38.0"
DESCRIPTION = "Job queue"


async def forwards() -> MigrationManager:
    """Make the queue's schema."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def make() -> None:
        script = files("procrastinate").joinpath("sql/schema.sql").read_text(encoding="utf-8")
        async with connection() as conn:
            await conn.execute(script)

    async def unmake() -> None:
        for query in (
            "SELECT format('DROP TABLE %s CASCADE', oid::regclass) AS statement FROM pg_class"
            " WHERE relkind = 'r' AND relname LIKE 'procrastinate%'",
            "SELECT format('DROP FUNCTION %s CASCADE', oid::regprocedure) AS statement FROM pg_proc"
            " WHERE proname LIKE 'procrastinate%'",
            "SELECT format('DROP TYPE %s CASCADE', oid::regtype) AS statement FROM pg_type"
            " WHERE typname LIKE 'procrastinate%' AND typtype IN ('e', 'c')",
        ):
            for row in await fetch(query):
                await fetch(row["statement"])

    manager.add_raw(make)
    manager.add_raw_backwards(unmake)
    return manager
