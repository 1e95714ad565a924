"""What searching people and schools needs: words of names, newest registrations, former addresses, who looked."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import fetch

ID = "2026-11-27T09:00:00:000080"
VERSION = "1.38.0"
DESCRIPTION = "Indexes of the support console"

INDEXES = {
    "teacher_words": "INDEX {} ON teacher USING gin"
    " (array_to_tsvector(array_remove(string_to_array(search_name, ' '), '')))",
    "school_words": "INDEX {} ON school USING gin (array_to_tsvector(array_remove(regexp_split_to_array(search_name"
    " || ' ' || lower(coalesce(town, '')) || ' ' || lower(coalesce(local_authority_name, '')), '[^[:alnum:]]+'), '')))",
    "school_postcode": "INDEX {} ON school (postcode)",
    "message_about_school": "INDEX {} ON message (school_id, created_at) WHERE school_id IS NOT NULL",
    "ect_stay_newest": "INDEX {} ON ect_at_school_period (created_at, id)",
    "mentor_stay_newest": "INDEX {} ON mentor_at_school_period (created_at, id)",
    "ect_stay_any_email": "INDEX {} ON ect_at_school_period (lower(email))",
    "mentor_stay_any_email": "INDEX {} ON mentor_at_school_period (lower(email))",
    "event_former_email": "INDEX {} ON event (lower(changes #>> '{{email,old}}')) WHERE changes ? 'email'",
    "event_staff_viewed": "INDEX {} ON event (actor_id, recorded_at) WHERE kind = 'staff_viewed_record'",
    "message_about_teacher": "INDEX {} ON message (teacher_id, created_at) WHERE teacher_id IS NOT NULL",
    "teacher_merged": "INDEX {} ON teacher (merged_into_teacher_id) WHERE merged_into_teacher_id IS NOT NULL",
    "draft_of_trn": "INDEX {} ON draft (trn) WHERE state = 'open'",
}


async def forwards() -> MigrationManager:
    """Make them all."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def make() -> None:
        for name, definition in INDEXES.items():
            await fetch(f"CREATE {definition.format(name)}")

    async def unmake() -> None:
        for name in reversed(INDEXES):
            await fetch(f"DROP INDEX {name}")

    manager.add_raw(make)
    manager.add_raw_backwards(unmake)
    return manager
